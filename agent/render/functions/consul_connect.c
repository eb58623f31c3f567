/* Consul's certificates, partitions and peers. */
#include "agent/render/functions/functions.h"

static struct value *connect_ca_roots(struct call *call, struct error *err)
{
	static const struct field fields[] = {
		{"ID", "ID", NULL},
		{"Name", "Name", NULL},
		{"RootCertPEM", "RootCert", NULL},
		{"Active", "Active", "bool"},
		{"CreateIndex", "CreateIndex", "uint64"},
		{"ModifyIndex", "ModifyIndex", "uint64"},
		{NULL, NULL, NULL},
	};
	struct value *found;
	if (call_read(call, "caRoots", "", &found, err) < 0)
		return NULL;
	return call_structs(call, "*api.CARoot", value_get(found, "Roots"), fields);
}

static struct value *connect_ca_leaf(struct call *call, struct error *err)
{
	static const struct field fields[] = {
		{"SerialNumber", "SerialNumber", NULL},   {"CertPEM", "CertPEM", NULL},
		{"PrivateKeyPEM", "PrivateKeyPEM", NULL}, {"Service", "Service", NULL},
		{"ServiceURI", "ServiceURI", NULL},       {"ValidAfter", "ValidAfter", NULL},
		{"ValidBefore", "ValidBefore", NULL},     {"CreateIndex", "CreateIndex", "uint64"},
		{"ModifyIndex", "ModifyIndex", "uint64"}, {NULL, NULL, NULL},
	};
	const char *service = call->count ? call_text(call, 0) : "";
	const struct want want = {.kind = "caLeaf", .name = service};
	struct value *found = NULL;
	if (*service && call_want(call, &want, &found, err) < 0)
		return NULL;
	return found ? call_struct(call, "*api.LeafCert", found, fields) : type_nil(call->arena);
}

static int by_name(const void *a, const void *b)
{
	static const char *const keys[] = {"Name"};
	return fields_order(*(struct value *const *)a, *(struct value *const *)b, keys, 1);
}

static struct value *connect_partitions(struct call *call, struct error *err)
{
	static const struct field fields[] = {
		{"Name", "Name", NULL}, {"Description", "Description", NULL}, {NULL, NULL, NULL}};
	struct value *found;
	if (call_read(call, "partitions", "", &found, err) < 0)
		return NULL;
	struct value *made = call_structs(call, "*dependency.Partition", found, fields);
	list_sort(made, by_name);
	return made;
}

static int by_peer(const void *a, const void *b)
{
	static const char *const keys[] = {"PeeringState", "Partition", "Name"};
	return fields_order(*(struct value *const *)a, *(struct value *const *)b, keys, 3);
}

static struct value *as_peering(struct call *call, const struct value *from)
{
	static const struct field fields[] = {
		{"ID", "ID", NULL},
		{"Name", "Name", NULL},
		{"Partition", "Partition", NULL},
		{"Meta", "Meta", "map[string]string"},
		{"PeeringState", "State", NULL},
		{"PeerID", "PeerID", NULL},
		{"PeerServerName", "PeerServerName", NULL},
		{"PeerServerAddresses", "PeerServerAddresses", "[]string"},
		{NULL, NULL, NULL},
	};
	static const struct field stream[] = {
		{"ImportedServices", "ImportedServices", "[]string"},
		{"ExportedServices", "ExportedServices", "[]string"},
		{"LastHeartbeat", "LastHeartbeat", NULL},
		{"LastReceive", "LastReceive", NULL},
		{"LastSend", "LastSend", NULL},
		{NULL, NULL, NULL},
	};
	static const struct field remote[] = {{"Partition", "Partition", NULL},
					      {"Datacenter", "Datacenter", NULL},
					      {NULL, NULL, NULL}};
	struct value *made = call_struct(call, "*dependency.Peering", from, fields);
	value_set(call->arena, made, "StreamStatus",
		  call_struct(call, "dependency.PeeringStreamStatus",
			      value_get(from, "StreamStatus"), stream));
	value_set(call->arena, made, "Remote",
		  call_struct(call, "dependency.PeeringRemoteInfo", value_get(from, "Remote"),
			      remote));
	return made;
}

/* "?partition=x" or nothing. */
static struct value *connect_peerings(struct call *call, struct error *err)
{
	struct query query;
	struct value *found, *list = call_list(call, "[]*dependency.Peering");
	if (call_query(call, "peerings", call->count ? call_text(call, 0) : "", &query, err) < 0 ||
	    call_want(call, &query.want, &found, err) < 0)
		return NULL;
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++)
		value_append(call->arena, list, as_peering(call, found->list.items[i]));
	list_sort(list, by_peer);
	return list;
}

static int by_service(const void *a, const void *b)
{
	static const char *const keys[] = {"Service"};
	return fields_order(*(struct value *const *)a, *(struct value *const *)b, keys, 1);
}

/* What a partition, "" for the own one, gives others or takes from them. */
static int read_of_partition(struct call *call, const char *kind, struct value **found,
			     struct error *err)
{
	struct query query = {.want = {.kind = kind, .name = ""}};
	const char *partition = call->count ? call_text(call, 0) : "";
	if (*partition)
		call_query_add(call, &query, "partition", partition);
	return call_want(call, &query.want, found, err);
}

static struct value *connect_exported_services(struct call *call, struct error *err)
{
	static const struct field fields[] = {
		{"Service", "Service", NULL},
		{"Partition", "Partition", NULL},
		{"Namespace", "Namespace", NULL},
		{NULL, NULL, NULL},
	};
	static const struct field consumers[] = {{"Peers", "Peers", "[]string"},
						 {"Partitions", "Partitions", "[]string"},
						 {NULL, NULL, NULL}};
	struct value *found, *list = call_list(call, "[]dependency.ExportedService");
	if (read_of_partition(call, "exportedServices", &found, err) < 0)
		return NULL;
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++) {
		const struct value *from = found->list.items[i];
		struct value *made = call_struct(call, "dependency.ExportedService", from, fields);
		value_set(call->arena, made, "Consumers",
			  call_struct(call, "dependency.ResolvedConsumers",
				      value_get(from, "Consumers"), consumers));
		value_append(call->arena, list, made);
	}
	list_sort(list, by_service);
	return list;
}

static struct value *connect_imported_services(struct call *call, struct error *err)
{
	static const struct field fields[] = {
		{"Service", "Service", NULL},
		{"Namespace", "Namespace", NULL},
		{"SourcePartition", "SourcePartition", NULL},
		{NULL, NULL, NULL},
	};
	struct value *found;
	if (read_of_partition(call, "importedServices", &found, err) < 0)
		return NULL;
	struct value *list = call_structs(call, "dependency.ImportedService",
					  value_get(found, "ImportedServices"), fields);
	list_sort(list, by_service);
	return list;
}

const struct function functions_connect[] = {
	{"caRoots", "s*", connect_ca_roots},
	{"caLeaf", "s*", connect_ca_leaf},
	{"partitions", "", connect_partitions},
	{"peerings", "s*", connect_peerings},
	{"exportedServices", "s*", connect_exported_services},
	{"importedServices", "s*", connect_imported_services},
	{NULL, NULL, NULL},
};
