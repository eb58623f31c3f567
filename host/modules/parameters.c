/* A module's parameters: how they are declared, and the values a manifest gives them. */
#include "common/nearest.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/modules/module.h"

#include <regex.h>
#include <stddef.h>
#include <string.h>

#define AT(member) offsetof(struct module_parameter, member)
#define KIND(kind) (1u << (kind))

static const struct type {
	const char *name, *article;
	unsigned kinds;
} types[] = {
	{"string", "a string",
	 KIND(VALUE_STRING) | KIND(VALUE_INT) | KIND(VALUE_FLOAT) | KIND(VALUE_BOOL)},
	{"integer", "an integer", KIND(VALUE_INT)},
	{"number", "a number", KIND(VALUE_INT) | KIND(VALUE_FLOAT)},
	{"boolean", "true or false", KIND(VALUE_BOOL)},
	{"list", "a list", KIND(VALUE_LIST)},
	{"map", "a map", KIND(VALUE_MAP)},
};
static const char *const type_names[] = {"string", "integer", "number", "boolean",
					 "list",   "map",     NULL};

static const struct type *type_of(const char *name)
{
	for (size_t i = 0; name && i < COUNT_OF(types); i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

static int keep(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)reader;
	*(const struct value **)target = entry->value;
	return 0;
}

enum { LONGEST_PATTERN = 200 };

/* The whole text must fit. Counted repetitions and references back can cost more than any machine
 * has: they are not taken. */
static int compile(const char *pattern, regex_t *compiled)
{
	for (const char *c = pattern; *c; c++)
		if (*c == '{' || (*c == '\\' && c[1] >= '0' && c[1] <= '9'))
			return -1;
	autofree char *whole = mem_printf("^(%s)$", pattern);
	if (strlen(pattern) > LONGEST_PATTERN)
		return -1;
	int status = regcomp(compiled, whole, REG_EXTENDED | REG_NOSUB);
	if (status == REG_ESPACE)
		mem_exhausted();
	return status == 0 ? 0 : -1;
}

static int read_pattern(struct reader *reader, const struct value_entry *entry, void *target)
{
	regex_t compiled;
	if (reader_text(reader, entry, target) < 0)
		return -1;
	if (compile(*(const char **)target, &compiled) < 0)
		return reader_fail(reader, entry->value,
				   "'pattern' is an extended regular expression of at most %d "
				   "characters, without {...} and \\1",
				   LONGEST_PATTERN);
	regfree(&compiled);
	return 0;
}

enum { ANYTHING = TAKES_TEXT | TAKES_LIST | TAKES_TREE };

static const struct reader_key keys[] = {
	{.name = "type",
	 TAKES_TEXT,
	 AT(type),
	 reader_text,
	 "what a value must be; default: anything",
	 .choices = type_names},
	{.name = "description", TAKES_TEXT, AT(description), reader_text, "for people"},
	{.name = "default", ANYTHING, AT(initial), keep, "where a manifest gives none"},
	{.name = "required",
	 TAKES_FLAG,
	 AT(required),
	 reader_flag,
	 "`true`: a manifest must give it; else what has no default is `none`"},
	{.name = "enum", TAKES_LIST, AT(choices), keep, "the values it may have"},
	{.name = "pattern",
	 TAKES_TEXT,
	 AT(pattern),
	 read_pattern,
	 "an extended regular expression that the whole of a string must fit"},
};
const struct reader_section parameter_section = {"a parameter", keys, COUNT_OF(keys), false};

static const char *text_of(const struct value *value)
{
	return value->kind == VALUE_STRING ? value->string.data : value->source;
}

/* A value as its type has it: a string's `1.10` stays the text it was. NULL: it does not fit. */
static struct value *typed(struct arena *arena, const struct module_parameter *parameter,
			   const struct value *value)
{
	const struct type *type = type_of(parameter->type);
	if (value->kind == VALUE_OBJECT || !type)
		return (struct value *)value;
	if (!(type->kinds & KIND(value->kind)))
		return NULL;
	if (strcmp(type->name, "string") != 0 || value->kind == VALUE_STRING || !value->source)
		return (struct value *)value;
	return value_string(arena, value->source);
}

static bool fits_pattern(const struct module_parameter *parameter, const struct value *value)
{
	regex_t compiled;
	const char *text = text_of(value);
	if (!parameter->pattern || !text || compile(parameter->pattern, &compiled) < 0)
		return true;
	bool fits = regexec(&compiled, text, 0, NULL, 0) == 0;
	regfree(&compiled);
	return fits;
}

static bool is_choice(struct arena *arena, const struct module_parameter *parameter,
		      const struct value *value)
{
	for (size_t i = 0; parameter->choices && i < parameter->choices->list.len; i++) {
		const struct value *choice =
			typed(arena, parameter, parameter->choices->list.items[i]);
		if (choice && value_equal(choice, value))
			return true;
	}
	return !parameter->choices;
}

static int refuse_choice(struct reader *reader, const struct module_parameter *parameter,
			 const struct value *from)
{
	auto_buf struct buf list = {0};
	for (size_t i = 0; i < parameter->choices->list.len; i++) {
		const char *text = text_of(parameter->choices->list.items[i]);
		if (text)
			buf_printf(&list, "%s%s", list.len ? ", " : "", text);
	}
	return reader_problem(reader, reader_at(reader, from), "value", NULL,
			      "the parameter '%s' must be one of: %s", parameter->name,
			      buf_text(&list));
}

/* NULL with a problem. What is only a sketch may be part of a text. */
static struct value *checked(struct reader *reader, const struct module_parameter *parameter,
			     const struct value *from, bool sketch)
{
	struct value *value = typed(&reader->manifest->arena, parameter, from);
	if (!value) {
		reader_problem(reader, reader_at(reader, from), "type", NULL,
			       "the parameter '%s' must be %s, this is a %s", parameter->name,
			       type_of(parameter->type)->article, value_kind_name(from->kind));
		return NULL;
	}
	if (value->kind == VALUE_OBJECT || sketch)
		return value;
	if (!is_choice(&reader->manifest->arena, parameter, value)) {
		refuse_choice(reader, parameter, from);
		return NULL;
	}
	if (fits_pattern(parameter, value))
		return value;
	reader_problem(reader, reader_at(reader, from), "value", NULL,
		       "the parameter '%s' must fit the pattern %s", parameter->name,
		       parameter->pattern);
	return NULL;
}

static int read_parameter(struct reader *reader, const struct value_entry *entry,
			  struct module_parameter *parameter)
{
	*parameter = (struct module_parameter){
		.name = entry->key, .at = reader_position(reader, entry->line, entry->column)};
	if (entry->value->kind == VALUE_NULL)
		return 0;
	if (reader_map(reader, entry->value, &parameter_section, parameter) < 0)
		return -1;
	if (parameter->required && parameter->initial)
		return reader_fail(reader, parameter->initial,
				   "a parameter that is required has no default");
	return !parameter->initial || checked(reader, parameter, parameter->initial, false) ? 0
											    : -1;
}

int reader_parameters(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct module *module = target;
	const struct value *from = entry->value;
	int status = 0;
	module->parameters = arena_alloc(&reader->manifest->arena,
					 (from->map.len + 1) * sizeof *module->parameters);
	for (size_t i = 0; i < from->map.len; i++)
		if (read_parameter(reader, &from->map.entries[i],
				   &module->parameters[module->parameter_count]) < 0)
			status = -1;
		else
			module->parameter_count++;
	return status;
}

static const struct module_parameter *find(const struct module *module, const char *name)
{
	for (size_t i = 0; i < module->parameter_count; i++)
		if (strcmp(module->parameters[i].name, name) == 0)
			return &module->parameters[i];
	return NULL;
}

static int refuse_unknown(struct reader *reader, const struct module *module,
			  const struct value_entry *entry)
{
	struct arena *arena = &reader->manifest->arena;
	const char **names = arena_alloc(arena, (module->parameter_count + 1) * sizeof *names);
	for (size_t i = 0; i < module->parameter_count; i++)
		names[i] = module->parameters[i].name;
	const char *near = nearest_name(entry->key, names, module->parameter_count);
	return reader_problem(reader, reader_position(reader, entry->line, entry->column),
			      "unknown-key",
			      near ? arena_printf(arena, "did you mean '%s'?", near) : NULL,
			      "the module %s has no parameter '%s'", module->name, entry->key);
}

static int refuse_missing(struct reader *reader, const struct module *module,
			  const struct module_parameter *parameter, const struct value *at)
{
	return reader_problem(reader, reader_at(reader, at), "missing", NULL,
			      "the module %s needs the parameter '%s'%s%s", module->name,
			      parameter->name, parameter->description ? ": " : "",
			      parameter->description ? parameter->description : "");
}

static int take_given(struct reader *reader, const struct module *module, const struct value *with,
		      bool sketch, struct value *values)
{
	int status = 0;
	for (size_t i = 0; with && i < with->map.len; i++) {
		const struct value_entry *entry = &with->map.entries[i];
		const struct module_parameter *parameter = find(module, entry->key);
		if (parameter && entry->value->kind == VALUE_NULL)
			continue;
		struct value *value =
			parameter ? checked(reader, parameter, entry->value, sketch) : NULL;
		if (!parameter)
			refuse_unknown(reader, module, entry);
		if (value)
			value_set(&reader->manifest->arena, values, entry->key, value);
		else
			status = -1;
	}
	return status;
}

struct value *parameters_values(struct reader *reader, const struct module *module,
				const struct value *with, const struct value *at, bool sketch)
{
	struct arena *arena = &reader->manifest->arena;
	struct value *values = value_map(arena);
	int status = take_given(reader, module, with, sketch, values);
	for (size_t i = 0; i < module->parameter_count; i++) {
		const struct module_parameter *parameter = &module->parameters[i];
		const struct value *given = value_get(with, parameter->name);
		if (given && given->kind != VALUE_NULL)
			continue;
		if (parameter->required && !sketch)
			status = refuse_missing(reader, module, parameter, at);
		else if (parameter->required)
			value_set(arena, values, parameter->name, jinja_placeholder(arena));
		else
			value_set(arena, values, parameter->name,
				  parameter->initial ? typed(arena, parameter, parameter->initial)
						     : value_null(arena));
	}
	return status == 0 ? values : NULL;
}
