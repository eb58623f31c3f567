#include "host/commands/facts_show.h"

#include "common/json.h"
#include "common/own.h"
#include "common/select.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

const char *const facts_columns[] = {"os.name", "os.release.full", "os.architecture", "os.libc"};
const size_t facts_column_count = COUNT_OF(facts_columns);

enum { WIDEST = 60, GAP = 2 };

static bool is_tree(const struct value *fact)
{
	return fact->kind == VALUE_MAP || fact->kind == VALUE_LIST;
}

/* A text as it is, if it fits on a line; all else as JSON. */
static void write_value(struct buf *out, const struct value *fact)
{
	const char *text = value_text(fact);
	if (text && !strpbrk(text, "\r\n"))
		buf_add(out, text, fact->string.len);
	else
		json_write(out, fact);
}

/* The named facts by their paths. */
static struct value *select_facts(struct arena *arena, const struct value *facts,
				  const struct facts_view *view, const char **missing)
{
	struct value *selected = value_map(arena);
	*missing = NULL;
	for (size_t i = 0; i < view->count; i++) {
		const char *name = view->names[i];
		struct value *fact = NULL;
		if (select_is_pattern(name) ? select_matching(arena, facts, name, selected) != 0
					    : (fact = select_path(facts, name)) != NULL) {
			if (fact)
				value_set(arena, selected, name, fact);
		} else if (!*missing) {
			*missing = name;
		}
	}
	return selected;
}

static int show_one(const struct facts_of *target, const struct facts_view *view, struct buf *out,
		    struct error *err)
{
	auto_arena struct arena arena = {0};
	const char *missing;
	if (!view->count) {
		json_write_pretty(out, target->facts, 2);
		buf_putc(out, '\n');
		return 0;
	}
	const struct value *selected = select_facts(&arena, target->facts, view, &missing);
	if (missing)
		return error_as(err, ERROR_NAME_UNKNOWN, "there is no fact '%s'", missing);
	bool bare = view->count == 1 && !select_is_pattern(view->names[0]);
	for (size_t i = 0; i < selected->map.len; i++) {
		const struct value *fact = selected->map.entries[i].value;
		if (!bare)
			buf_printf(out, "%s=", selected->map.entries[i].key);
		if (bare && fact->kind == VALUE_STRING)
			buf_add(out, fact->string.data, fact->string.len);
		else
			write_value(out, fact);
		buf_putc(out, '\n');
	}
	return 0;
}

/* --- several targets --- */

static const struct value *shown_of(struct arena *arena, const struct facts_of *target,
				    const struct facts_view *view)
{
	const char *missing;
	return view->count ? select_facts(arena, target->facts, view, &missing) : target->facts;
}

static void show_objects(const struct facts_of *targets, size_t count,
			 const struct facts_view *view, struct buf *out)
{
	auto_arena struct arena arena = {0};
	struct value *all = value_map(&arena);
	for (size_t i = 0; i < count; i++)
		value_set(&arena, all, targets[i].target,
			  (struct value *)shown_of(&arena, &targets[i], view));
	json_write_pretty(out, all, 2);
	buf_putc(out, '\n');
}

static void show_lines(const struct facts_of *targets, size_t count, const struct facts_view *view,
		       struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		auto_arena struct arena arena = {0};
		struct value *line = value_map(&arena);
		value_set(&arena, line, "target", value_string(&arena, targets[i].target));
		value_set(&arena, line, "facts",
			  (struct value *)shown_of(&arena, &targets[i], view));
		json_write(out, line);
		buf_putc(out, '\n');
	}
}

/* The paths that any of the targets has, in the order in which they are named. */
static struct value *columns_of(struct arena *arena, const struct facts_of *targets, size_t count,
				const struct facts_view *view)
{
	struct value *columns = value_map(arena);
	for (size_t k = 0; k < view->count; k++) {
		if (!select_is_pattern(view->names[k]))
			value_set(arena, columns, view->names[k], value_null(arena));
		for (size_t i = 0; i < count; i++)
			if (select_is_pattern(view->names[k]))
				select_matching(arena, targets[i].facts, view->names[k], columns);
	}
	return columns;
}

static void write_cell(struct buf *out, const char *text, size_t width, bool last)
{
	if (last)
		buf_printf(out, "%s\n", text);
	else
		buf_printf(out, "%-*s", (int)(width + GAP), text);
}

struct table {
	struct arena arena;
	const char **cells; /* row by row, the heading first */
	size_t rows, columns;
};

static const char *cell_of(struct arena *arena, const struct value *facts, const char *path)
{
	auto_buf struct buf text = {0};
	const struct value *fact = select_path(facts, path);
	if (!fact)
		return "-";
	write_value(&text, fact);
	return arena_strdup(arena, buf_text(&text));
}

static void fill_table(struct table *table, const struct facts_of *targets,
		       const struct value *columns)
{
	table->cells =
		arena_alloc(&table->arena, table->rows * table->columns * sizeof *table->cells);
	table->cells[0] = "TARGET";
	for (size_t k = 0; k < columns->map.len; k++)
		table->cells[k + 1] = columns->map.entries[k].key;
	for (size_t i = 1; i < table->rows; i++) {
		const char **row = table->cells + i * table->columns;
		row[0] = targets[i - 1].target;
		for (size_t k = 0; k < columns->map.len; k++)
			row[k + 1] = cell_of(&table->arena, targets[i - 1].facts,
					     columns->map.entries[k].key);
	}
}

static size_t width_of(const struct table *table, size_t column)
{
	size_t width = 0;
	for (size_t i = 0; i < table->rows; i++) {
		size_t len = strlen(table->cells[i * table->columns + column]);
		width = len > width ? len : width;
	}
	return width > WIDEST ? WIDEST : width;
}

static void show_table(const struct facts_of *targets, size_t count, const struct facts_view *view,
		       struct buf *out)
{
	struct facts_view usual = {facts_columns, facts_column_count, NULL};
	struct table table = {.rows = count + 1};
	const struct value *columns =
		columns_of(&table.arena, targets, count, view->count ? view : &usual);
	table.columns = columns->map.len + 1;
	fill_table(&table, targets, columns);
	size_t *widths = arena_alloc(&table.arena, table.columns * sizeof *widths);
	for (size_t k = 0; k < table.columns; k++)
		widths[k] = width_of(&table, k);
	for (size_t i = 0; i < table.rows; i++)
		for (size_t k = 0; k < table.columns; k++)
			write_cell(out, table.cells[i * table.columns + k], widths[k],
				   k + 1 == table.columns);
	arena_free(&table.arena);
}

static const struct {
	const char *name;
	void (*show)(const struct facts_of *targets, size_t count, const struct facts_view *view,
		     struct buf *out);
} formats[] = {{"json", show_objects}, {"jsonl", show_lines}, {"table", show_table}};

int facts_show(const struct facts_of *targets, size_t count, const struct facts_view *view,
	       struct buf *out, struct error *err)
{
	if (count == 1 && !view->format)
		return show_one(targets, view, out, err);
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (strcmp(formats[i].name, view->format ? view->format : "table") == 0)
			formats[i].show(targets, count, view, out);
	return 0;
}

/* --- what differs --- */

/* What changes from one look to the next, and what is there a second time under another name. */
static const char *const moving[] = {
	"load_averages.*",
	"system_uptime.*",
	"processes.*",
	"memory.available",
	"memory.system.available*",
	"memory.system.used*",
	"memory.system.capacity",
	"memory.swap.*",
	"mountpoints.*",
	"container.id",
	"container.cgroup.*",
	"container.namespaces.*",
	"container.image*",
	"hypervisors.*.id",
	"networking.*",
	"network.*",
	"cpu.*",
	"sockets.*",
	"host.*",
};

struct leaves {
	struct arena *arena;
	struct value *by_path;
	bool all;
};

static void take_leaf(void *ctx, const char *path, const struct value *fact)
{
	const struct leaves *leaves = ctx;
	auto_buf struct buf text = {0};
	for (size_t i = 0; !leaves->all && i < COUNT_OF(moving); i++)
		if (fnmatch(moving[i], path, 0) == 0)
			return;
	write_value(&text, fact);
	value_set(leaves->arena, leaves->by_path, path,
		  value_string(leaves->arena, buf_text(&text)));
}

static const struct value *leaves_of(struct arena *arena, const struct facts_of *target,
				     const struct facts_view *view)
{
	struct leaves leaves = {arena, value_map(arena), view->count != 0};
	const struct value *shown = shown_of(arena, target, view);
	if (is_tree(shown))
		select_each_leaf(shown, take_leaf, &leaves);
	return leaves.by_path;
}

static void write_side(struct buf *out, char sign, const char *path, const struct value *text)
{
	if (text)
		buf_printf(out, "%c %s=%s\n", sign, path, value_text(text));
}

size_t facts_show_difference(const struct facts_of *a, const struct facts_of *b,
			     const struct facts_view *view, struct buf *out)
{
	auto_arena struct arena arena = {0};
	const struct value *left = leaves_of(&arena, a, view), *right = leaves_of(&arena, b, view);
	size_t differing = 0;
	for (size_t i = 0; i < left->map.len; i++) {
		const struct value_entry *entry = &left->map.entries[i];
		const struct value *other = value_get(right, entry->key);
		if (other && value_equal(entry->value, other))
			continue;
		differing++;
		write_side(out, '-', entry->key, entry->value);
		write_side(out, '+', entry->key, other);
	}
	for (size_t i = 0; i < right->map.len; i++) {
		const struct value_entry *entry = &right->map.entries[i];
		if (value_get(left, entry->key))
			continue;
		differing++;
		write_side(out, '+', entry->key, entry->value);
	}
	return differing;
}
