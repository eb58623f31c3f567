#include "host/clean/parts.h"

#include "host/cache/resume.h"
#include "host/exit_codes.h"

#include <stdlib.h>
#include <string.h>

const char *stock_kind_name(enum stock_kind kind)
{
	static const char *const names[STOCK_KINDS] = {
		[STOCK_ARTIFACT] = "artifact", [STOCK_CHECKPOINT] = "checkpoint",
		[STOCK_LEFTOVER] = "leftover", [STOCK_TOOLBOX] = "toolbox",
		[STOCK_CACHE] = "cache",       [STOCK_CONTAINER] = "container",
		[STOCK_NETWORK] = "network",
	};
	return names[kind];
}

static int compare(const void *left, const void *right)
{
	const struct stock_item *a = left, *b = right;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->created != b->created)
		return a->created > b->created ? -1 : 1;
	return strcmp(a->name, b->name);
}

void stock_sort(struct stock *stock)
{
	if (stock->count)
		qsort(stock->items, stock->count, sizeof *stock->items, compare);
}

static const char *bare_key(const struct stock_item *item)
{
	const char *colon = strchr(item->name, ':');
	return item->kind == STOCK_CHECKPOINT && colon ? colon + 1 : NULL;
}

static bool is_called(const struct stock_item *item, const char *name)
{
	const char *key = bare_key(item);
	size_t len = strlen(item->name), given = strlen(name);
	bool latest = item->kind == STOCK_ARTIFACT && !strchr(name, ':') && len == given + 7 &&
		      strncmp(item->name, name, given) == 0 &&
		      strcmp(item->name + given, ":latest") == 0;
	return strcmp(item->name, name) == 0 || latest || (key && strcmp(key, name) == 0);
}

static const struct stock_item *by_begin(const struct stock *stock, const char *name, size_t *found)
{
	enum { SHORTEST = 6 };
	const struct stock_item *item = NULL;
	*found = 0;
	for (size_t i = 0; strlen(name) >= SHORTEST && i < stock->count; i++) {
		const char *key = bare_key(&stock->items[i]);
		if (!key || strncmp(key, name, strlen(name)) != 0)
			continue;
		item = &stock->items[i];
		++*found;
	}
	return item;
}

const struct stock_item *stock_find(const struct stock *stock, const char *name, struct error *err)
{
	size_t found;
	for (size_t i = 0; i < stock->count; i++)
		if (is_called(&stock->items[i], name))
			return &stock->items[i];
	const struct stock_item *item = by_begin(stock, name, &found);
	if (found == 1)
		return item;
	if (found > 1)
		error_set(err, "%s is the begin of %zu checkpoints' keys: give more of it", name,
			  found);
	else
		error_set(err, "%s is nothing that factory has made: `factory ls` tells what is",
			  name);
	err->exit_code = EXIT_USAGE;
	return NULL;
}
