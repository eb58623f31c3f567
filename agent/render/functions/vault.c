/* Vault's secrets and certificates; agent/source/vault.c has the shapes of answers. */
#include "agent/render/functions/functions.h"

#include <string.h>

/* What follows the path: "key=value" each, empty ones left out. Ends with NULL. */
static const char *const *write_arguments(const struct call *call, struct error *err)
{
	size_t count = 0;
	const char **args = arena_alloc(call->arena, call->count * sizeof *args);
	for (size_t i = 1; i < call->count; i++) {
		const char *arg = call_text(call, i);
		if (*arg && !strchr(arg, '=')) {
			error_set(err, "not k=v pair \"%s\"", arg);
			return NULL;
		}
		if (*arg)
			args[count++] = arg;
	}
	return args;
}

static struct value *as_auth(const struct call *call, const struct value *from)
{
	static const struct field fields[] = {
		{"ClientToken", "client_token", NULL},
		{"Accessor", "accessor", NULL},
		{"Policies", "policies", "[]string"},
		{"Metadata", "metadata", "map[string]string"},
		{"LeaseDuration", "lease_duration", "int"},
		{"Renewable", "renewable", "bool"},
		{NULL, NULL, NULL},
	};
	if (!value_is(from, VALUE_MAP))
		return type_named(value_null(call->arena), "*dependency.SecretAuth");
	return call_struct(call, "*dependency.SecretAuth", from, fields);
}

static struct value *as_wrap(const struct call *call, const struct value *from)
{
	static const struct field fields[] = {
		{"Token", "token", NULL},
		{"TTL", "ttl", "int"},
		{"CreationTime", "creation_time", NULL},
		{"WrappedAccessor", "wrapped_accessor", NULL},
		{NULL, NULL, NULL},
	};
	if (!value_is(from, VALUE_MAP))
		return type_named(value_null(call->arena), "*dependency.SecretWrapInfo");
	return call_struct(call, "*dependency.SecretWrapInfo", from, fields);
}

static struct value *as_secret(const struct call *call, const struct value *from)
{
	static const struct field fields[] = {
		{"RequestID", "request_id", NULL},          {"LeaseID", "lease_id", NULL},
		{"LeaseDuration", "lease_duration", "int"}, {"Renewable", "renewable", "bool"},
		{"Warnings", "warnings", "[]string"},       {NULL, NULL, NULL},
	};
	struct arena *arena = call->arena;
	struct value *data = value_get(from, "data");
	struct value *made = call_struct(call, "*dependency.Secret", from, fields);
	value_set(arena, made, "Data", value_is(data, VALUE_MAP) ? data : value_map(arena));
	value_set(arena, made, "Auth", as_auth(call, value_get(from, "auth")));
	value_set(arena, made, "WrapInfo", as_wrap(call, value_get(from, "wrap_info")));
	return made;
}

static struct value *vault_secret(struct call *call, struct error *err)
{
	struct want want = {.kind = "secret"};
	struct value *found;
	if (!call->count)
		return type_nil(call->arena);
	want.name = call_text(call, 0);
	if (call->count > 1 && !(want.args = write_arguments(call, err)))
		return NULL;
	int got = call_want(call, &want, &found, err);
	if (got)
		return got < 0 ? NULL : type_nil(call->arena);
	return found ? as_secret(call, found)
		     : call_missing(call, "secret", want.name, "missing", type_nil(call->arena),
				    err);
}

static struct value *vault_secrets(struct call *call, struct error *err)
{
	const struct want want = {.kind = "secrets", .name = call_text(call, 0)};
	struct value *found = NULL, *list = type_strings(call->arena);
	if (*want.name && call_want(call, &want, &found, err) < 0)
		return NULL;
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++)
		value_append(call->arena, list, found->list.items[i]);
	list_sort(list, NULL);
	return list;
}

/* The fields are also those of its Data: templates may be written as for a secret. */
static struct value *as_certificate(const struct call *call, const struct value *from)
{
	static const char type[] = "dependency.PemEncoded";
	static const struct field fields[] = {
		{"Cert", "Cert", NULL}, {"Key", "Key", NULL},
		{"CA", "CA", NULL},     {"CAChain", "CAChain", "[]string"},
		{NULL, NULL, NULL},
	};
	struct value *made = call_struct(call, type, from, fields);
	value_set(call->arena, made, "Data", call_struct(call, type, from, fields));
	return made;
}

static struct value *vault_certificate(struct call *call, struct error *err)
{
	struct want want = {.kind = "pki"};
	struct value *found;
	if (!call->count)
		return type_nil(call->arena);
	want.name = call_text(call, 0);
	want.args = write_arguments(call, err);
	if (!want.args)
		return NULL;
	int got = call_want(call, &want, &found, err);
	if (got)
		return got < 0 ? NULL : type_nil(call->arena);
	return found ? as_certificate(call, found)
		     : call_missing(call, "certificate", want.name, "missing",
				    type_nil(call->arena), err);
}

const struct function functions_vault[] = {
	{"secret", "s*", vault_secret},
	{"secrets", "s", vault_secrets},
	{"pkiCert", "s*", vault_certificate},
	{NULL, NULL, NULL},
};
