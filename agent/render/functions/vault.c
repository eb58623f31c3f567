/* Vault's functions: what they give has the names of the Go client's Secret. */
#include "agent/render/functions/functions.h"
#include "common/own.h"

#include <string.h>

static struct value *missing_secret(struct call *call, struct error *err)
{
	struct value *none = type_nil(call->arena);
	return call_missing(call, "secret", call_text(call, 0), "missing", none, err);
}

static struct value *as_struct(struct call *call, const char *type, const struct value *map,
			       const struct renamed *fields)
{
	return call_struct(call, type, map, fields, type_nil(call->arena));
}

static struct value *auth_of(struct call *call, const struct value *reply)
{
	static const struct renamed fields[] = {
		{"ClientToken", "client_token"},
		{"Accessor", "accessor"},
		{"Policies", "policies"},
		{"Metadata", "metadata"},
		{"LeaseDuration", "lease_duration"},
		{"Renewable", "renewable"},
		{NULL, NULL},
	};
	const struct value *auth = value_get(reply, "auth");
	return value_is(auth, VALUE_MAP) ? as_struct(call, "*dependency.SecretAuth", auth, fields)
					 : type_nil(call->arena);
}

static struct value *wrap_of(struct call *call, const struct value *reply)
{
	static const struct renamed fields[] = {
		{"Token", "token"},
		{"TTL", "ttl"},
		{"CreationTime", "creation_time"},
		{"WrappedAccessor", "wrapped_accessor"},
		{NULL, NULL},
	};
	const struct value *wrap = value_get(reply, "wrap_info");
	return value_is(wrap, VALUE_MAP)
		       ? as_struct(call, "*dependency.SecretWrapInfo", wrap, fields)
		       : type_nil(call->arena);
}

static struct value *secret_of(struct call *call, const struct value *reply)
{
	static const struct renamed fields[] = {
		{"RequestID", "request_id"},
		{"LeaseID", "lease_id"},
		{"LeaseDuration", "lease_duration"},
		{"Renewable", "renewable"},
		{"Warnings", "warnings"},
		{"Data", "data"},
		{NULL, NULL},
	};
	struct value *made = as_struct(call, "*dependency.Secret", reply, fields);
	if (!value_is(value_get(made, "Data"), VALUE_MAP))
		value_set(call->arena, made, "Data", value_map(call->arena));
	value_set(call->arena, made, "Auth", auth_of(call, reply));
	value_set(call->arena, made, "WrapInfo", wrap_of(call, reply));
	return made;
}

/* The arguments behind the path: "key=value". */
static const char *const *pairs(const struct call *call)
{
	const char **args = arena_alloc(call->arena, (call->count + 1) * sizeof *args);
	for (size_t i = 1; i < call->count; i++)
		args[i - 1] = call_text(call, i);
	return call->count > 1 ? args : NULL;
}

static struct value *vault_secret(struct call *call, struct error *err)
{
	const struct want want = {
		.kind = "secret", .name = call_text(call, 0), .args = pairs(call)};
	struct value *found;
	int got = call_want(call, &want, &found, err);
	if (got < 0)
		return NULL;
	if (got > 0)
		return secret_of(call, value_map(call->arena));
	return found ? secret_of(call, found) : missing_secret(call, err);
}

static struct value *vault_secrets(struct call *call, struct error *err)
{
	const struct want want = {.kind = "secrets", .name = call_text(call, 0)};
	struct value *found;
	if (call_want(call, &want, &found, err) < 0)
		return NULL;
	struct value *keys = value_path(found, "data.keys");
	return type_named(value_is(keys, VALUE_LIST) ? keys : value_list(call->arena), "[]string");
}

/* The chain, from the certificate's issuer on; Vault gives a list. */
static struct value *chain_of(struct call *call, const struct value *found)
{
	auto_buf struct buf chain = {0};
	const struct value *list = value_path(found, "data.ca_chain");
	for (size_t i = 0; value_is(list, VALUE_LIST) && i < list->list.len; i++) {
		const char *pem = value_text(list->list.items[i]);
		buf_printf(&chain, "%s%s", i ? "\n" : "", pem ? pem : "");
	}
	return call_string(call, &chain);
}

static struct value *vault_pki(struct call *call, struct error *err)
{
	static const struct renamed fields[] = {{"Cert", "data.certificate"},
						{"Key", "data.private_key"},
						{"CA", "data.issuing_ca"},
						{NULL, NULL}};
	const struct want want = {.kind = "pki", .name = call_text(call, 0), .args = pairs(call)};
	struct value *found;
	int got = call_want(call, &want, &found, err);
	if (got < 0)
		return NULL;
	if (got == 0 && !found)
		return missing_secret(call, err);
	struct value *made = call_struct(call, "dependency.PemEncoded", found, fields,
					 value_string(call->arena, ""));
	value_set(call->arena, made, "CAChain", chain_of(call, found));
	return made;
}

const struct function functions_vault[] = {
	{"secret", "ss*", vault_secret},
	{"secrets", "s", vault_secrets},
	{"pkiCert", "ss*", vault_pki},
	{NULL, NULL, NULL},
};
