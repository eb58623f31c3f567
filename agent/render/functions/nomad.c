/* Nomad's services and variables. */
#include "agent/render/functions/functions.h"
#include "common/own.h"

#include <string.h>

/* "[tag.]name[@region]", "path[@namespace[.region]]": what follows the @ becomes parameters. */
static int ask(struct call *call, const char *kind, const char *text, const char *extra,
	       struct value **found, struct error *err)
{
	struct arena *arena = call->arena;
	const char *args[4] = {NULL}, *at = strrchr(text, '@');
	const struct want want = {.kind = kind,
				  .name = at ? arena_strndup(arena, text, (size_t)(at - text))
					     : text,
				  .args = args};
	size_t count = 0;
	bool variable = strncmp(kind, "nomadVar", 8) == 0;
	const char *place = at ? at + 1 : "", *dot = variable ? strchr(place, '.') : NULL;
	const char *region = variable ? (dot ? dot + 1 : "") : place;
	size_t len = dot ? (size_t)(dot - place) : strlen(place);
	if (variable && len)
		args[count++] = arena_printf(arena, "namespace=%.*s", (int)len, place);
	if (*region)
		args[count++] = arena_printf(arena, "region=%s", region);
	if (extra)
		args[count++] = extra;
	return call_want(call, &want, found, err);
}

/* --- services --- */

static int by_name(const void *a, const void *b)
{
	const struct value *const *left = a, *const *right = b;
	return strcmp(value_text(value_get(*left, "Name")), value_text(value_get(*right, "Name")));
}

static struct value *nomad_services(struct call *call, struct error *err)
{
	static const struct renamed fields[] = {
		{"Name", "ServiceName"}, {"Tags", "Tags"}, {NULL, NULL}};
	struct arena *arena = call->arena;
	struct value *found, *made = value_list(arena);
	const char *query = call->count ? call_text(call, 0) : "";
	if (ask(call, "nomadServices", query, NULL, &found, err) < 0)
		return NULL;
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++) {
		const struct value *services = value_get(found->list.items[i], "Services");
		for (size_t s = 0; value_is(services, VALUE_LIST) && s < services->list.len; s++)
			value_append(arena, made,
				     call_struct(call, "*dependency.NomadServicesSnippet",
						 services->list.items[s], fields,
						 value_string(arena, "")));
	}
	if (made->list.len)
		qsort(made->list.items, made->list.len, sizeof *made->list.items, by_name);
	return type_named(made, "[]*dependency.NomadServicesSnippet");
}

static bool has_tag(const struct value *service, const char *tag, size_t len)
{
	const struct value needle = {.kind = VALUE_STRING, .string = {tag, len}};
	const struct value *tags = value_get(service, "Tags");
	return !len || (value_is(tags, VALUE_LIST) && collection_has(tags, &needle));
}

/* nomadService "[tag.]name[@region]", or nomadService COUNT "HASH" "name": that many, always the
 * same ones for the same hash. */
static struct value *nomad_service(struct call *call, struct error *err)
{
	static const struct renamed fields[] = {
		{"ID", "ID"},
		{"Name", "ServiceName"},
		{"Node", "NodeID"},
		{"Address", "Address"},
		{"Port", "Port"},
		{"Datacenter", "Datacenter"},
		{"Namespace", "Namespace"},
		{"Tags", "Tags"},
		{"JobID", "JobID"},
		{"AllocID", "AllocID"},
		{NULL, NULL},
	};
	struct arena *arena = call->arena;
	const char *choose = NULL, *query = value_text(call->args[call->count - 1]);
	if (call->count == 3 && call->args[0]->kind == VALUE_INT && value_text(call->args[1]))
		choose = arena_printf(arena, "choose=%lld|%s", (long long)call->args[0]->integer,
				      value_text(call->args[1]));
	if (!query || (call->count != 1 && !choose)) {
		error_set(err, "takes \"[TAG.]NAME[@REGION]\", or COUNT \"HASH\" \"NAME\"");
		return NULL;
	}
	const char *dot = strchr(query, '.');
	size_t tag_len = dot ? (size_t)(dot - query) : 0;
	struct value *found, *made = value_list(arena);
	if (ask(call, "nomadService", dot ? dot + 1 : query, choose, &found, err) < 0)
		return NULL;
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++)
		if (has_tag(found->list.items[i], query, tag_len))
			value_append(arena, made,
				     call_struct(call, "*dependency.NomadService",
						 found->list.items[i], fields,
						 value_string(arena, "")));
	return type_named(made, "[]*dependency.NomadService");
}

/* --- variables --- */

static struct value *list_variables(struct call *call, bool *later, struct error *err)
{
	static const struct renamed fields[] = {
		{"Namespace", "Namespace"},
		{"Path", "Path"},
		{"CreateIndex", "CreateIndex"},
		{"ModifyIndex", "ModifyIndex"},
		{"CreateTime", "CreateTime"},
		{"ModifyTime", "ModifyTime"},
		{NULL, NULL},
	};
	struct value *found, *made = value_list(call->arena);
	const char *prefix = call->count ? call_text(call, 0) : "";
	int got = ask(call, "nomadVarList", prefix, NULL, &found, err);
	if (got < 0)
		return NULL;
	*later = got > 0;
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++)
		value_append(call->arena, made,
			     call_struct(call, "*dependency.NomadVarMeta", found->list.items[i],
					 fields, value_string(call->arena, "")));
	return type_named(made, "[]*dependency.NomadVarMeta");
}

static struct value *nomad_var_list(struct call *call, struct error *err)
{
	bool later;
	return list_variables(call, &later, err);
}

static struct value *nomad_var_list_safe(struct call *call, struct error *err)
{
	bool later = false;
	struct value *list = list_variables(call, &later, err);
	if (!list || list->list.len || later)
		return list;
	return call_missing(call, "variables below", call->count ? call_text(call, 0) : "",
			    "missing", list, err);
}

/* The items: name to text. */
static struct value *nomad_var(struct call *call, struct error *err)
{
	struct value *found, *none = type_named(value_map(call->arena), "map[string]string");
	int got = ask(call, "nomadVar", call_text(call, 0), NULL, &found, err);
	if (got < 0)
		return NULL;
	struct value *items = value_get(found, "Items");
	if (value_is(items, VALUE_MAP))
		return type_named(items, "map[string]string");
	return got > 0 ? none
		       : call_missing(call, "variable", call_text(call, 0), "missing", none, err);
}

static struct value *nomad_var_exists(struct call *call, struct error *err)
{
	struct value *found;
	if (ask(call, "nomadVar", call_text(call, 0), NULL, &found, err) < 0)
		return NULL;
	return value_bool(call->arena, found != NULL);
}

const struct function functions_nomad[] = {
	{"nomadServices", "s*", nomad_services},
	{"nomadService", "aa*", nomad_service},
	{"nomadVarList", "s*", nomad_var_list},
	{"nomadVarListSafe", "s*", nomad_var_list_safe},
	{"nomadVar", "s", nomad_var},
	{"nomadVarExists", "s", nomad_var_exists},
	{NULL, NULL, NULL},
};
