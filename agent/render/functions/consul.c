#include "agent/render/functions/functions.h"

#include <string.h>

static const char pair_type[] = "*dependency.KeyPair", pairs_type[] = "[]*dependency.KeyPair";

/* Paths may begin with a slash; Consul's keys don't. */
static const char *path_argument(const struct call *call)
{
	const char *path = call_text(call, 0);
	while (*path == '/')
		path++;
	return path;
}

static struct value *consul_key(struct call *call, struct error *err)
{
	struct value *found;
	int got = call_read(call, "key", path_argument(call), &found, err);
	if (got < 0)
		return NULL;
	if (found)
		return found;
	struct value *empty = value_string(call->arena, "");
	return got > 0 ? empty
		       : call_missing(call, "key", path_argument(call), "missing", empty, err);
}

static struct value *consul_key_or_default(struct call *call, struct error *err)
{
	struct value *found;
	if (call_read(call, "key", path_argument(call), &found, err) < 0)
		return NULL;
	return found && found->string.len ? found : call->args[1];
}

static struct value *consul_key_exists(struct call *call, struct error *err)
{
	struct value *found;
	if (call_read(call, "key", path_argument(call), &found, err) < 0)
		return NULL;
	return value_bool(call->arena, found != NULL);
}

static struct value *consul_key_exists_get(struct call *call, struct error *err)
{
	struct arena *arena = call->arena;
	const char *path = path_argument(call);
	struct value *found;
	if (call_read(call, "key", path, &found, err) < 0)
		return NULL;
	struct value *pair = type_named(value_map(arena), pair_type);
	value_set(arena, pair, "Path", value_string(arena, path));
	value_set(arena, pair, "Key", value_string(arena, path));
	value_set(arena, pair, "Value", found ? found : value_string(arena, ""));
	value_set(arena, pair, "Exists", value_bool(arena, found != NULL));
	return pair;
}

/* Keys that are folders are left out, and for a level those below it. */
static struct value *as_pairs(struct call *call, const struct value *found, bool level)
{
	struct value *list = type_named(value_list(call->arena), pairs_type);
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++) {
		struct value *pair = found->list.items[i];
		const char *key = value_text(value_get(pair, "Key"));
		size_t len = key ? strlen(key) : 0;
		if (!len || key[len - 1] == '/' || (level && strchr(key, '/')))
			continue;
		value_append(call->arena, list, type_named(pair, pair_type));
	}
	return list;
}

/* `safe`: an empty prefix is an error. */
static struct value *read_pairs(struct call *call, const char *kind, bool safe, struct error *err)
{
	auto_buf struct buf path = {0};
	buf_puts(&path, path_argument(call));
	while (path.len > 1 && path.data[path.len - 1] == '/')
		path.data[--path.len] = '\0';
	struct value *found;
	int got = call_read(call, kind, buf_text(&path), &found, err);
	if (got < 0)
		return NULL;
	struct value *list = as_pairs(call, found, strcmp(kind, "keys") == 0);
	if (safe && !got && !list->list.len)
		return call_missing(call, "prefix", path_argument(call), "empty", list, err);
	return list;
}

static struct value *consul_ls(struct call *call, struct error *err)
{
	return read_pairs(call, "keys", false, err);
}

static struct value *consul_safe_ls(struct call *call, struct error *err)
{
	return read_pairs(call, "keys", true, err);
}

static struct value *consul_tree(struct call *call, struct error *err)
{
	return read_pairs(call, "tree", false, err);
}

static struct value *consul_safe_tree(struct call *call, struct error *err)
{
	return read_pairs(call, "tree", true, err);
}

/* The optional "?query@dc~near" of services, nodes and peers; the name of a node is before it. */
static int read_all(struct call *call, const char *kind, struct value **found, struct error *err)
{
	struct query query;
	if (call->count > 1)
		return error_set(err, "one argument or none, not %zu", call->count);
	if (call_query(call, kind, call->count ? call_text(call, 0) : "", &query, err) < 0)
		return -1;
	return call_want(call, &query.want, found, err);
}

static struct value *consul_services(struct call *call, struct error *err)
{
	static const struct field fields[] = {{"Name", "Name", NULL},
					      {"Tags", "Tags", "dependency.ServiceTags"},
					      {NULL, NULL, NULL}};
	struct arena *arena = call->arena;
	struct value *found;
	if (read_all(call, "services", &found, err) < 0)
		return NULL;
	struct value *list = call_list(call, "[]*dependency.CatalogSnippet");
	size_t len = value_is(found, VALUE_MAP) ? found->map.len : 0;
	const struct value_entry *entries = len ? type_sorted(arena, found) : NULL;
	for (size_t i = 0; i < len; i++) {
		struct value *made = value_map(arena);
		value_set(arena, made, "Name", value_string(arena, entries[i].key));
		value_set(arena, made, "Tags", entries[i].value);
		made = call_struct(call, "*dependency.CatalogSnippet", made, fields);
		list_sort(value_get(made, "Tags"), NULL);
		value_append(arena, list, made);
	}
	return list;
}

static const struct field node_fields[] = {
	{"ID", "ID", NULL},
	{"Node", "Node", NULL},
	{"Address", "Address", NULL},
	{"Datacenter", "Datacenter", NULL},
	{"TaggedAddresses", "TaggedAddresses", "map[string]string"},
	{"Meta", "Meta", "map[string]string"},
	{NULL, NULL, NULL},
};

static struct value *consul_nodes(struct call *call, struct error *err)
{
	struct value *found;
	if (read_all(call, "nodes", &found, err) < 0)
		return NULL;
	return call_structs(call, "*dependency.Node", found, node_fields);
}

static struct value *node_services(struct call *call, const struct value *services)
{
	static const struct field fields[] = {
		{"ID", "ID", NULL},
		{"Service", "Service", NULL},
		{"Tags", "Tags", "dependency.ServiceTags"},
		{"Meta", "Meta", "map[string]string"},
		{"Port", "Port", "int"},
		{"Address", "Address", NULL},
		{"EnableTagOverride", "EnableTagOverride", "bool"},
		{NULL, NULL, NULL},
	};
	struct value *list = value_list(call->arena);
	size_t len = value_is(services, VALUE_MAP) ? services->map.len : 0;
	const struct value_entry *entries = len ? type_sorted(call->arena, services) : NULL;
	for (size_t i = 0; i < len; i++)
		value_append(call->arena, list, entries[i].value);
	return call_structs(call, "*dependency.CatalogNodeService", list, fields);
}

static struct value *consul_node(struct call *call, struct error *err)
{
	struct value *found;
	if (read_all(call, "node", &found, err) < 0)
		return NULL;
	if (!found)
		return type_nil(call->arena);
	struct value *node = type_named(value_map(call->arena), "*dependency.CatalogNode");
	value_set(call->arena, node, "Node",
		  call_struct(call, "*dependency.Node", value_get(found, "Node"), node_fields));
	value_set(call->arena, node, "Services", node_services(call, value_get(found, "Services")));
	return node;
}

static struct value *consul_datacenters(struct call *call, struct error *err)
{
	struct value *found;
	if (call_read(call, "datacenters", "", &found, err) < 0)
		return NULL;
	return type_named(value_is(found, VALUE_LIST) ? found : value_list(call->arena),
			  "[]string");
}

const struct function functions_consul[] = {
	{"key", "s", consul_key},
	{"keyOrDefault", "ss", consul_key_or_default},
	{"keyExists", "s", consul_key_exists},
	{"keyExistsGet", "s", consul_key_exists_get},
	{"ls", "s", consul_ls},
	{"safeLs", "s", consul_safe_ls},
	{"tree", "s", consul_tree},
	{"safeTree", "s", consul_safe_tree},
	{"services", "s*", consul_services},
	{"nodes", "s*", consul_nodes},
	{"node", "s*", consul_node},
	{"datacenters", "b*", consul_datacenters},
	{NULL, NULL, NULL},
};
