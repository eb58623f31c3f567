#include "host/interactive/save.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/interactive/scalar.h"

#include <string.h>
#include <yaml.h>

/* A list's item: its lines, and its command's bytes. */
struct item {
	size_t first, end; /* lines, from 0; the end is behind the last */
	size_t column;     /* of its dash */
	size_t from, to;   /* its command's, as bytes */
	size_t indent;     /* what a block's lines must be further in than */
};

struct text {
	const char *bytes;
	size_t len;
	size_t *lines; /* where each begins, and the end of all */
	size_t line_count;
	const struct manifest *manifest;
	struct item *items;
	size_t count;
	size_t head; /* the line behind `install:` */
	struct arena arena;
};

static void find_lines(struct text *text)
{
	size_t most = 2;
	for (size_t i = 0; i < text->len; i++)
		most += text->bytes[i] == '\n';
	text->lines = arena_alloc(&text->arena, most * sizeof *text->lines);
	text->lines[text->line_count++] = 0;
	for (size_t i = 0; i < text->len; i++)
		if (text->bytes[i] == '\n' && i + 1 < text->len)
			text->lines[text->line_count++] = i + 1;
	text->lines[text->line_count] = text->len;
}

/* Marks count letters; a continuation byte is none. */
static size_t offset_of(const struct text *text, const yaml_mark_t *mark)
{
	if (mark->line >= text->line_count)
		return text->len;
	size_t at = text->lines[mark->line];
	for (size_t left = mark->column; left && at < text->len; left--)
		for (at++; at < text->len && ((unsigned char)text->bytes[at] & 0xC0) == 0x80;)
			at++;
	return at;
}

/* How far a line is indented; SIZE_MAX: it is blank. */
static size_t indent_of(const struct text *text, size_t line)
{
	size_t at = text->lines[line], end = text->lines[line + 1], indent = 0;
	while (at < end && text->bytes[at] == ' ') {
		at++;
		indent++;
	}
	return at == end || text->bytes[at] == '\n' || text->bytes[at] == '\r' ? SIZE_MAX : indent;
}

/* The line behind the last one from `line` on that is further in than `indent`; blank lines behind
 * it do not count. */
static size_t end_of_block(const struct text *text, size_t line, size_t indent)
{
	size_t end = line;
	for (; line < text->line_count && indent_of(text, line) > indent; line++)
		if (indent_of(text, line) != SIZE_MAX)
			end = line + 1;
	return end;
}

static int refuse(const struct text *text, size_t line, const char *why, struct error *err)
{
	return error_set_at(err, text->manifest->path, (unsigned)line + 1, 1, "%s", why);
}

static yaml_node_t *find_key(yaml_document_t *document, const yaml_node_t *map, const char *name,
			     yaml_node_t **key)
{
	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *pair = map->data.mapping.pairs.start;
	     pair < map->data.mapping.pairs.top; pair++) {
		*key = yaml_document_get_node(document, pair->key);
		if ((*key)->type == YAML_SCALAR_NODE &&
		    strcmp((const char *)(*key)->data.scalar.value, name) == 0)
			return yaml_document_get_node(document, pair->value);
	}
	return NULL;
}

static bool is_block(const yaml_node_t *scalar)
{
	return scalar->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
	       scalar->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
}

static void take_command(struct text *text, struct item *item, const yaml_node_t *scalar)
{
	item->from = offset_of(text, &scalar->start_mark);
	item->to = offset_of(text, &scalar->end_mark);
	if (!is_block(scalar))
		return;
	size_t end = end_of_block(text, scalar->start_mark.line + 1, item->indent);
	item->to = text->lines[end];
	if (item->to > item->from && text->bytes[item->to - 1] == '\n')
		item->to--;
}

static int take_item(struct text *text, yaml_document_t *document, const yaml_node_t *node,
		     const struct step *step, struct item *item, struct error *err)
{
	size_t line = node->start_mark.line;
	yaml_node_t *key = NULL;
	const yaml_node_t *command = node;
	if (strcmp(step->at.file, text->manifest->path) != 0 || step->at.line != line + 1)
		return refuse(text, line,
			      "this step is not what is written here: Jinja2 made the "
			      "list. Change it by hand",
			      err);
	item->first = line;
	item->column = indent_of(text, line);
	item->indent = item->column;
	if (item->column == SIZE_MAX || text->bytes[text->lines[line] + item->column] != '-')
		return refuse(text, line,
			      "a step that does not begin on the line of its dash: "
			      "change it by hand",
			      err);
	item->end = end_of_block(text, line + 1, item->column);
	if (node->type == YAML_MAPPING_NODE) {
		command = find_key(document, node, "run", &key);
		item->indent = key ? key->start_mark.column : 0;
	}
	if (!command || command->type != YAML_SCALAR_NODE)
		return refuse(text, line, "a step whose command is no text: change it by hand",
			      err);
	take_command(text, item, command);
	return 0;
}

static int take_list(struct text *text, yaml_document_t *document, struct error *err)
{
	const struct manifest *manifest = text->manifest;
	size_t others = manifest->before_install.count;
	yaml_node_t *key = NULL;
	const yaml_node_t *list =
		find_key(document, yaml_document_get_root_node(document), "install", &key);
	if (!list || list->type != YAML_SEQUENCE_NODE ||
	    list->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE)
		return refuse(text, key ? key->start_mark.line : 0,
			      "`install` is no list with a line for each step: make it one", err);
	for (size_t i = others; i < manifest->install.count; i++)
		if (manifest->install.items[i].group)
			return refuse(text, manifest->install.items[i].at.line - 1,
				      "`install` has a group (`parallel`): change it by hand", err);
	text->count = (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
	if (manifest->travis || text->count != manifest->install.count - others)
		return refuse(text, key->start_mark.line,
			      "the steps of `install` are not what is written here: Jinja2 or a "
			      "phase of Travis made the list. Change it by hand",
			      err);
	text->head = key->start_mark.line + 1;
	text->items = arena_alloc(&text->arena, (text->count + 1) * sizeof *text->items);
	for (size_t i = 0; i < text->count; i++)
		if (take_item(text, document,
			      yaml_document_get_node(document, list->data.sequence.items.start[i]),
			      &manifest->install.items[others + i], &text->items[i], err) < 0)
			return -1;
	return 0;
}

static int read_text(struct text *text, struct error *err)
{
	yaml_parser_t parser;
	yaml_document_t document;
	if (!yaml_parser_initialize(&parser))
		return error_set(err, "can't read YAML");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text->bytes, text->len);
	int status = -1;
	if (!yaml_parser_load(&parser, &document)) {
		refuse(text, parser.problem_mark.line,
		       "the manifest is YAML only once Jinja2 has read it: change it by hand", err);
	} else {
		status = take_list(text, &document, err);
		yaml_document_delete(&document);
	}
	yaml_parser_delete(&parser);
	return status;
}

/* --- writing --- */

static void copy(const struct text *text, size_t *at, size_t to, struct buf *out)
{
	if (to > *at)
		buf_add(out, text->bytes + *at, to - *at);
	*at = to;
}

static void end_line(struct buf *out)
{
	if (out->len && out->data[out->len - 1] != '\n')
		buf_puts(out, "\n");
}

static int write_added(const struct text *text, const struct save_change *change, size_t *at,
		       struct buf *out, struct error *err)
{
	size_t line = change->item ? text->items[change->item - 1].end : text->head;
	size_t column = text->count ? text->items[0].column : 2;
	copy(text, at, text->lines[line], out);
	end_line(out);
	buf_printf(out, "%*s- ", (int)column, "");
	if (scalar_write(change->command, column, out, err) < 0)
		return -1;
	buf_puts(out, "\n");
	return 0;
}

/* What follows on the line would become a part of a block. */
static bool is_alone(const struct text *text, size_t at)
{
	while (at < text->len && strchr(" \t\r", text->bytes[at]))
		at++;
	return at >= text->len || text->bytes[at] == '\n';
}

static int write_command(const struct text *text, const struct save_change *change, size_t *at,
			 struct buf *out, struct error *err)
{
	const struct item *item = &text->items[change->item];
	if (memmem(text->bytes + item->from, item->to - item->from, "{{", 2))
		return refuse(text, item->first,
			      "Jinja2 makes this step's command: change it by "
			      "hand",
			      err);
	if (strchr(change->command, '\n') && !is_alone(text, item->to))
		return refuse(text, item->first,
			      "a comment is behind the command, and the new one "
			      "has several lines: change it by hand",
			      err);
	copy(text, at, item->from, out);
	*at = item->to;
	return scalar_write(change->command, item->indent, out, err);
}

static int write_left_out(const struct text *text, const struct save_change *change, size_t *at,
			  struct buf *out, struct error *err)
{
	const struct item *item = &text->items[change->item];
	(void)err;
	for (size_t line = item->first; line < item->end; line++) {
		if (indent_of(text, line) == SIZE_MAX)
			continue;
		copy(text, at, text->lines[line] + item->column, out);
		buf_puts(out, "# ");
	}
	copy(text, at, text->lines[item->end], out);
	return 0;
}

int save_changes(const char *bytes, size_t len, const struct manifest *manifest,
		 const struct save_change *changes, size_t count, struct buf *out,
		 struct error *err)
{
	static int (*const write[])(const struct text *text, const struct save_change *change,
				    size_t *at, struct buf *out, struct error *err) = {
		[SAVE_ADDED] = write_added,
		[SAVE_COMMAND] = write_command,
		[SAVE_LEFT_OUT] = write_left_out,
	};
	struct text text = {.bytes = bytes, .len = len, .manifest = manifest};
	size_t at = 0;
	find_lines(&text);
	int status = read_text(&text, err);
	for (size_t i = 0; i < count && status == 0; i++)
		status = write[changes[i].kind](&text, &changes[i], &at, out, err);
	copy(&text, &at, len, out);
	arena_free(&text.arena);
	return status;
}
