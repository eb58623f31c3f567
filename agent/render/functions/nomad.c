/* Nomad's services and the names of its variables. */
#include "agent/render/functions/functions.h"

#include <string.h>

/* "?ns=x@region" is cut off the text; what it says becomes arguments. */
static const char *cut_place(struct call *call, struct query *query, const char *text,
			     struct error *err)
{
	char *name = arena_strdup(call->arena, text);
	char *at = strrchr(name, '@');
	if (at)
		*at = '\0';
	char *question = strchr(name, '?');
	if (question)
		*question = '\0';
	if (question && strncmp(question + 1, "ns=", 3) != 0) {
		error_set(err, "\"%s\" in \"%s\" is no \"?ns=NAMESPACE\"", question + 1, text);
		return NULL;
	}
	if (question && question[4])
		call_query_add(call, query, "namespace", question + 4);
	if (at && at[1])
		call_query_add(call, query, "region", at + 1);
	return name;
}

static int by_name(const void *a, const void *b)
{
	static const char *const keys[] = {"Name", "Namespace"};
	return fields_order(*(struct value *const *)a, *(struct value *const *)b, keys, 2);
}

static struct value *nomad_services(struct call *call, struct error *err)
{
	static const struct field fields[] = {{"Name", "ServiceName", NULL},
					      {"Namespace", "", NULL},
					      {"Tags", "Tags", "dependency.ServiceTags"},
					      {NULL, NULL, NULL}};
	static const char type[] = "*dependency.NomadServicesSnippet";
	struct query query = {.want = {.kind = "nomadServices", .name = ""}};
	struct value *found, *list = call_list(call, "[]*dependency.NomadServicesSnippet");
	if (!cut_place(call, &query, call->count ? call_text(call, 0) : "", err) ||
	    call_want(call, &query.want, &found, err) < 0)
		return NULL;
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++) {
		const struct value *entry = found->list.items[i];
		const struct value *services = value_get(entry, "Services");
		const char *space = value_text(value_get(entry, "Namespace"));
		for (size_t at = 0; value_is(services, VALUE_LIST) && at < services->list.len;
		     at++) {
			struct value *made =
				call_struct(call, type, services->list.items[at], fields);
			value_set(call->arena, made, "Namespace",
				  value_string(call->arena, space ? space : ""));
			list_sort(value_get(made, "Tags"), NULL);
			value_append(call->arena, list, made);
		}
	}
	list_sort(list, by_name);
	return list;
}

/* Those with the tag, where there is one. */
static struct value *instances(const struct call *call, const struct value *found, const char *tag)
{
	static const struct field fields[] = {
		{"ID", "ID", NULL},
		{"Name", "ServiceName", NULL},
		{"Node", "NodeID", NULL},
		{"Address", "Address", NULL},
		{"Port", "Port", "int"},
		{"Datacenter", "Datacenter", NULL},
		{"Tags", "Tags", "dependency.ServiceTags"},
		{"JobID", "JobID", NULL},
		{"AllocID", "AllocID", NULL},
		{NULL, NULL, NULL},
	};
	static const char type[] = "*dependency.NomadService";
	struct value *list = call_list(call, "[]*dependency.NomadService");
	struct value needle = {.kind = VALUE_STRING, .string = {tag, tag ? strlen(tag) : 0}};
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++) {
		struct value *made = call_struct(call, type, found->list.items[i], fields);
		list_sort(value_get(made, "Tags"), NULL);
		if (!tag || collection_has(value_get(made, "Tags"), &needle))
			value_append(call->arena, list, made);
	}
	return list;
}

/* COUNT KEY of the three arguments: that many instances, always the same for the same key. */
static int add_choice(struct call *call, struct query *query, struct error *err)
{
	const struct value *count = call->args[0];
	if (count->kind != VALUE_INT || !value_is(call->args[1], VALUE_STRING))
		return error_set(err, "expected an integer for <count> and a string for <key>");
	call_query_add(call, query, "choose",
		       arena_printf(call->arena, "%lld|%s", (long long)count->integer,
				    call_text(call, 1)));
	return 0;
}

/* "tag.name?ns=x@region" */
static struct value *nomad_service(struct call *call, struct error *err)
{
	struct query query = {.want = {.kind = "nomadService"}};
	struct value *found;
	if ((call->count != 1 && call->count != 3) ||
	    !value_is(call->args[call->count - 1], VALUE_STRING)) {
		error_set(err, "expected arguments <service> or <count> <key> <service>");
		return NULL;
	}
	if (call->count == 3 && add_choice(call, &query, err) < 0)
		return NULL;
	const char *name = cut_place(call, &query, call_text(call, call->count - 1), err);
	if (!name)
		return NULL;
	const char *dot = strrchr(name, '.'), *tag = NULL;
	if (dot)
		tag = arena_strndup(call->arena, name, (size_t)(dot - name));
	query.want.name = dot ? dot + 1 : name;
	if (!*query.want.name) {
		error_set(err, "\"%s\" names no service", call_text(call, call->count - 1));
		return NULL;
	}
	if (call_want(call, &query.want, &found, err) < 0)
		return NULL;
	return instances(call, found, tag);
}

const struct function functions_nomad[] = {
	{"nomadServices", "s*", nomad_services},
	{"nomadService", "a*", nomad_service},
	{NULL, NULL, NULL},
};
