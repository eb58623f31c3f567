/* A lock in memory. */
#include "host/lock/lock.h"

#include <string.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

const char *lock_path(const char *manifest, struct arena *arena)
{
	size_t len = (size_t)(base_name(manifest) - manifest);
	return arena_printf(arena, "%.*sfactory.lock", (int)len, manifest);
}

void lock_free(struct lock *lock)
{
	arena_free(&lock->arena);
	*lock = (struct lock){0};
}

/* Where a name is, or belongs, among sorted structs that begin with theirs. */
static size_t place_of(const void *structs, size_t count, size_t size, const char *name)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		const char *const *its = (const void *)((const char *)structs + middle * size);
		if (strcmp(*its, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t section_place(const struct lock *lock, const char *manifest)
{
	return place_of(lock->sections, lock->count, sizeof *lock->sections, manifest);
}

static size_t item_place(const struct lock_items *items, const char *name)
{
	return place_of(items->items, items->count, sizeof *items->items, name);
}

struct lock_section *lock_find(const struct lock *lock, const char *manifest)
{
	manifest = base_name(manifest);
	size_t at = section_place(lock, manifest);
	bool found = at < lock->count && strcmp(lock->sections[at].manifest, manifest) == 0;
	return found ? &lock->sections[at] : NULL;
}

struct lock_section *lock_renew(struct lock *lock, const char *manifest)
{
	struct lock_section *section = lock_find(lock, manifest);
	manifest = arena_strdup(&lock->arena, base_name(manifest));
	if (!section) {
		size_t at = section_place(lock, manifest);
		if (lock->count == lock->cap) {
			lock->cap = lock->cap ? 2 * lock->cap : 4;
			lock->sections = arena_grow(&lock->arena, lock->sections, lock->count,
						    lock->cap, sizeof *lock->sections);
		}
		section = &lock->sections[at];
		memmove(section + 1, section, (lock->count++ - at) * sizeof *section);
	}
	*section = (struct lock_section){.manifest = manifest};
	return section;
}

const struct lock_item *lock_get(const struct lock_section *section, enum lock_kind kind,
				 const char *name)
{
	const struct lock_items *items = &section->kinds[kind];
	size_t at = item_place(items, name);
	bool found = at < items->count && strcmp(items->items[at].name, name) == 0;
	return found ? &items->items[at] : NULL;
}

static struct lock_item *make_room(struct arena *arena, struct lock_items *items, size_t at)
{
	if (items->count == items->cap) {
		items->cap = items->cap ? 2 * items->cap : 8;
		items->items = arena_grow(arena, items->items, items->count, items->cap,
					  sizeof *items->items);
	}
	struct lock_item *item = &items->items[at];
	memmove(item + 1, item, (items->count++ - at) * sizeof *item);
	return item;
}

void lock_put(struct arena *arena, struct lock_section *section, enum lock_kind kind,
	      const struct lock_item *item)
{
	struct lock_items *items = &section->kinds[kind];
	size_t at = item_place(items, item->name);
	bool there = at < items->count && strcmp(items->items[at].name, item->name) == 0;
	struct lock_item *into = there ? &items->items[at] : make_room(arena, items, at);
	*into = (struct lock_item){.name = arena_strdup(arena, item->name),
				   .digest = arena_strdup(arena, item->digest),
				   .commit =
					   item->commit ? arena_strdup(arena, item->commit) : NULL};
}
