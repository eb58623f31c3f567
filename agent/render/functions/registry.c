#include "agent/render/functions/functions.h"

#include "common/own.h"

#include <string.h>

static const struct function *const families[] = {
	functions_builtin, functions_compare,  functions_consul,          functions_environment,
	functions_facts,   functions_strings,  functions_collections,     functions_services,
	functions_parse,   functions_encoding, functions_regex,           functions_math,
	functions_time,    functions_template, functions_health,          functions_connect,
	functions_vault,   functions_nomad,    functions_nomad_variables,
};

const struct function *function_find(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT_OF(families); i++)
		for (const struct function *at = families[i]; at->name; at++)
			if (strlen(at->name) == len && memcmp(at->name, name, len) == 0)
				return at;
	return NULL;
}

const struct class *function_class(const char *type)
{
	return strcmp(type, class_nomad_items.type) == 0 ? &class_nomad_items : NULL;
}

bool function_exists(const char *name, size_t len)
{
	return function_find(name, len) != NULL;
}

struct value *call_string(const struct call *call, const struct buf *text)
{
	return value_stringn(call->arena, buf_text(text), text->len);
}
