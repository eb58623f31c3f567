#include "host/progress/records.h"

#include "common/memory.h"
#include "common/own.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>

static const char suffix[] = ".jsonl";

char *records_directory(void)
{
	const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (base && *base)
		return mem_printf("%s/factory/builds", base);
	return home && *home ? mem_printf("%s/.local/state/factory/builds", home) : NULL;
}

static int compare(const void *a, const void *b)
{
	const struct value *one = *(struct value *const *)a, *two = *(struct value *const *)b;
	return strcmp(one->string.data, two->string.data);
}

/* Ids begin with the time: their order is that of the builds. */
struct value *records_list(struct arena *arena)
{
	struct value *list = value_list(arena);
	autofree char *path = records_directory();
	DIR *directory = path ? opendir(path) : NULL;
	if (!directory)
		return list;
	for (const struct dirent *entry; (entry = readdir(directory));) {
		size_t len = strlen(entry->d_name), end = sizeof suffix - 1;
		if (len > end && strcmp(entry->d_name + len - end, suffix) == 0)
			value_append(arena, list, value_stringn(arena, entry->d_name, len - end));
	}
	closedir(directory);
	if (list->list.len)
		qsort(list->list.items, list->list.len, sizeof(struct value *), compare);
	return list;
}

/* The only one that begins so; NULL with the error. */
static const char *find_id(const struct value *list, const char *id, struct error *err)
{
	const char *found = NULL;
	size_t count = list->list.len;
	if (count && strcmp(id, "last") == 0)
		return value_text(list->list.items[count - 1]);
	for (size_t i = 0; i < count; i++) {
		const char *own = value_text(list->list.items[i]);
		if (strncmp(own, id, strlen(id)) != 0)
			continue;
		if (strcmp(own, id) == 0)
			return own;
		if (found) {
			error_set(err, "several builds begin with '%s': %s, %s...", id, found, own);
			return NULL;
		}
		found = own;
	}
	if (!found)
		error_set(err,
			  "there is no record of a build '%s': `factory report --list` "
			  "names those that there are",
			  id);
	return found;
}

char *records_find(const char *id, struct error *err)
{
	auto_arena struct arena arena = {0};
	const char *found = find_id(records_list(&arena), id, err);
	autofree char *directory = records_directory();
	return found ? mem_printf("%s/%s%s", directory, found, suffix) : NULL;
}
