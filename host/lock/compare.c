#include "host/lock/lock.h"

#include "common/memory.h"
#include "common/own.h"

#include <string.h>

struct comparison {
	void (*tell)(void *ctx, const char *line);
	void *ctx;
	size_t count;
};

/* Enough of a digest to tell two apart. */
static char *brief(const struct lock_item *item)
{
	const char *hex = strstr(item->digest, "sha256:");
	hex = hex ? hex + strlen("sha256:") : item->digest;
	if (item->commit)
		return mem_printf("%.12s (commit %.12s)", hex, item->commit);
	return *hex ? mem_printf("%.12s", hex) : mem_strdup("not there");
}

static void differ(struct comparison *comparison, enum lock_kind kind,
		   const struct lock_item *before, const struct lock_item *now)
{
	static const char *const words[] = {"image", "module", "value"};
	const char *name = before ? before->name : now ? now->name : "";
	autofree char *old = before ? brief(before) : NULL, *new = now ? brief(now) : NULL;
	autofree char *line =
		!before ? mem_printf("%s %s: is new: %s", words[kind], name, new)
		: !now  ? mem_printf("%s %s: is gone: was %s", words[kind], name, old)
			: mem_printf("%s %s: was %s, is %s", words[kind], name, old, new);
	comparison->tell(comparison->ctx, line);
	comparison->count++;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same(const struct lock_item *a, const struct lock_item *b)
{
	return same_text(a->digest, b->digest) && same_text(a->commit, b->commit);
}

/* Both are sorted. */
static void compare_items(struct comparison *comparison, enum lock_kind kind,
			  const struct lock_items *before, const struct lock_items *now)
{
	for (size_t b = 0, n = 0; b < before->count || n < now->count;) {
		const struct lock_item *old = b < before->count ? &before->items[b] : NULL;
		const struct lock_item *new = n < now->count ? &now->items[n] : NULL;
		int order = !old ? 1 : !new ? -1 : strcmp(old->name, new->name);
		b += order <= 0;
		n += order >= 0;
		if (!old || !new || order || !same(old, new))
			differ(comparison, kind, order <= 0 ? old : NULL, order >= 0 ? new : NULL);
	}
}

size_t lock_compare(const struct lock_section *before, const struct lock_section *now,
		    void (*tell)(void *ctx, const char *line), void *ctx)
{
	static const struct lock_section nothing;
	struct comparison comparison = {.tell = tell, .ctx = ctx};
	before = before ? before : &nothing;
	for (int kind = 0; kind < LOCK_KINDS; kind++)
		if (kind != LOCK_VALUE || now->knows_values)
			compare_items(&comparison, (enum lock_kind)kind, &before->kinds[kind],
				      &now->kinds[kind]);
	return comparison.count;
}
