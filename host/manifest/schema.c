/* What editors and readers get of the table of keys: a JSON Schema (https://json-schema.org/
 * draft/2020-12/schema) and Markdown. */
#include "common/json.h"
#include "common/own.h"
#include "host/modules/module.h"

#include <string.h>

enum { IN_MANIFESTS = 1, IN_MODULES = 2 };

static const struct document {
	unsigned in;
	const char *title;
	const struct reader_section *section;
} manifests = {IN_MANIFESTS, "A manifest of factory", &manifest_section},
  modules = {IN_MODULES, "A module of factory", &module_section};

static const struct named_section {
	const char *name;
	const struct reader_section *section;
	unsigned in;
} sections[] = {
	{"step", &step_section, IN_MANIFESTS | IN_MODULES},
	{"branch", &branch_section, IN_MANIFESTS | IN_MODULES},
	{"copy", &copy_section, IN_MANIFESTS | IN_MODULES},
	{"config", &config_section, IN_MANIFESTS},
	{"limits", &limits_section, IN_MANIFESTS},
	{"secret", &secret_section, IN_MANIFESTS},
	{"include", &include_section, IN_MANIFESTS},
	{"jobs", &jobs_section, IN_MANIFESTS},
	{"pillar", &pillar_section, IN_MANIFESTS},
	{"cache", &cache_section, IN_MANIFESTS},
	{"files", &files_section, IN_MANIFESTS},
	{"artifact", &artifact_section, IN_MANIFESTS},
	{"module", &module_use_section, IN_MANIFESTS},
	{"service", &service_section, IN_MANIFESTS},
	{"ready", &ready_section, IN_MANIFESTS},
	{"parameter", &parameter_section, IN_MODULES},
};

static void put_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
	value_set(arena, map, key, value_string(arena, text));
}

static struct value *typed(struct arena *arena, const char *type)
{
	struct value *map = value_map(arena);
	put_text(arena, map, "type", type);
	return map;
}

static struct value *words(struct arena *arena, const char *const *list)
{
	struct value *result = value_list(arena);
	for (; *list; list++)
		value_append(arena, result, value_string(arena, *list));
	return result;
}

static struct value *scalar(struct arena *arena)
{
	static const char *const types[] = {"string", "number", "boolean", NULL};
	struct value *map = value_map(arena);
	value_set(arena, map, "type", words(arena, types));
	return map;
}

static struct value *text_schema(struct arena *arena, const struct reader_key *key)
{
	struct value *map = scalar(arena);
	if (key->choices)
		value_set(arena, map, "enum", words(arena, key->choices));
	if (key->pattern)
		put_text(arena, map, "pattern", key->pattern);
	return map;
}

static struct value *time_schema(struct arena *arena, const struct reader_key *key)
{
	(void)key;
	static const char *const types[] = {"string", "number", NULL};
	struct value *map = value_map(arena);
	value_set(arena, map, "type", words(arena, types));
	put_text(arena, map, "pattern", "^[0-9.]+(ms|s|m|h)?$");
	value_set(arena, map, "exclusiveMinimum", value_int(arena, 0));
	return map;
}

static struct value *flag_schema(struct arena *arena, const struct reader_key *key)
{
	(void)key;
	return typed(arena, "boolean");
}

static struct value *count_schema(struct arena *arena, const struct reader_key *key)
{
	(void)key;
	struct value *map = typed(arena, "integer");
	value_set(arena, map, "minimum", value_int(arena, 0));
	return map;
}

static struct value *names_schema(struct arena *arena, const struct reader_key *key)
{
	(void)key;
	static const char *const types[] = {"string", "number", "boolean", "null", NULL};
	struct value *map = typed(arena, "object"), *values = value_map(arena);
	value_set(arena, values, "type", words(arena, types));
	value_set(arena, map, "additionalProperties", values);
	return map;
}

static struct value *section_schema(struct arena *arena, const struct reader_section *section);

static struct value *map_schema(struct arena *arena, const struct reader_key *key)
{
	for (size_t i = 0; i < COUNT_OF(sections); i++)
		if (sections[i].section == key->section) {
			struct value *map = value_map(arena);
			put_text(arena, map, "$ref",
				 arena_printf(arena, "#/$defs/%s", sections[i].name));
			return map;
		}
	return key->section ? section_schema(arena, key->section) : typed(arena, "object");
}

static struct value *tree_schema(struct arena *arena, const struct reader_key *key)
{
	(void)key;
	return typed(arena, "object");
}

static struct value *nothing_schema(struct arena *arena, const struct reader_key *key)
{
	(void)key;
	return typed(arena, "null");
}

static struct value *lists_schema(struct arena *arena, const struct reader_key *key)
{
	(void)key;
	return typed(arena, "array");
}

static const struct kind {
	unsigned takes;
	struct value *(*make)(struct arena *arena, const struct reader_key *key);
} kinds[] = {
	{TAKES_TEXT, text_schema}, {TAKES_FLAG, flag_schema},       {TAKES_COUNT, count_schema},
	{TAKES_TIME, time_schema}, {TAKES_MAP, map_schema},         {TAKES_NAMES, names_schema},
	{TAKES_TREE, tree_schema}, {TAKES_NOTHING, nothing_schema}, {TAKES_LISTS, lists_schema},
};

static void add_alternatives(struct arena *arena, struct value *list, const struct reader_key *key,
			     unsigned takes)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (takes & kinds[i].takes)
			value_append(arena, list, kinds[i].make(arena, key));
}

static struct value *any_of(struct arena *arena, struct value *list)
{
	if (list->list.len == 1)
		return list->list.items[0];
	struct value *map = value_map(arena);
	if (list->list.len)
		value_set(arena, map, "anyOf", list);
	return map;
}

static struct value *key_schema(struct arena *arena, const struct reader_key *key)
{
	struct value *all = value_list(arena);
	if (!(key->takes & TAKES_LISTS))
		add_alternatives(arena, all, key, key->takes);
	if (key->takes & TAKES_LIST) {
		struct value *items = value_list(arena), *array = typed(arena, "array");
		add_alternatives(arena, items, key,
				 key->takes & ~(unsigned)(TAKES_LIST | TAKES_NOTHING));
		value_set(arena, array, "items", any_of(arena, items));
		value_append(arena, all, array);
	}
	struct value *schema = any_of(arena, all);
	put_text(arena, schema, "description", key->help);
	return schema;
}

static struct value *section_schema(struct arena *arena, const struct reader_section *section)
{
	struct value *map = typed(arena, "object"), *properties = value_map(arena);
	for (size_t i = 0; i < section->count; i++)
		value_set(arena, properties, section->keys[i].name,
			  key_schema(arena, &section->keys[i]));
	value_set(arena, map, "properties", properties);
	value_set(arena, map, "additionalProperties", value_bool(arena, false));
	if (section->open) {
		struct value *patterns = value_map(arena);
		value_set(arena, patterns, "^(x-|_|\\.)", value_map(arena));
		value_set(arena, map, "patternProperties", patterns);
	}
	return map;
}

static void write_schema(const struct document *document, struct buf *out)
{
	auto_arena struct arena arena = {0};
	struct value *root = value_map(&arena), *defs = value_map(&arena);
	put_text(&arena, root, "$schema", "https://json-schema.org/draft/2020-12/schema");
	put_text(&arena, root, "title", document->title);
	const struct value *body = section_schema(&arena, document->section);
	for (size_t i = 0; i < body->map.len; i++)
		value_set(&arena, root, body->map.entries[i].key, body->map.entries[i].value);
	for (size_t i = 0; i < COUNT_OF(sections); i++)
		if (sections[i].in & document->in)
			value_set(&arena, defs, sections[i].name,
				  section_schema(&arena, sections[i].section));
	value_set(&arena, root, "$defs", defs);
	json_write_pretty(out, root, 2);
	buf_putc(out, '\n');
}

void manifest_schema(struct buf *out)
{
	write_schema(&manifests, out);
}

void module_schema(struct buf *out)
{
	write_schema(&modules, out);
}

static void write_kinds(const struct reader_key *key, struct buf *out)
{
	static const struct {
		unsigned takes;
		const char *text;
	} names[] = {
		{TAKES_TEXT, "text"},    {TAKES_FLAG, "`true`, `false`"},
		{TAKES_COUNT, "number"}, {TAKES_TIME, "duration"},
		{TAKES_MAP, "map"},      {TAKES_NAMES | TAKES_TREE, "map"},
		{TAKES_LIST, "list"},
	};
	const char *last = "";
	size_t start = out->len;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if ((key->takes & names[i].takes) && strcmp(last, names[i].text) != 0) {
			last = names[i].text;
			buf_printf(out, "%s%s", out->len > start ? ", " : "", last);
		}
}

static void write_rows(const struct reader_section *section, const char *title, struct buf *out)
{
	buf_printf(out, "\n**%s**\n\n| key | value | what |\n|---|---|---|\n", title);
	for (size_t i = 0; i < section->count;) {
		const struct reader_key *key = &section->keys[i];
		buf_printf(out, "| `%s`", key->name);
		/* Neighbours that are alike share a row. */
		for (i++; i < section->count && section->keys[i].takes == key->takes &&
			  strcmp(section->keys[i].help, key->help) == 0;
		     i++)
			buf_printf(out, ", `%s`", section->keys[i].name);
		buf_puts(out, " | ");
		write_kinds(key, out);
		buf_printf(out, " | %s |\n", key->help);
	}
}

void manifest_keys(struct buf *out)
{
	write_rows(manifests.section, "The top level", out);
	for (size_t i = 0; i < COUNT_OF(sections); i++)
		if (sections[i].in & IN_MANIFESTS)
			write_rows(sections[i].section, sections[i].section->what, out);
}

/* Without what a manifest has as well. */
void module_keys(struct buf *out)
{
	write_rows(modules.section, "The top level", out);
	write_rows(&parameter_section, parameter_section.what, out);
}
