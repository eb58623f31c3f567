#include "agent/render/functions/sprig.h"

#include <string.h>

static struct value *defaults_default(struct call *call, struct error *err)
{
	(void)err;
	bool given = call->count > 1 && !sprig_empty(call->args[1]);
	return call->args[given ? 1 : 0];
}

static struct value *defaults_empty(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena, sprig_empty(call->args[0]));
}

/* The first argument that is empty or not, or NULL. */
static struct value *first_that(const struct call *call, bool empty)
{
	for (size_t i = 0; i < call->count; i++)
		if (sprig_empty(call->args[i]) == empty)
			return call->args[i];
	return NULL;
}

static struct value *defaults_coalesce(struct call *call, struct error *err)
{
	(void)err;
	struct value *found = first_that(call, false);
	return found ? found : type_nil(call->arena);
}

static struct value *defaults_all(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena, !first_that(call, true));
}

static struct value *defaults_any(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena, first_that(call, false) != NULL);
}

static struct value *defaults_ternary(struct call *call, struct error *err)
{
	(void)err;
	return call->args[call->args[2]->boolean ? 0 : 1];
}

static const char *name_of(const struct value *value)
{
	return value->kind == VALUE_NULL ? "<nil>" : type_name(value);
}

static struct value *defaults_type_of(struct call *call, struct error *err)
{
	(void)err;
	return value_string(call->arena, name_of(call->args[0]));
}

static struct value *defaults_type_is(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena, strcmp(call_text(call, 0), name_of(call->args[1])) == 0);
}

static struct value *defaults_type_is_like(struct call *call, struct error *err)
{
	(void)err;
	const char *name = name_of(call->args[1]), *wanted = call_text(call, 0);
	bool like = strcmp(wanted, name) == 0 || (name[0] == '*' && strcmp(wanted, name + 1) == 0);
	return value_bool(call->arena, like);
}

static struct value *defaults_kind_of(struct call *call, struct error *err)
{
	(void)err;
	return value_string(call->arena, sprig_kind(call->args[0]));
}

static struct value *defaults_kind_is(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena, strcmp(call_text(call, 0), sprig_kind(call->args[1])) == 0);
}

static struct value *defaults_deep_equal(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena, sprig_equal(call->args[0], call->args[1]));
}

const struct function functions_sprig_defaults[] = {
	{"sprig_all", "a*", defaults_all},
	{"sprig_any", "a*", defaults_any},
	{"sprig_coalesce", "a*", defaults_coalesce},
	{"sprig_deepEqual", "aa", defaults_deep_equal},
	{"sprig_default", "aa*", defaults_default},
	{"sprig_empty", "a", defaults_empty},
	{"sprig_kindIs", "sa", defaults_kind_is},
	{"sprig_kindOf", "a", defaults_kind_of},
	{"sprig_ternary", "aab", defaults_ternary},
	{"sprig_typeIs", "sa", defaults_type_is},
	{"sprig_typeIsLike", "sa", defaults_type_is_like},
	{"sprig_typeOf", "a", defaults_type_of},
	{NULL, NULL, NULL},
};
