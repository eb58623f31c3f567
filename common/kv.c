#include "common/kv.h"

#include "common/file.h"
#include "common/json.h"
#include "common/own.h"
#include "common/yaml.h"

#include <string.h>

struct flattening {
	struct arena *arena;
	const char *name;
	struct value *flat;
	struct error *err;
};

static int fail_at(struct flattening *flattening, const struct value *value, const char *what)
{
	return error_set_at(flattening->err, flattening->name, value->line, value->column, "%s",
			    what);
}

static struct value *scalar(struct flattening *flattening, const struct value *value)
{
	auto_buf struct buf text = {0};
	if (value->kind == VALUE_STRING)
		return value_stringn(flattening->arena, value->string.data, value->string.len);
	if (value->kind == VALUE_NULL)
		return value_string(flattening->arena, "");
	if (value->source)
		return value_string(flattening->arena, value->source);
	json_write(&text, value);
	return value_string(flattening->arena, text.data);
}

/* Slashes at the ends of a part mean nothing: "app/" and "/name" make app/name. */
static char *join(struct arena *arena, const char *prefix, const char *part)
{
	size_t len = strlen(part);
	while (*part == '/' && len) {
		part++;
		len--;
	}
	while (len && part[len - 1] == '/')
		len--;
	return arena_printf(arena, "%s%s%.*s", prefix, *prefix ? "/" : "", (int)len, part);
}

static int flatten(struct flattening *flattening, const char *prefix, const struct value *tree)
{
	for (size_t i = 0; i < tree->map.len; i++) {
		const struct value_entry *entry = &tree->map.entries[i];
		const struct value *value = entry->value;
		char *path = join(flattening->arena, prefix, entry->key);
		if (strlen(path) == strlen(prefix) + (*prefix != '\0'))
			return fail_at(flattening, value, "a key is empty");
		if (value->kind == VALUE_LIST)
			return fail_at(flattening, value,
				       "a key's value is text, not a list: write one key for each");
		int status = 0;
		if (value->kind == VALUE_MAP)
			status = flatten(flattening, path, value);
		else
			value_set(flattening->arena, flattening->flat, path,
				  scalar(flattening, value));
		if (status < 0)
			return -1;
	}
	return 0;
}

struct value *kv_flatten(struct arena *arena, const char *name, const struct value *tree,
			 struct error *err)
{
	struct flattening flattening = {arena, name, value_map(arena), err};
	if (tree->kind == VALUE_NULL)
		return flattening.flat;
	if (tree->kind != VALUE_MAP) {
		fail_at(&flattening, tree, "keys are a map");
		return NULL;
	}
	if (flatten(&flattening, "", tree) < 0)
		return NULL;
	value_sort_map(flattening.flat);
	return flattening.flat;
}

struct value *kv_parse(struct arena *arena, const char *name, const char *text, size_t len,
		       struct error *err)
{
	size_t ending = strlen(name);
	bool json = ending > 5 && strcmp(name + ending - 5, ".json") == 0;
	struct value *tree = json ? json_parse(arena, name, text, len, err)
				  : yaml_parse(arena, name, text, len, err);
	return tree ? kv_flatten(arena, name, tree, err) : NULL;
}

struct value *kv_read(struct arena *arena, const char *path, struct error *err)
{
	auto_buf struct buf text = {0};
	if (file_read(path, 0, &text, err) < 0)
		return NULL;
	return kv_parse(arena, path, buf_text(&text), text.len, err);
}

/* Ten thousand of them are nothing unusual: each is one piece of memory. */
struct pair {
	struct value map, path, key;
	struct value_entry entries[3];
};

static struct value_entry entry(const char *name, struct value *value)
{
	return (struct value_entry){.key = name, .key_len = strlen(name), .value = value};
}

struct value *kv_pair(struct arena *arena, const char *path, size_t prefix_len,
		      const struct value *value)
{
	struct pair *pair = arena_alloc(arena, sizeof *pair);
	size_t len = strlen(path);
	pair->path = (struct value){.kind = VALUE_STRING, .string = {path, len}};
	pair->key = (struct value){.kind = VALUE_STRING,
				   .string = {path + prefix_len, len - prefix_len}};
	pair->entries[0] = entry("Path", &pair->path);
	pair->entries[1] = entry("Key", &pair->key);
	pair->entries[2] = entry("Value", (struct value *)value);
	pair->map = (struct value){.kind = VALUE_MAP,
				   .type = "*dependency.KeyPair",
				   .map = {.entries = pair->entries, .len = 3, .cap = 3}};
	return &pair->map;
}

size_t kv_below(const char *path, const char *prefix, bool level)
{
	size_t len = strlen(prefix);
	while (len && prefix[len - 1] == '/')
		len--;
	if (strncmp(path, prefix, len) != 0)
		return 0;
	size_t behind = len;
	if (len && path[len] != '/')
		return 0;
	behind += len > 0;
	if (!path[behind] || path[strlen(path) - 1] == '/' || (level && strchr(path + behind, '/')))
		return 0;
	return behind + 1;
}

static struct value *list_below(struct arena *arena, const struct value *flat, const char *prefix,
				bool level)
{
	struct value *list = value_list(arena);
	prefix += *prefix == '/';
	for (size_t i = 0; i < flat->map.len; i++) {
		const struct value_entry *entry = &flat->map.entries[i];
		size_t behind = kv_below(entry->key, prefix, level);
		if (behind)
			value_append(arena, list,
				     kv_pair(arena, entry->key, behind - 1, entry->value));
	}
	return list;
}

int kv_answer(struct arena *arena, const struct value *flat, const char *kind, const char *name,
	      struct value **found, struct error *err)
{
	if (strcmp(kind, "key") == 0)
		*found = value_get(flat, name + (*name == '/'));
	else if (strcmp(kind, "keys") == 0 || strcmp(kind, "tree") == 0)
		*found = list_below(arena, flat, name, kind[0] == 'k');
	else
		return error_set(err, "'%s' needs a Consul: there are only keys here", kind);
	return 0;
}
