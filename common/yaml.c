#include "common/yaml.h"

#include "common/memory.h"
#include "common/yaml_plain.h"

#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 100, MAX_VALUES = 1000000, MAX_BYTES = 64 << 20 };

/* What an anchor's name stands for, and how large it is: anchors that multiply each other come to
 * an end. */
struct anchor {
	struct value *value;
	size_t values, bytes; /* in it, each alias counted as what it stands for */
	unsigned height;
};

struct reader {
	yaml_parser_t parser;
	struct arena *arena;
	const char *name;
	struct value *anchors; /* map: name -> object with a struct anchor */
	unsigned before;
	size_t values, bytes; /* read so far, aliases expanded: they may be written or copied so */
	unsigned deepest;     /* of the node that is being read */
	struct error *err;
};

static unsigned line_of(const struct reader *reader, yaml_mark_t mark)
{
	return reader->before + (unsigned)mark.line + 1;
}

static unsigned column_of(yaml_mark_t mark)
{
	return (unsigned)mark.column + 1;
}

static int next_event(struct reader *reader, yaml_event_t *event)
{
	if (yaml_parser_parse(&reader->parser, event))
		return 0;
	const yaml_parser_t *parser = &reader->parser;
	if (parser->error == YAML_MEMORY_ERROR)
		mem_exhausted();
	const char *context = parser->context ? parser->context : "";
	error_set_at(reader->err, reader->name, line_of(reader, parser->problem_mark),
		     column_of(parser->problem_mark), "YAML: %s%s%s",
		     parser->problem ? parser->problem : "unreadable input", *context ? " " : "",
		     context);
	return error_code(reader->err, ERROR_DOCUMENT);
}

static int fail_at(struct reader *reader, yaml_mark_t mark, const char *message)
{
	error_set_at(reader->err, reader->name, line_of(reader, mark), column_of(mark), "YAML: %s",
		     message);
	return error_code(reader->err, ERROR_DOCUMENT);
}

static struct value *read_scalar(struct reader *reader, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	const char *tag = (const char *)event->data.scalar.tag;
	bool plain =
		event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !tag && strlen(text) == len;
	struct value *value =
		plain ? yaml_plain(reader->arena, text) : value_stringn(reader->arena, text, len);
	if (plain)
		value->source = arena_strndup(reader->arena, text, len);
	return value;
}

static struct value *read_node(struct reader *reader, const yaml_event_t *event, unsigned depth);

static struct value *read_sequence(struct reader *reader, struct value *list, unsigned depth)
{
	for (;;) {
		yaml_event_t event;
		if (next_event(reader, &event) < 0)
			return NULL;
		bool end = event.type == YAML_SEQUENCE_END_EVENT;
		struct value *item = end ? list : read_node(reader, &event, depth + 1);
		yaml_event_delete(&event);
		if (end || !item)
			return item;
		value_append(reader->arena, list, item);
	}
}

static void add_entry(struct reader *reader, struct value *map, const char *key, size_t len,
		      struct value *value, unsigned line, unsigned column)
{
	value_setn(reader->arena, map, key, len, value);
	struct value_entry *entry = &map->map.entries[map->map.len - 1];
	entry->line = line;
	entry->column = column;
}

static int merge_map(struct reader *reader, struct value *map, const struct value *from,
		     yaml_mark_t mark)
{
	reader->values += from->map.len;
	if (reader->values > MAX_VALUES)
		return fail_at(reader, mark, "its merges repeat too much");
	for (size_t i = 0; i < from->map.len; i++) {
		const struct value_entry *entry = &from->map.entries[i];
		if (!value_getn(map, entry->key, entry->key_len))
			add_entry(reader, map, entry->key, entry->key_len, entry->value,
				  entry->line, entry->column);
	}
	return 0;
}

/* `<<: *one` or `<<: [*one, *two]` (https://yaml.org/type/merge.html). */
static int merge(struct reader *reader, struct value *map, const struct value *from,
		 yaml_mark_t mark)
{
	if (from->kind == VALUE_MAP)
		return merge_map(reader, map, from, mark);
	if (from->kind != VALUE_LIST)
		return fail_at(reader, mark, "'<<' takes a map or a list of maps");
	for (size_t i = 0; i < from->list.len; i++) {
		if (from->list.items[i]->kind != VALUE_MAP)
			return fail_at(reader, mark, "'<<' takes a map or a list of maps");
		if (merge_map(reader, map, from->list.items[i], mark) < 0)
			return -1;
	}
	return 0;
}

static int add_pair(struct reader *reader, struct value *map, const yaml_event_t *key,
		    struct value *value, struct value *merges)
{
	const char *text = (const char *)key->data.scalar.value;
	size_t len = key->data.scalar.length;
	if (key->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && strcmp(text, "<<") == 0) {
		value_append(reader->arena, merges, value);
		return 0;
	}
	if (value_getn(map, text, len)) {
		char *message = arena_printf(reader->arena, "the key '%s' is there twice", text);
		return fail_at(reader, key->start_mark, message);
	}
	add_entry(reader, map, text, len, value, line_of(reader, key->start_mark),
		  column_of(key->start_mark));
	return 0;
}

static int read_pair(struct reader *reader, struct value *map, const yaml_event_t *key,
		     struct value *merges, unsigned depth)
{
	if (key->type != YAML_SCALAR_EVENT)
		return fail_at(reader, key->start_mark, "a key must be a plain word or a string");
	yaml_event_t event;
	if (next_event(reader, &event) < 0)
		return -1;
	reader->bytes += key->data.scalar.length;
	struct value *value = read_node(reader, &event, depth + 1);
	yaml_event_delete(&event);
	return value ? add_pair(reader, map, key, value, merges) : -1;
}

static struct value *read_mapping(struct reader *reader, struct value *map, unsigned depth)
{
	struct value *merges = value_list(reader->arena);
	yaml_mark_t start = {0, map->line - 1 - reader->before, map->column - 1};
	for (;;) {
		yaml_event_t key;
		if (next_event(reader, &key) < 0)
			return NULL;
		bool end = key.type == YAML_MAPPING_END_EVENT;
		int status = end ? 0 : read_pair(reader, map, &key, merges, depth);
		yaml_event_delete(&key);
		if (status < 0)
			return NULL;
		if (end)
			break;
	}
	/* Merged keys come last, so that the map's own keys win. */
	for (size_t i = 0; i < merges->list.len; i++)
		if (merge(reader, map, merges->list.items[i], start) < 0)
			return NULL;
	return map;
}

static int check_size(struct reader *reader, const yaml_event_t *event, unsigned depth)
{
	if (reader->deepest < depth)
		reader->deepest = depth;
	if (reader->deepest <= MAX_DEPTH && reader->values <= MAX_VALUES &&
	    reader->bytes <= MAX_BYTES)
		return 0;
	return fail_at(reader, event->start_mark,
		       event->type == YAML_ALIAS_EVENT
			       ? "too large, or nested too deeply, once this alias is expanded"
			       : "too large, or nested too deeply");
}

static struct value *expand(struct reader *reader, const yaml_event_t *event,
			    const struct anchor *anchor, unsigned depth)
{
	reader->values += anchor->values;
	reader->bytes += anchor->bytes;
	return check_size(reader, event, depth + anchor->height) == 0 ? anchor->value : NULL;
}

static struct value *read_alias(struct reader *reader, const yaml_event_t *event, unsigned depth)
{
	const char *name = (const char *)event->data.alias.anchor;
	const struct value *found = value_get(reader->anchors, name);
	if (found)
		return expand(reader, event, found->object.data, depth);
	char *message = arena_printf(reader->arena, "there is no anchor '&%s' before this", name);
	fail_at(reader, event->start_mark, message);
	return NULL;
}

static void remember(struct reader *reader, const yaml_char_t *name, struct value *value,
		     struct anchor size)
{
	if (!name)
		return;
	struct anchor *anchor = arena_alloc(reader->arena, sizeof *anchor);
	*anchor = size;
	anchor->value = value;
	value_set(reader->arena, reader->anchors, (const char *)name,
		  value_object(reader->arena, NULL, anchor));
}

static struct value *place(const struct reader *reader, struct value *value, yaml_mark_t mark)
{
	value->line = line_of(reader, mark);
	value->column = column_of(mark);
	return value;
}

/* An anchor is remembered when its node is complete, so that a value never contains itself. */
static struct value *read_node(struct reader *reader, const yaml_event_t *event, unsigned depth)
{
	struct value *value = NULL;
	const yaml_char_t *anchor = NULL;
	size_t values = reader->values++, bytes = reader->bytes;
	unsigned deepest = reader->deepest;
	reader->deepest = 0;
	if (event->type == YAML_SCALAR_EVENT)
		reader->bytes += event->data.scalar.length;
	if (check_size(reader, event, depth) < 0)
		return NULL;
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		value = read_alias(reader, event, depth);
		break;
	case YAML_SCALAR_EVENT:
		value = place(reader, read_scalar(reader, event), event->start_mark);
		anchor = event->data.scalar.anchor;
		break;
	case YAML_SEQUENCE_START_EVENT:
		value = place(reader, value_list(reader->arena), event->start_mark);
		value = read_sequence(reader, value, depth);
		anchor = event->data.sequence_start.anchor;
		break;
	case YAML_MAPPING_START_EVENT:
		value = place(reader, value_map(reader->arena), event->start_mark);
		value = read_mapping(reader, value, depth);
		anchor = event->data.mapping_start.anchor;
		break;
	default:
		fail_at(reader, event->start_mark, "unexpected content");
		return NULL;
	}
	struct anchor size = {.values = reader->values - values,
			      .bytes = reader->bytes - bytes,
			      .height = reader->deepest - depth};
	if (value)
		remember(reader, anchor, value, size);
	if (reader->deepest < deepest)
		reader->deepest = deepest;
	return value;
}

/* Skips what frames a document: returns the root's value, null for an empty stream. */
static struct value *read_document(struct reader *reader)
{
	struct value *root = NULL;
	for (;;) {
		yaml_event_t event;
		if (next_event(reader, &event) < 0)
			return NULL;
		yaml_event_type_t type = event.type;
		bool frames = type == YAML_STREAM_START_EVENT ||
			      type == YAML_DOCUMENT_START_EVENT ||
			      type == YAML_DOCUMENT_END_EVENT || type == YAML_STREAM_END_EVENT;
		if (type == YAML_DOCUMENT_START_EVENT && root) {
			fail_at(reader, event.start_mark,
				"a second document begins; only one is read");
			root = NULL;
			type = YAML_NO_EVENT;
		} else if (!frames) {
			root = read_node(reader, &event, 0);
		}
		yaml_event_delete(&event);
		if (type == YAML_STREAM_END_EVENT)
			return root ? root : value_null(reader->arena);
		if (type == YAML_NO_EVENT || (!frames && !root))
			return NULL;
	}
}

struct value *yaml_parse_behind(struct arena *arena, const char *name, const char *text, size_t len,
				unsigned before, struct error *err)
{
	struct reader reader = {.arena = arena,
				.name = name,
				.anchors = value_map(arena),
				.before = before,
				.err = err};
	if (!yaml_parser_initialize(&reader.parser))
		mem_exhausted();
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, len);
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	struct value *root = read_document(&reader);
	yaml_parser_delete(&reader.parser);
	return root;
}

struct value *yaml_parse(struct arena *arena, const char *name, const char *text, size_t len,
			 struct error *err)
{
	return yaml_parse_behind(arena, name, text, len, 0, err);
}
