#include "host/interactive/layout.h"

#include <string.h>
#include <yaml.h>

static const char no_list[] = "`install` is no list with a line for each step: make it one";
static const char in_group[] = "the step is in a group: change it by hand";

struct reader {
	struct layout *layout;
	yaml_parser_t parser;
	yaml_event_t event;
	const struct steps *steps;
	size_t place; /* where what comes before the next item goes */
	struct error *err;
};

/* --- lines --- */

static void find_lines(struct layout *layout)
{
	size_t most = 2;
	for (size_t i = 0; i < layout->len; i++)
		most += layout->bytes[i] == '\n';
	layout->lines = arena_alloc(&layout->arena, most * sizeof *layout->lines);
	layout->lines[layout->line_count++] = 0;
	for (size_t i = 0; i < layout->len; i++)
		if (layout->bytes[i] == '\n' && i + 1 < layout->len)
			layout->lines[layout->line_count++] = i + 1;
	layout->lines[layout->line_count] = layout->len;
}

/* Marks count letters; a continuation byte is none. */
static size_t offset_of(const struct layout *layout, const yaml_mark_t *mark)
{
	if (mark->line >= layout->line_count)
		return layout->len;
	size_t at = layout->lines[mark->line];
	for (size_t left = mark->column; left && at < layout->len; left--)
		for (at++; at < layout->len && ((unsigned char)layout->bytes[at] & 0xC0) == 0x80;)
			at++;
	return at;
}

size_t layout_indent(const struct layout *layout, size_t line)
{
	const char *bytes = layout->bytes;
	if (line >= layout->line_count)
		return SIZE_MAX;
	size_t at = layout->lines[line], end = layout->lines[line + 1], indent = 0;
	while (at < end && bytes[at] == ' ') {
		at++;
		indent++;
	}
	return at == end || bytes[at] == '\n' || bytes[at] == '\r' ? SIZE_MAX : indent;
}

/* The line behind the last one from `line` on that is further in than `indent`; blank lines behind
 * it do not count. */
static size_t end_of_block(const struct layout *layout, size_t line, size_t indent)
{
	size_t end = line;
	for (; line < layout->line_count && layout_indent(layout, line) > indent; line++)
		if (layout_indent(layout, line) != SIZE_MAX)
			end = line + 1;
	return end;
}

int layout_refuse(const struct layout *layout, size_t line, const char *why, struct error *err)
{
	return error_set_at(err, layout->path, (unsigned)line + 1, 1, "%s", why);
}

/* --- events --- */

static int next(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	if (yaml_parser_parse(&reader->parser, &reader->event))
		return 0;
	return layout_refuse(reader->layout, reader->parser.problem_mark.line,
			     "the manifest is YAML only once Jinja2 has read it: change it by hand",
			     reader->err);
}

static const yaml_char_t *anchor_of(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return event->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.anchor;
	default:
		return NULL;
	}
}

/* Up to the end of the node that begins here; whether something in it has an anchor. */
static int skip_node(struct reader *reader, bool *is_named)
{
	size_t depth = 0;
	for (;;) {
		yaml_event_type_t type = reader->event.type;
		if (is_named)
			*is_named |= anchor_of(&reader->event) != NULL;
		if (type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT)
			depth++;
		if (type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT)
			depth--;
		if (!depth)
			return 0;
		if (next(reader) < 0)
			return -1;
	}
}

static bool is_key(const yaml_event_t *event, const char *name)
{
	return event->type == YAML_SCALAR_EVENT &&
	       strcmp((const char *)event->data.scalar.value, name) == 0;
}

/* --- items --- */

static struct layout_item *add_item(struct layout *layout)
{
	if (layout->count == layout->cap) {
		size_t cap = layout->cap ? layout->cap * 2 : 16;
		layout->items = arena_grow(&layout->arena, layout->items, layout->count, cap,
					   sizeof *layout->items);
		layout->cap = cap;
	}
	struct layout_item *item = &layout->items[layout->count++];
	*item = (struct layout_item){0};
	return item;
}

static void take_command(struct layout *layout, struct layout_item *item, const yaml_event_t *event)
{
	yaml_scalar_style_t style = event->data.scalar.style;
	item->command = arena_strdup(&layout->arena, (const char *)event->data.scalar.value);
	item->from = offset_of(layout, &event->start_mark);
	item->to = offset_of(layout, &event->end_mark);
	if (anchor_of(event))
		item->no_change = "other parts of the file refer to its command: change it by hand";
	if (style != YAML_LITERAL_SCALAR_STYLE && style != YAML_FOLDED_SCALAR_STYLE)
		return;
	size_t end = end_of_block(layout, event->start_mark.line + 1, item->indent);
	item->to = layout->lines[end];
	if (item->to > item->from && layout->bytes[item->to - 1] == '\n')
		item->to--;
}

static int take_pair(struct reader *reader, struct layout_item *item, bool *is_named,
		     bool *is_group)
{
	bool is_run = is_key(&reader->event, "run");
	size_t column = reader->event.start_mark.column;
	*is_group |= is_key(&reader->event, "parallel");
	if (skip_node(reader, is_named) < 0 || next(reader) < 0)
		return -1;
	if (is_run && reader->event.type == YAML_SCALAR_EVENT) {
		item->indent = column;
		take_command(reader->layout, item, &reader->event);
	}
	return skip_node(reader, is_named);
}

static int take_map(struct reader *reader, struct layout_item *item, bool *is_named, bool *is_group)
{
	item->in_flow = reader->event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
	if (next(reader) < 0)
		return -1;
	while (reader->event.type != YAML_MAPPING_END_EVENT)
		if (take_pair(reader, item, is_named, is_group) < 0 || next(reader) < 0)
			return -1;
	return 0;
}

/* All steps of a group are where the group is. */
static void take_group(struct reader *reader, struct layout_item *item)
{
	struct layout *layout = reader->layout;
	size_t number = layout->count;
	const struct step *steps = reader->steps ? reader->steps->items : NULL;
	item->no_change = item->no_removal = item->no_addition = in_group;
	while (steps && number < reader->steps->count && steps[number].group &&
	       steps[number].group == steps[number - 1].group) {
		struct layout_item same = *item;
		item = add_item(layout);
		*item = same;
		number++;
	}
}

static bool is_ours(const struct reader *reader, size_t number, size_t line)
{
	const struct steps *steps = reader->steps;
	return !steps || (number < steps->count &&
			  strcmp(steps->items[number].at.file, reader->layout->path) == 0 &&
			  steps->items[number].at.line == line + 1);
}

/* Neither an alias nor a group is where its steps are. */
static int check_place(struct reader *reader, size_t number, size_t line, bool is_elsewhere)
{
	if (is_elsewhere || is_ours(reader, number, line))
		return 0;
	return layout_refuse(reader->layout, line,
			     "this step is not what is written here: Jinja2 made the list. Change "
			     "it by hand",
			     reader->err);
}

static void judge(const struct layout *layout, struct layout_item *item, bool is_named,
		  bool has_dash)
{
	const char *odd = "a step that does not begin on the line of its dash: change it by hand";
	if (!item->command && !item->no_change)
		item->no_change = "a step whose command is not written here: change it by hand";
	if (is_named)
		item->no_removal = "other parts of the file refer to it: change it by hand";
	if (!has_dash)
		item->no_change = item->no_removal = odd;
	item->end = end_of_block(layout, item->line + 1, item->column);
}

static int take_entry(struct reader *reader)
{
	struct layout *layout = reader->layout;
	size_t number = layout->count, line = reader->event.start_mark.line;
	size_t column = layout_indent(layout, line);
	bool is_named = anchor_of(&reader->event) != NULL, is_shared = is_named, is_group = false;
	bool is_alias = reader->event.type == YAML_ALIAS_EVENT;
	struct layout_item item = {
		.line = line, .column = column, .indent = column, .place = reader->place};
	int status = 0;
	if (column == SIZE_MAX)
		return layout_refuse(layout, line, "a step without a line: change it by hand",
				     reader->err);
	if (reader->event.type == YAML_SCALAR_EVENT)
		take_command(layout, &item, &reader->event);
	else if (reader->event.type == YAML_MAPPING_START_EVENT)
		status = take_map(reader, &item, &is_named, &is_group);
	else
		status = skip_node(reader, &is_named);
	if (status < 0 || check_place(reader, number, line, is_alias || is_group) < 0)
		return -1;
	if (is_shared)
		item.no_change = "other parts of the file refer to it: change it by hand";
	judge(layout, &item, is_named, layout->bytes[layout->lines[line] + column] == '-');
	reader->place = item.end;
	*add_item(layout) = item;
	if (is_group)
		take_group(reader, &layout->items[number]);
	return 0;
}

static int take_list(struct reader *reader, size_t key_line)
{
	struct layout *layout = reader->layout;
	if (reader->event.type != YAML_SEQUENCE_START_EVENT ||
	    reader->event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE)
		return layout_refuse(layout, key_line, no_list, reader->err);
	reader->place = key_line + 1;
	if (next(reader) < 0)
		return -1;
	while (reader->event.type != YAML_SEQUENCE_END_EVENT)
		if (take_entry(reader) < 0 || next(reader) < 0)
			return -1;
	if (reader->steps && layout->count != reader->steps->count)
		return layout_refuse(layout, key_line,
				     "the steps of `install` are not what is written here: Jinja2 "
				     "or a phase of Travis made the list. Change it by hand",
				     reader->err);
	size_t column = layout->count ? layout->items[0].column : 2;
	*add_item(layout) = (struct layout_item){.place = reader->place, .column = column};
	layout->count--;
	return 0;
}

static int find_list(struct reader *reader)
{
	for (int i = 0; i < 4; i++) /* the stream's, the document's and the map's begin, a key */
		if (reader->event.type != YAML_STREAM_END_EVENT && next(reader) < 0)
			return -1;
	while (reader->event.type == YAML_SCALAR_EVENT) {
		bool is_install = is_key(&reader->event, "install");
		size_t line = reader->event.start_mark.line;
		if (next(reader) < 0)
			return -1;
		if (is_install)
			return take_list(reader, line);
		if (skip_node(reader, NULL) < 0 || next(reader) < 0)
			return -1;
	}
	return layout_refuse(reader->layout, 0, no_list, reader->err);
}

static void reader_free(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	yaml_parser_delete(&reader->parser);
}

int layout_read(struct layout *layout, const char *path, const char *bytes, size_t len,
		const struct steps *steps, struct error *err)
{
	__attribute__((cleanup(reader_free))) struct reader reader = {
		.layout = layout, .steps = steps, .err = err};
	layout->path = path;
	layout->bytes = bytes;
	layout->len = len;
	find_lines(layout);
	if (!yaml_parser_initialize(&reader.parser))
		return error_set(err, "can't read YAML");
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)bytes, len);
	return find_list(&reader);
}

void layout_free(struct layout *layout)
{
	arena_free(&layout->arena);
}
