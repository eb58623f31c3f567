/* Consul's service mesh, and what its Enterprise edition and peerings add. */
#include "agent/render/functions/functions.h"

#include <string.h>

/* Those of the API, under the names of the Go client's structs. */
static struct value *structs(struct call *call, const char *type, const struct value *list,
			     const struct renamed *fields)
{
	struct value *made = value_list(call->arena);
	for (size_t i = 0; value_is(list, VALUE_LIST) && i < list->list.len; i++)
		value_append(call->arena, made,
			     call_struct(call, type, list->list.items[i], fields,
					 value_string(call->arena, "")));
	return made;
}

static struct value *connect_roots(struct call *call, struct error *err)
{
	static const struct renamed fields[] = {
		{"ID", "ID"},
		{"Name", "Name"},
		{"RootCertPEM", "RootCert"},
		{"Active", "Active"},
		{"CreateIndex", "CreateIndex"},
		{"ModifyIndex", "ModifyIndex"},
		{NULL, NULL},
	};
	struct value *found;
	if (call_read(call, "caRoots", "", &found, err) < 0)
		return NULL;
	return type_named(structs(call, "*api.CARoot", value_get(found, "Roots"), fields),
			  "[]*api.CARoot");
}

static struct value *connect_leaf(struct call *call, struct error *err)
{
	static const struct renamed fields[] = {
		{"SerialNumber", "SerialNumber"},   {"CertPEM", "CertPEM"},
		{"PrivateKeyPEM", "PrivateKeyPEM"}, {"Service", "Service"},
		{"ServiceURI", "ServiceURI"},       {"ValidAfter", "ValidAfter"},
		{"ValidBefore", "ValidBefore"},     {"CreateIndex", "CreateIndex"},
		{"ModifyIndex", "ModifyIndex"},     {NULL, NULL},
	};
	struct value *found;
	if (call_read(call, "caLeaf", call_text(call, 0), &found, err) < 0)
		return NULL;
	return call_struct(call, "*api.LeafCert", found, fields, value_string(call->arena, ""));
}

static struct value *connect_partitions(struct call *call, struct error *err)
{
	static const struct renamed fields[] = {
		{"Name", "Name"}, {"Description", "Description"}, {NULL, NULL}};
	struct value *found;
	if (call_read(call, "partitions", "", &found, err) < 0)
		return NULL;
	return type_named(structs(call, "*dependency.Partition", found, fields),
			  "[]*dependency.Partition");
}

/* One argument or none: a partition. */
static int read_in_partition(struct call *call, const char *kind, struct value **found,
			     struct error *err)
{
	const char *args[2] = {NULL};
	const struct want want = {.kind = kind, .name = "", .args = args};
	if (call->count > 1)
		return error_set(err, "one partition or none, not %zu", call->count);
	if (call->count && *call_text(call, 0))
		args[0] = arena_printf(call->arena, "partition=%s", call_text(call, 0));
	return call_want(call, &want, found, err);
}

static struct value *connect_peerings(struct call *call, struct error *err)
{
	static const struct renamed fields[] = {
		{"Name", "Name"},
		{"Partition", "Partition"},
		{"Meta", "Meta"},
		{"PeerState", "State"},
		{"PeerID", "PeerID"},
		{"PeerServerName", "PeerServerName"},
		{"PeerServerAddresses", "PeerServerAddresses"},
		{"StreamStatus", "StreamStatus"},
		{"Remote", "Remote"},
		{NULL, NULL},
	};
	struct value *found;
	if (read_in_partition(call, "peerings", &found, err) < 0)
		return NULL;
	return type_named(structs(call, "*dependency.Peering", found, fields),
			  "[]*dependency.Peering");
}

static const struct renamed consumer_fields[] = {{"Peers", "Peers"},
						 {"Partitions", "Partitions"},
						 {"SamenessGroups", "SamenessGroups"},
						 {NULL, NULL}};

/* The consumers of a service, by what they are. */
static struct value *consumers_of(struct call *call, const struct value *service)
{
	static const char *const kinds[][2] = {{"Peer", "Peers"},
					       {"Partition", "Partitions"},
					       {"SamenessGroup", "SamenessGroups"}};
	const struct value *list = value_get(service, "Consumers");
	struct value *sorted = value_map(call->arena);
	for (size_t k = 0; k < 3; k++) {
		struct value *names = type_strings(call->arena);
		for (size_t i = 0; value_is(list, VALUE_LIST) && i < list->list.len; i++) {
			const char *name = value_text(value_get(list->list.items[i], kinds[k][0]));
			if (name && *name)
				value_append(call->arena, names, value_string(call->arena, name));
		}
		value_set(call->arena, sorted, kinds[k][1], names);
	}
	return call_struct(call, "dependency.ResolvedConsumers", sorted, consumer_fields,
			   type_strings(call->arena));
}

/* The configuration entries' services, one list of all. */
static struct value *connect_exported(struct call *call, struct error *err)
{
	struct value *found, *made = value_list(call->arena);
	if (read_in_partition(call, "exportedServices", &found, err) < 0)
		return NULL;
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++) {
		const struct value *services = value_get(found->list.items[i], "Services");
		for (size_t s = 0; value_is(services, VALUE_LIST) && s < services->list.len; s++) {
			const struct value *service = services->list.items[s];
			struct value *one =
				type_named(value_map(call->arena), "dependency.ExportedService");
			struct value *name = value_get(service, "Name");
			value_set(call->arena, one, "Service",
				  name ? name : value_string(call->arena, ""));
			value_set(call->arena, one, "Consumers", consumers_of(call, service));
			value_append(call->arena, made, one);
		}
	}
	return type_named(made, "[]dependency.ExportedService");
}

static struct value *connect_imported(struct call *call, struct error *err)
{
	static const struct renamed fields[] = {{"Service", "Service"},
						{"SourcePartition", "Partition"},
						{"SourcePeer", "Peer"},
						{NULL, NULL}};
	struct value *found;
	if (read_in_partition(call, "importedServices", &found, err) < 0)
		return NULL;
	if (value_is(found, VALUE_MAP))
		found = value_get(found, "Services");
	return type_named(structs(call, "dependency.ImportedService", found, fields),
			  "[]dependency.ImportedService");
}

const struct function functions_connect[] = {
	{"caRoots", "", connect_roots},
	{"caLeaf", "s", connect_leaf},
	{"partitions", "", connect_partitions},
	{"peerings", "s*", connect_peerings},
	{"exportedServices", "s*", connect_exported},
	{"importedServices", "s*", connect_imported},
	{NULL, NULL, NULL},
};
