#include "agent/render/functions/functions.h"

#include <stdlib.h>

enum { EXIT_VALUES = 8 };

/* The variable's value, or NULL; either way it counts as read. */
static struct value *read_variable(struct call *call)
{
	const char *name = call_text(call, 0);
	const char *found = getenv(name);
	struct value *value = found ? value_string(call->arena, found) : NULL;
	call_record(call, "env", name, value);
	return value;
}

static struct value *environment_env(struct call *call, struct error *err)
{
	(void)err;
	struct value *value = read_variable(call);
	return value ? value : value_string(call->arena, "");
}

static struct value *environment_or_default(struct call *call, struct error *err)
{
	(void)err;
	struct value *value = read_variable(call);
	return value ? value : call->args[1];
}

static struct value *environment_must(struct call *call, struct error *err)
{
	struct value *value = read_variable(call);
	if (value && value->string.len)
		return value;
	error_set(err, "required environment variable %s is empty", call_text(call, 0));
	err->exit_code = EXIT_VALUES;
	return NULL;
}

const struct function functions_environment[] = {
	{"env", "s", environment_env},
	{"envOrDefault", "ss", environment_or_default},
	{"mustEnv", "s", environment_must},
	{NULL, NULL, NULL},
};
