/* `pprint`: values over several lines, as Python's pprint module lays them out
 * (https://docs.python.org/3/library/pprint.html), 80 columns wide, keys sorted. */
#include "common/own.h"
#include "host/jinja/filters.h"
#include "host/jinja/strings.h"

#include <ctype.h>
#include <string.h>

enum { WIDTH = 80 };

struct printing {
	struct run *run;
	struct buf out;
};

/* How a value stands on the page: `indent` columns before it, and `behind` characters that must fit
 * into the line after it. */
struct place {
	size_t indent, behind;
	bool outermost;
};

static size_t width_of(const struct buf *text)
{
	struct value string = {.kind = VALUE_STRING, .string = {text->data, text->len}};
	return text->len ? character_count(&string) : 0;
}

static bool fits(const struct buf *text, struct place place)
{
	return width_of(text) + place.indent + place.behind <= WIDTH;
}

static void new_line(struct printing *printing, size_t indent)
{
	buf_putc(&printing->out, '\n');
	while (indent--)
		buf_putc(&printing->out, ' ');
}

static int by_key(const void *a, const void *b)
{
	const struct value_entry *left = a, *right = b;
	return strcmp(left->key, right->key);
}

/* The value with the keys of all its dicts in order. */
static struct value *sorted(struct arena *arena, const struct value *value)
{
	struct value *copy = arena_alloc(arena, sizeof *copy);
	*copy = *value;
	if (value->kind == VALUE_LIST) {
		copy->list.items = arena_alloc(arena, (value->list.len + 1) * sizeof(void *));
		for (size_t i = 0; i < value->list.len; i++)
			copy->list.items[i] = sorted(arena, value->list.items[i]);
	} else if (value->kind == VALUE_MAP) {
		size_t size = sizeof *value->map.entries;
		copy->map.entries = arena_alloc(arena, (value->map.len + 1) * size);
		for (size_t i = 0; i < value->map.len; i++) {
			copy->map.entries[i] = value->map.entries[i];
			copy->map.entries[i].value = sorted(arena, value->map.entries[i].value);
		}
		qsort(copy->map.entries, value->map.len, size, by_key);
	}
	return copy;
}

static void print(struct printing *printing, const struct value *value, struct place place);

static void print_list(struct printing *printing, const struct value *list, struct place place)
{
	bool tuple = is_tuple(list);
	const char *end = !tuple ? "]" : list->list.len == 1 ? ",)" : ")";
	buf_putc(&printing->out, tuple ? '(' : '[');
	for (size_t i = 0; i < list->list.len; i++) {
		bool last = i + 1 == list->list.len;
		print(printing, list->list.items[i],
		      (struct place){place.indent + 1, last ? place.behind + strlen(end) : 1,
				     false});
		if (last)
			break;
		buf_putc(&printing->out, ',');
		new_line(printing, place.indent + 1);
	}
	buf_puts(&printing->out, end);
}

static void print_map(struct printing *printing, const struct value *map, struct place place)
{
	buf_putc(&printing->out, '{');
	for (size_t i = 0; i < map->map.len; i++) {
		const struct value_entry *entry = &map->map.entries[i];
		struct value key = {.kind = VALUE_STRING, .string = {entry->key, entry->key_len}};
		auto_buf struct buf text = {0};
		bool last = i + 1 == map->map.len;
		write_representation(&text, &key);
		buf_add(&printing->out, text.data, text.len);
		buf_puts(&printing->out, ": ");
		print(printing, entry->value,
		      (struct place){place.indent + 1 + width_of(&text) + 2,
				     last ? place.behind + 1 : 1, false});
		if (last)
			break;
		buf_putc(&printing->out, ',');
		new_line(printing, place.indent + 1);
	}
	buf_putc(&printing->out, '}');
}

/* --- long strings: several literals, broken at lines and behind white space --- */

struct literals {
	struct value *list; /* their texts, as Python writes them */
	struct place place;
};

static void represent(struct buf *out, const char *text, size_t len)
{
	struct value string = {.kind = VALUE_STRING, .string = {(char *)text, len}};
	write_representation(out, &string);
}

static void add_literal(struct printing *printing, struct literals *literals, const char *text,
			size_t len)
{
	auto_buf struct buf literal = {0};
	represent(&literal, text, len);
	value_append(printing->run->arena, literals->list,
		     value_stringn(printing->run->arena, literal.data, literal.len));
}

/* A word and the white space behind it. */
static size_t word_length(const char *text, const char *end)
{
	const char *at = text;
	while (at < end && !isspace((unsigned char)*at))
		at++;
	while (at < end && isspace((unsigned char)*at))
		at++;
	return (size_t)(at - text);
}

static void break_line(struct printing *printing, struct literals *literals,
		       const struct value *line, bool last_line)
{
	const char *from = line->string.data, *end = from + line->string.len, *at = from;
	while (at < end) {
		size_t word = word_length(at, end);
		auto_buf struct buf candidate = {0};
		struct place place = literals->place;
		if (!last_line || at + word < end)
			place.behind = 0;
		represent(&candidate, from, (size_t)(at - from) + word);
		if (!fits(&candidate, place) && at > from) {
			add_literal(printing, literals, from, (size_t)(at - from));
			from = at;
		}
		at += word;
	}
	if (from < end)
		add_literal(printing, literals, from, (size_t)(end - from));
}

static void print_string(struct printing *printing, const struct value *string, struct place place)
{
	struct place inside = place;
	if (place.outermost)
		inside = (struct place){place.indent + 1, place.behind + 1, false};
	struct literals literals = {value_list(printing->run->arena), inside};
	const struct value *lines = string_splitlines(printing->run, string, true);
	for (size_t i = 0; i < lines->list.len; i++)
		break_line(printing, &literals, lines->list.items[i], i + 1 == lines->list.len);
	bool several = literals.list->list.len > 1;
	if (several && place.outermost)
		buf_putc(&printing->out, '(');
	for (size_t i = 0; i < literals.list->list.len; i++) {
		const struct value *literal = literals.list->list.items[i];
		if (i)
			new_line(printing, inside.indent);
		buf_add(&printing->out, literal->string.data, literal->string.len);
	}
	if (several && place.outermost)
		buf_putc(&printing->out, ')');
}

static void print(struct printing *printing, const struct value *value, struct place place)
{
	auto_buf struct buf text = {0};
	if (printing->out.len > RUN_MOST_OUTPUT)
		return;
	write_representation(&text, value);
	bool large = !fits(&text, place);
	if (large && value->kind == VALUE_LIST)
		print_list(printing, value, place);
	else if (large && value->kind == VALUE_MAP)
		print_map(printing, value, place);
	else if (large && value->kind == VALUE_STRING)
		print_string(printing, value, place);
	else
		buf_add(&printing->out, text.data, text.len);
}

static void free_printing(struct printing *printing)
{
	buf_free(&printing->out);
}

static FILTER(do_pprint)
{
	__attribute__((cleanup(free_printing))) struct printing printing = {.run = run};
	(void)arguments;
	if (!need_defined(run, at, subject) || check_tree(run, at, subject) < 0)
		return NULL;
	print(&printing, sorted(run->arena, subject), (struct place){.outermost = true});
	return printing.out.len > RUN_MOST_OUTPUT
		       ? run_fail(run, at, "the result is too large")
		       : value_stringn(run->arena, buf_text(&printing.out), printing.out.len);
}

static const struct jinja_function filters[] = {
	{"pprint", "", do_pprint},
};
const struct filter_family print_filters = {filters, COUNT_OF(filters)};
