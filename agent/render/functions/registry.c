#include "agent/render/functions/functions.h"

#include "agent/render/functions/sprig.h"
#include "common/own.h"

#include <string.h>

static const struct function *const families[] = {
	functions_builtin, functions_compare,  functions_consul,          functions_environment,
	functions_facts,   functions_strings,  functions_collections,     functions_services,
	functions_parse,   functions_encoding, functions_regex,           functions_math,
	functions_time,    functions_template, functions_health,          functions_connect,
	functions_vault,   functions_nomad,    functions_nomad_variables, functions_files,
	functions_spew,    functions_sockaddr,
};

static const struct function *const sprig_families[] = {
	functions_sprig_trims,       functions_sprig_digests, functions_sprig_json,
	functions_sprig_strings,     functions_sprig_words,   functions_sprig_split,
	functions_sprig_lists,       functions_sprig_dicts,   functions_sprig_math,
	functions_sprig_decimals,    functions_sprig_ranges,  functions_sprig_defaults,
	functions_sprig_encoding,    functions_sprig_paths,   functions_sprig_regex,
	functions_sprig_durations,   functions_sprig_random,  functions_sprig_cases,
	functions_sprig_semver,      functions_sprig_urls,    functions_sprig_crypto,
	functions_sprig_unsupported,
};

static const struct function *find_in(const struct function *const *list, size_t count,
				      const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++)
		for (const struct function *at = list[i]; at->name; at++)
			if (strncmp(at->name, name, len) == 0 && !at->name[len])
				return at;
	return NULL;
}

const struct function *function_number(size_t number)
{
	for (size_t i = 0; i < COUNT_OF(families); i++)
		for (const struct function *at = families[i]; at->name; at++)
			if (!number--)
				return at;
	return NULL;
}

/* The many sprig functions cost only those that call them. */
const struct function *function_find(const char *name, size_t len)
{
	static const char prefix[] = "sprig_";
	if (len >= strlen(prefix) && memcmp(name, prefix, strlen(prefix)) == 0)
		return find_in(sprig_families, COUNT_OF(sprig_families), name, len);
	return find_in(families, COUNT_OF(families), name, len);
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
