#include "host/modules/lookup.h"

#include "common/own.h"
#include "host/home.h"

#include <ctype.h>
#include <dirent.h>
#include <string.h>

enum { MOST_FOUND = 10000 };

bool module_is_name(const char *text)
{
	size_t len = strlen(text);
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-_.", *c))
			return false;
	return len > 0 && len <= 100 && *text != '.';
}

const char *module_installed(struct arena *arena)
{
	autofree char *path = home_config("modules");
	return path ? arena_strdup(arena, path) : "";
}

struct value *module_search_path(const char *near, struct arena *arena)
{
	struct value *path = value_list(arena);
	const char *variable = getenv("FACTORY_MODULE_PATH");
	const char *beside =
		strcmp(near, ".") == 0 ? "modules" : arena_printf(arena, "%s/modules", near);
	value_append(arena, path, value_string(arena, beside));
	for (const char *part = variable; part && *part;) {
		size_t len = strcspn(part, ":");
		if (len)
			value_append(arena, path, value_stringn(arena, part, len));
		part += len + (part[len] == ':');
	}
	value_append(arena, path, value_string(arena, module_installed(arena)));
	return path;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Bytewise, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_new(const struct module_found *found, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(found[i].name, name) == 0)
			return false;
	return true;
}

static size_t look_into(const char *at, struct arena *arena, struct module_found **found,
			size_t count)
{
	autoentries struct entries names = {0};
	names.count = scandir(at, &names.items, is_visible, by_name);
	if (names.count < 0)
		return count;
	*found = arena_grow(arena, *found, count, count + (size_t)names.count, sizeof **found);
	for (int i = 0; i < names.count; i++) {
		const char *name = names.items[i]->d_name;
		const char *directory = arena_printf(arena, "%s/%s", at, name);
		const char *file = arena_printf(arena, "%s/module.yml", directory);
		if (count < MOST_FOUND && access(file, F_OK) == 0 && is_new(*found, count, name))
			(*found)[count++] =
				(struct module_found){arena_strdup(arena, name), directory};
	}
	return count;
}

size_t module_lookup_all(const char *near, struct arena *arena, struct module_found **found)
{
	const struct value *path = module_search_path(near, arena);
	size_t count = 0;
	*found = NULL;
	for (size_t i = 0; i < path->list.len; i++)
		count = look_into(value_text(path->list.items[i]), arena, found, count);
	return count;
}
