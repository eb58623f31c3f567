/* The instances of a service, by Consul's health checks. */
#include "agent/render/functions/functions.h"

#include "common/own.h"

#include <string.h>

/* From good to bad. */
static const char *const statuses[] = {"passing", "warning", "critical", "maintenance"};

static size_t rank_of(const char *status)
{
	size_t at = COUNT_OF(statuses) - 1;
	while (at && (!status || strcmp(status, statuses[at]) != 0))
		at--;
	return at;
}

/* Consul marks maintenance by checks of its own. */
static bool is_maintenance(const struct value *check)
{
	static const char service[] = "_service_maintenance:";
	const char *id = value_text(value_get(check, "CheckID"));
	return id &&
	       (strcmp(id, "_node_maintenance") == 0 || strncmp(id, service, strlen(service)) == 0);
}

/* The worst of a service's checks. */
static const char *status_of(const struct value *checks)
{
	size_t worst = 0;
	for (size_t i = 0; value_is(checks, VALUE_LIST) && i < checks->list.len; i++) {
		const struct value *check = checks->list.items[i];
		size_t rank = is_maintenance(check)
				      ? COUNT_OF(statuses) - 1
				      : rank_of(value_text(value_get(check, "Status")));
		worst = rank > worst ? rank : worst;
	}
	return statuses[worst];
}

static struct value *service_instance(struct call *call, const struct value *entry)
{
	static const struct field fields[] = {
		{"Node", "Node.Node", NULL},
		{"NodeID", "Node.ID", NULL},
		{"NodeAddress", "Node.Address", NULL},
		{"NodeDatacenter", "Node.Datacenter", NULL},
		{"NodeTaggedAddresses", "Node.TaggedAddresses", "map[string]string"},
		{"NodeMeta", "Node.Meta", "map[string]string"},
		{"ServiceMeta", "Service.Meta", "map[string]string"},
		{"Address", "Service.Address", NULL},
		{"ServiceTaggedAddresses", "Service.TaggedAddresses",
		 "map[string]api.ServiceAddress"},
		{"ID", "Service.ID", NULL},
		{"Name", "Service.Service", NULL},
		{"Tags", "Service.Tags", "dependency.ServiceTags"},
		{"Checks", "Checks", "api.HealthChecks"},
		{"Status", "", NULL},
		{"Port", "Service.Port", "int"},
		{"Weights", "Service.Weights", "api.AgentWeights"},
		{NULL, NULL, NULL},
	};
	struct value *made = call_struct(call, "*dependency.HealthService", entry, fields);
	if (!*value_text(value_get(made, "Address")))
		value_set(call->arena, made, "Address", value_get(made, "NodeAddress"));
	value_set(call->arena, made, "Status",
		  value_string(call->arena, status_of(value_get(made, "Checks"))));
	list_sort(value_get(made, "Tags"), NULL);
	return made;
}

/* "warning,critical" to bits by rank. */
static int read_filter(const char *filter, unsigned *accepted, struct error *err)
{
	*accepted = 0;
	for (size_t len; *filter; filter += len + (filter[len] == ',')) {
		filter += strspn(filter, " ");
		len = strcspn(filter, ",");
		size_t end = len;
		while (end && filter[end - 1] == ' ')
			end--;
		size_t at = 0;
		while (at < COUNT_OF(statuses) &&
		       (strlen(statuses[at]) != end || memcmp(statuses[at], filter, end) != 0))
			at++;
		if (end == 3 && memcmp(filter, "any", 3) == 0)
			*accepted = ~0u;
		else if (at < COUNT_OF(statuses))
			*accepted |= 1u << at;
		else if (end)
			return error_set(err,
					 "\"%.*s\" is no status: \"passing\", \"warning\", "
					 "\"critical\", \"maintenance\" or \"any\" are",
					 (int)end, filter);
	}
	*accepted = *accepted ? *accepted : 1;
	return 0;
}

static int by_node(const void *a, const void *b)
{
	static const char *const keys[] = {"Node", "ID"};
	return fields_order(*(struct value *const *)a, *(struct value *const *)b, keys, 2);
}

static struct value *select_instances(struct call *call, const struct query *query,
				      unsigned accepted, const struct value *found)
{
	struct value *list = call_list(call, "[]*dependency.HealthService");
	struct value tag = {.kind = VALUE_STRING};
	tag.string.data = query->tag;
	tag.string.len = query->tag ? strlen(query->tag) : 0;
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++) {
		struct value *instance = service_instance(call, found->list.items[i]);
		size_t rank = rank_of(value_text(value_get(instance, "Status")));
		if ((accepted & 1u << rank) &&
		    (!query->tag || collection_has(value_get(instance, "Tags"), &tag)))
			value_append(call->arena, list, instance);
	}
	if (!query->near)
		list_sort(list, by_node);
	return list;
}

/* "tag.name" */
static void split_tag(struct call *call, struct query *query)
{
	const char *name = query->want.name, *dot = strrchr(name, '.');
	if (!dot)
		return;
	query->tag = arena_strndup(call->arena, name, (size_t)(dot - name));
	query->want.name = dot + 1;
}

/* Consul selects what passes; other states are selected here. */
static struct value *instances(struct call *call, const char *kind, struct error *err)
{
	struct query query;
	struct value *found;
	unsigned accepted;
	if (call->count > 2) {
		error_set(err, "a query and a filter at most, not %zu arguments", call->count);
		return NULL;
	}
	if (!call->count || !call_len(call, 0))
		return call_list(call, "[]*dependency.HealthService");
	if (call_query(call, kind, call_text(call, 0), &query, err) < 0)
		return NULL;
	split_tag(call, &query);
	const char *filter = call->count > 1 ? call_text(call, 1) : query.filter;
	if (read_filter(filter ? filter : "", &accepted, err) < 0)
		return NULL;
	if (accepted == 1)
		call_query_add(call, &query, "passing", "1");
	if (call_want(call, &query.want, &found, err) < 0)
		return NULL;
	return select_instances(call, &query, accepted, found);
}

static struct value *health_service(struct call *call, struct error *err)
{
	return instances(call, "service", err);
}

static struct value *health_connect(struct call *call, struct error *err)
{
	return instances(call, "connect", err);
}

const struct function functions_health[] = {
	{"service", "s*", health_service},
	{"connect", "s*", health_connect},
	{NULL, NULL, NULL},
};
