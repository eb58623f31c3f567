#include "agent/render/functions/functions.h"

#include <string.h>

enum { EXIT_VALUES = 8 };

static const char pair_type[] = "*dependency.KeyPair", pairs_type[] = "[]*dependency.KeyPair";

/* Paths may begin with a slash; Consul's keys don't. */
static const char *path_argument(const struct call *call)
{
	const char *path = call_text(call, 0);
	while (*path == '/')
		path++;
	return path;
}

/* `empty` stands for it where it may be empty, or is waited for. */
static struct value *missing(struct call *call, const char *what, const char *why,
			     struct value *empty, struct error *err)
{
	struct rendering *rendering = call->state->rendering;
	const char *name = path_argument(call);
	if (rendering->missing == MISSING_EMPTY)
		return empty;
	if (rendering->missing == MISSING_WAIT) {
		rendering->pending = true;
		struct text_position at = text_position(rendering->set->text, call->state->at->pos);
		rendering->lacking =
			arena_printf(call->arena, "%s:%u:%u: the %s \"%s\"", rendering->set->name,
				     at.line, at.column, what, name);
		return empty;
	}
	error_set(err, "%s \"%s\" is %s", what, name, why);
	err->exit_code = EXIT_VALUES;
	return NULL;
}

static struct value *consul_key(struct call *call, struct error *err)
{
	struct value *found;
	int got = call_read(call, "key", path_argument(call), &found, err);
	if (got < 0 || found)
		return found;
	struct value *empty = value_string(call->arena, "");
	return got > 0 ? empty : missing(call, "key", "missing", empty, err);
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

static struct value *read_pairs(struct call *call, const char *kind, bool *later, struct error *err)
{
	auto_buf struct buf path = {0};
	buf_puts(&path, path_argument(call));
	while (path.len > 1 && path.data[path.len - 1] == '/')
		path.data[--path.len] = '\0';
	struct value *found;
	int got = call_read(call, kind, buf_text(&path), &found, err);
	if (got < 0)
		return NULL;
	*later = got > 0;
	return as_pairs(call, found, strcmp(kind, "keys") == 0);
}

static struct value *not_empty(struct call *call, const char *kind, struct error *err)
{
	bool later = false;
	struct value *list = read_pairs(call, kind, &later, err);
	if (list && !list->list.len && !later)
		return missing(call, "prefix", "empty", list, err);
	return list;
}

static struct value *consul_ls(struct call *call, struct error *err)
{
	bool later;
	return read_pairs(call, "keys", &later, err);
}

static struct value *consul_safe_ls(struct call *call, struct error *err)
{
	return not_empty(call, "keys", err);
}

static struct value *consul_tree(struct call *call, struct error *err)
{
	bool later;
	return read_pairs(call, "tree", &later, err);
}

static struct value *consul_safe_tree(struct call *call, struct error *err)
{
	return not_empty(call, "tree", err);
}

/* A copy of some of a map's entries, under other names, as a struct. */
struct renamed {
	const char *to, *from;
};

static struct value *as_struct(struct call *call, const char *type, const struct value *map,
			       const struct renamed *fields)
{
	struct arena *arena = call->arena;
	struct value *made = type_named(value_map(arena), type);
	for (; fields->to; fields++) {
		struct value *value = value_path(map, fields->from);
		value_set(arena, made, fields->to, value ? value : value_string(arena, ""));
	}
	return made;
}

static void name_type(struct value *map, const char *field, const char *type)
{
	struct value *value = value_get(map, field);
	if (value)
		value->type = type;
}

/* The worst of a service's checks. */
static const char *status_of(const struct value *checks)
{
	static const char *const order[] = {"passing", "warning", "critical"};
	size_t worst = 0;
	for (size_t i = 0; value_is(checks, VALUE_LIST) && i < checks->list.len; i++) {
		const char *status = value_text(value_get(checks->list.items[i], "Status"));
		for (size_t at = worst + 1; status && at < 3; at++)
			if (strcmp(status, order[at]) == 0)
				worst = at;
	}
	return order[worst];
}

static struct value *service_instance(struct call *call, const struct value *entry)
{
	static const struct renamed fields[] = {
		{"Node", "Node.Node"},
		{"NodeID", "Node.ID"},
		{"NodeAddress", "Node.Address"},
		{"NodeDatacenter", "Node.Datacenter"},
		{"NodeTaggedAddresses", "Node.TaggedAddresses"},
		{"NodeMeta", "Node.Meta"},
		{"ServiceMeta", "Service.Meta"},
		{"Address", "Service.Address"},
		{"ServiceTaggedAddresses", "Service.TaggedAddresses"},
		{"ID", "Service.ID"},
		{"Name", "Service.Service"},
		{"Tags", "Service.Tags"},
		{"Checks", "Checks"},
		{"Port", "Service.Port"},
		{"Weights", "Service.Weights"},
		{NULL, NULL},
	};
	struct value *made = as_struct(call, "*dependency.HealthService", entry, fields);
	const char *address = value_text(value_get(made, "Address"));
	if (!address || !*address)
		value_set(call->arena, made, "Address", value_get(made, "NodeAddress"));
	if (!value_is(value_get(made, "Tags"), VALUE_LIST))
		value_set(call->arena, made, "Tags", type_strings(call->arena));
	value_set(call->arena, made, "Status",
		  value_string(call->arena, status_of(value_get(made, "Checks"))));
	name_type(made, "Tags", "dependency.ServiceTags");
	name_type(made, "NodeMeta", "map[string]string");
	name_type(made, "ServiceMeta", "map[string]string");
	return made;
}

static bool has_tag(const struct value *instance, const char *tag, size_t len)
{
	struct value needle = {.kind = VALUE_STRING, .string = {tag, len}};
	return !len || collection_has(value_get(instance, "Tags"), &needle);
}

static bool has_status(const struct value *instance, const char *filter)
{
	const char *status = value_text(value_get(instance, "Status"));
	return strcmp(filter, "any") == 0 || strstr(filter, status) != NULL;
}

/* "tag.name@dc|status,status": name and datacenter go to the source, the rest is looked at
 * here. */
static struct value *consul_service(struct call *call, struct error *err)
{
	const char *query = call_text(call, 0), *bar = strchr(query, '|');
	const char *filter = call->count > 1 ? call_text(call, 1) : bar ? bar + 1 : "passing";
	size_t len = bar ? (size_t)(bar - query) : strlen(query);
	const char *dot = memchr(query, '.', len), *name = dot ? dot + 1 : query;
	if (memchr(query, '~', len)) {
		error_set(err, "\"~near\" is not supported in \"%s\"", query);
		return NULL;
	}
	struct value *found;
	name = arena_strndup(call->arena, name, len - (size_t)(name - query));
	if (call_read(call, "service", name, &found, err) < 0)
		return NULL;
	struct value *list = type_named(value_list(call->arena), "[]*dependency.HealthService");
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++) {
		struct value *instance = service_instance(call, found->list.items[i]);
		if (has_status(instance, filter) &&
		    has_tag(instance, query, dot ? (size_t)(dot - query) : 0))
			value_append(call->arena, list, instance);
	}
	return list;
}

/* The optional "@dc" of services, nodes and datacenters. */
static int read_all(struct call *call, const char *kind, struct value **found, struct error *err)
{
	if (call->count > 1)
		return error_set(err, "one argument or none, not %zu", call->count);
	return call_read(call, kind, call->count ? call_text(call, 0) : "", found, err);
}

static struct value *consul_services(struct call *call, struct error *err)
{
	struct arena *arena = call->arena;
	struct value *found;
	if (read_all(call, "services", &found, err) < 0)
		return NULL;
	struct value *list = type_named(value_list(arena), "[]*dependency.CatalogSnippet");
	size_t len = value_is(found, VALUE_MAP) ? found->map.len : 0;
	const struct value_entry *entries = len ? type_sorted(arena, found) : NULL;
	for (size_t i = 0; i < len; i++) {
		struct value *made = type_named(value_map(arena), "*dependency.CatalogSnippet");
		value_set(arena, made, "Name", value_string(arena, entries[i].key));
		value_set(arena, made, "Tags", entries[i].value);
		name_type(made, "Tags", "dependency.ServiceTags");
		value_append(arena, list, made);
	}
	return list;
}

static const struct renamed node_fields[] = {
	{"ID", "ID"},
	{"Node", "Node"},
	{"Address", "Address"},
	{"Datacenter", "Datacenter"},
	{"TaggedAddresses", "TaggedAddresses"},
	{"Meta", "Meta"},
	{NULL, NULL},
};

static struct value *consul_nodes(struct call *call, struct error *err)
{
	struct value *found;
	if (read_all(call, "nodes", &found, err) < 0)
		return NULL;
	struct value *list = type_named(value_list(call->arena), "[]*dependency.Node");
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++)
		value_append(
			call->arena, list,
			as_struct(call, "*dependency.Node", found->list.items[i], node_fields));
	return list;
}

static struct value *consul_node(struct call *call, struct error *err)
{
	static const struct renamed fields[] = {
		{"ID", "ID"},
		{"Service", "Service"},
		{"Tags", "Tags"},
		{"Meta", "Meta"},
		{"Port", "Port"},
		{"Address", "Address"},
		{"EnableTagOverride", "EnableTagOverride"},
		{NULL, NULL},
	};
	struct arena *arena = call->arena;
	struct value *found;
	if (read_all(call, "node", &found, err) < 0)
		return NULL;
	if (!found)
		return type_nil(arena);
	struct value *node = type_named(value_map(arena), "*dependency.CatalogNode");
	struct value *list = type_named(value_list(arena), "[]*dependency.CatalogNodeService");
	struct value *services = value_get(found, "Services");
	for (size_t i = 0; value_is(services, VALUE_MAP) && i < services->map.len; i++)
		value_append(arena, list,
			     as_struct(call, "*dependency.CatalogNodeService",
				       type_sorted(arena, services)[i].value, fields));
	value_set(arena, node, "Node",
		  as_struct(call, "*dependency.Node", value_get(found, "Node"), node_fields));
	value_set(arena, node, "Services", list);
	return node;
}

static struct value *consul_datacenters(struct call *call, struct error *err)
{
	struct value *found;
	if (call_read(call, "datacenters", "", &found, err) < 0)
		return NULL;
	return type_named(found ? found : value_list(call->arena), "[]string");
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
	{"service", "ss*", consul_service},
	{"services", "s*", consul_services},
	{"nodes", "s*", consul_nodes},
	{"node", "s*", consul_node},
	{"datacenters", "b*", consul_datacenters},
	{NULL, NULL, NULL},
};
