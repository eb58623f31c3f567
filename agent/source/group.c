/* Many keys watched by one query: a folder's index moves when any key below it changes. A client
 * that kept a connection for each key would starve itself and its neighbours (Consul allows a
 * client 200). */
#include "agent/source/live_parts.h"
#include "common/memory.h"
#include "common/own.h"

#include <string.h>

enum {
	ALONE = 16,  /* so many keys may have a query each */
	GROUPS = 16, /* so many folders may */
	DENSE = 4,   /* a folder with at most so many keys for each that is wanted is read whole */
};

/* --- which folder --- */

static size_t folder_len(const char *name, size_t len)
{
	while (len && name[len - 1] != '/')
		len--;
	return len;
}

struct folder {
	const char *datacenter, *name;
	size_t len;
};

static bool same_folder(const struct folder *a, const struct folder *b)
{
	return !a->datacenter == !b->datacenter &&
	       (!a->datacenter || strcmp(a->datacenter, b->datacenter) == 0) && a->len == b->len &&
	       memcmp(a->name, b->name, a->len) == 0;
}

/* Up to GROUPS + 1: more need not be counted. */
static size_t count_folders(const struct folder *folders, size_t count)
{
	const struct folder *seen[GROUPS + 1];
	size_t different = 0;
	for (size_t i = 0; i < count && different <= GROUPS; i++) {
		size_t j = 0;
		while (j < different && !same_folder(&folders[i], seen[j]))
			j++;
		if (j == different)
			seen[different++] = &folders[i];
	}
	return different;
}

/* The parents of all folders, until there are few of them. */
static void coarsen(struct folder *folders, size_t count)
{
	while (count_folders(folders, count) > GROUPS) {
		bool moved = false;
		for (size_t i = 0; i < count; i++) {
			size_t len = folders[i].len;
			folders[i].len = len ? folder_len(folders[i].name, len - 1) : 0;
			moved = moved || folders[i].len != len;
		}
		if (!moved)
			return;
	}
}

/* --- groups --- */

static struct dependency *find_group(struct live *live, const struct folder *folder,
				     struct error *err)
{
	autofree char *name = mem_strndup(folder->name, folder->len);
	const struct want want = {.kind = "names", .name = name, .datacenter = folder->datacenter};
	struct dependency *group = live_find(live, &want, err);
	if (group) {
		group->is_group = true;
		live_make_internal(group);
	}
	return group;
}

static struct value *find_pair(const struct value *pairs, const char *name)
{
	size_t from = 0, to = value_is(pairs, VALUE_LIST) ? pairs->list.len : 0;
	while (from < to) {
		size_t middle = (from + to) / 2;
		struct value *pair = pairs->list.items[middle];
		int order = strcmp(value_text(value_get(pair, "Path")), name);
		if (order == 0)
			return value_get(pair, "Value");
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

static bool is_whole(const struct dependency *group)
{
	return strcmp(group->want.kind, "tree") == 0;
}

static const char *name_of(const struct dependency *key)
{
	return key->want.name + (*key->want.name == '/');
}

/* From the folder's own answer, or by asking for the keys again. */
static void renew(struct dependency *group, struct dependency *key)
{
	if (!is_whole(group)) {
		pump_renew(key);
		return;
	}
	auto_arena struct arena arena = {0};
	const struct value *value = find_pair(group->value, name_of(key));
	live_answer(key, &arena, value ? value_copy(&arena, value) : NULL);
}

/* Where most of a folder's keys are wanted, it is read as a whole: one answer tells all. */
static bool becomes_whole(struct dependency *group)
{
	if (is_whole(group) || !value_is(group->value, VALUE_LIST) ||
	    group->value->list.len > group->members * DENSE)
		return false;
	group->want.kind = "tree";
	group->index = 0;
	return true;
}

void group_answered(struct dependency *group)
{
	if (becomes_whole(group))
		return;
	for (struct dependency *at = group->live->all; at; at = at->next)
		if (at->group == group && (is_whole(group) || at->as_of < group->index))
			renew(group, at);
}

void group_doubt(struct dependency *group)
{
	for (struct dependency *at = group->live->all; at; at = at->next)
		if (at->group == group)
			at->as_of = 0;
}

/* Who may read a key need not be allowed to list its folder. */
void group_disband(struct dependency *group)
{
	for (struct dependency *at = group->live->all; at; at = at->next) {
		if (at->group != group)
			continue;
		at->group = NULL;
		group->members--;
		pump_watch(at);
	}
}

/* --- planning --- */

static bool is_new_key(const struct dependency *at)
{
	size_t len = strlen(at->want.name);
	return pump_is_key(at) && at->marked && !at->group && !at->watched && len &&
	       at->want.name[len - 1] != '/';
}

static size_t count_keys(const struct live *live)
{
	size_t count = 0;
	for (const struct dependency *at = live->all; at; at = at->next)
		count += pump_is_key(at);
	return count;
}

static void join(struct dependency *key, struct dependency *group)
{
	key->group = group;
	group->members++;
}

/* Two walks: the folders of all new keys, then their groups. */
static void group_keys(struct live *live)
{
	size_t room = count_keys(live), count = 0;
	autofree struct folder *folders = mem_alloc(room * sizeof *folders);
	autofree struct dependency **keys = mem_alloc(room * sizeof *keys);
	auto_error struct error err = {0};
	if (room <= ALONE)
		return;
	for (struct dependency *at = live->all; at; at = at->next) {
		if (!is_new_key(at))
			continue;
		const char *name = name_of(at);
		folders[count] =
			(struct folder){at->want.datacenter, name, folder_len(name, strlen(name))};
		keys[count++] = at;
	}
	coarsen(folders, count);
	for (size_t i = 0; i < count; i++) {
		struct dependency *group = find_group(live, &folders[i], &err);
		if (!group)
			return;
		join(keys[i], group);
	}
}

void group_plan(struct live *live)
{
	group_keys(live);
	for (struct dependency *at = live->all; at; at = at->next)
		if (!at->watched && !at->group && (at->is_group || at->marked))
			pump_watch(at);
}
