#include "agent/render/hcl.h"

#include "common/buffer.h"
#include "common/own.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 50 };

struct hcl {
	struct arena *arena;
	const char *name;
	const char *at, *end;
	unsigned line, column, depth;
	struct error *err;
};

static struct value *parse_value(struct hcl *hcl);

static int fail(struct hcl *hcl, unsigned line, unsigned column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static int fail(struct hcl *hcl, unsigned line, unsigned column, const char *format, ...)
{
	char message[200];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	return error_set_at(hcl->err, hcl->name, line, column, "%s", message);
}

static int fail_here(struct hcl *hcl, const char *expected)
{
	if (hcl->at == hcl->end)
		return fail(hcl, hcl->line, hcl->column, "expected %s, found the end of the file",
			    expected);
	return fail(hcl, hcl->line, hcl->column, "expected %s, found '%c'", expected, *hcl->at);
}

static char peek(const struct hcl *hcl)
{
	return hcl->at < hcl->end ? *hcl->at : '\0';
}

static bool looking_at(const struct hcl *hcl, const char *text)
{
	size_t len = strlen(text);
	return (size_t)(hcl->end - hcl->at) >= len && memcmp(hcl->at, text, len) == 0;
}

static void advance(struct hcl *hcl, size_t count)
{
	for (; count && hcl->at < hcl->end; count--, hcl->at++) {
		if (*hcl->at == '\n') {
			hcl->line++;
			hcl->column = 1;
		} else if (((unsigned char)*hcl->at & 0xC0) != 0x80) {
			hcl->column++;
		}
	}
}

static int skip_comment(struct hcl *hcl)
{
	unsigned line = hcl->line, column = hcl->column;
	if (!looking_at(hcl, "/*")) {
		while (hcl->at < hcl->end && *hcl->at != '\n')
			advance(hcl, 1);
		return 0;
	}
	const char *close = memmem(hcl->at + 2, (size_t)(hcl->end - hcl->at - 2), "*/", 2);
	if (!close)
		return fail(hcl, line, column, "this comment has no '*/'");
	advance(hcl, (size_t)(close + 2 - hcl->at));
	return 0;
}

/* White space and comments. */
static int skip_blank(struct hcl *hcl)
{
	while (hcl->at < hcl->end) {
		if (isspace((unsigned char)*hcl->at))
			advance(hcl, 1);
		else if (*hcl->at != '#' && !looking_at(hcl, "//") && !looking_at(hcl, "/*"))
			return 0;
		else if (skip_comment(hcl) < 0)
			return -1;
	}
	return 0;
}

static struct value *placed(struct value *value, unsigned line, unsigned column)
{
	value->line = line;
	value->column = column;
	return value;
}

/* --- strings --- */

static void add_escape(struct buf *out, char c)
{
	static const char from[] = "nrt\"\\abfv", to[] = "\n\r\t\"\\\a\b\f\v";
	const char *known = c ? strchr(from, c) : NULL;
	if (!known)
		buf_putc(out, '\\');
	buf_putc(out, known ? to[known - from] : c);
}

/* "${...}" is left as it stands, quotes inside of it too. */
static struct value *parse_string(struct hcl *hcl)
{
	auto_buf struct buf text = {0};
	unsigned line = hcl->line, column = hcl->column, braces = 0;
	for (advance(hcl, 1); peek(hcl) != '"' || braces; advance(hcl, 1)) {
		if (hcl->at == hcl->end || (*hcl->at == '\n' && !braces)) {
			fail(hcl, line, column, "this string does not end");
			return NULL;
		}
		if (looking_at(hcl, "${"))
			braces++;
		else if (*hcl->at == '}' && braces)
			braces--;
		if (*hcl->at == '\\' && !braces && hcl->at + 1 < hcl->end) {
			advance(hcl, 1);
			add_escape(&text, *hcl->at);
		} else {
			buf_putc(&text, *hcl->at);
		}
	}
	advance(hcl, 1);
	return placed(value_stringn(hcl->arena, buf_text(&text), text.len), line, column);
}

static size_t line_length(const struct hcl *hcl)
{
	const char *newline = memchr(hcl->at, '\n', (size_t)(hcl->end - hcl->at));
	return newline ? (size_t)(newline - hcl->at) : (size_t)(hcl->end - hcl->at);
}

static size_t indentation(const char *line, size_t len)
{
	size_t blanks = 0;
	while (blanks < len && (line[blanks] == ' ' || line[blanks] == '\t'))
		blanks++;
	return blanks;
}

/* "<<-": the smallest indentation of all lines is taken off each. */
static void add_unindented(struct buf *out, const char *text, size_t len)
{
	size_t least = len;
	for (const char *line = text; line < text + len;) {
		const char *newline = memchr(line, '\n', (size_t)(text + len - line));
		size_t size = (size_t)((newline ? newline : text + len) - line);
		size_t blanks = indentation(line, size);
		if (blanks < size && blanks < least)
			least = blanks;
		line += size + 1;
	}
	for (const char *line = text; line < text + len;) {
		const char *newline = memchr(line, '\n', (size_t)(text + len - line));
		size_t size = (size_t)((newline ? newline : text + len) - line);
		size_t drop = least < size ? least : indentation(line, size);
		buf_add(out, line + drop, size - drop);
		buf_putc(out, '\n');
		line += size + 1;
	}
}

static struct value *parse_heredoc(struct hcl *hcl)
{
	unsigned line = hcl->line, column = hcl->column;
	advance(hcl, 2);
	bool indented = peek(hcl) == '-';
	advance(hcl, indented);
	size_t len = line_length(hcl), word_len = len;
	const char *word = hcl->at;
	while (word_len && isspace((unsigned char)word[word_len - 1]))
		word_len--;
	advance(hcl, len + 1);
	const char *from = hcl->at;
	while (word_len && hcl->at < hcl->end) {
		len = line_length(hcl);
		size_t blanks = indentation(hcl->at, len);
		if (len - blanks == word_len && memcmp(hcl->at + blanks, word, word_len) == 0) {
			auto_buf struct buf text = {0};
			if (indented)
				add_unindented(&text, from, (size_t)(hcl->at - from));
			else
				buf_add(&text, from, (size_t)(hcl->at - from));
			advance(hcl, len);
			return placed(value_stringn(hcl->arena, buf_text(&text), text.len), line,
				      column);
		}
		advance(hcl, len + 1);
	}
	fail(hcl, line, column, "this heredoc does not end");
	return NULL;
}

/* --- numbers, words, lists, objects --- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

static size_t word_length(const struct hcl *hcl)
{
	size_t len = 0;
	while (hcl->at + len < hcl->end && is_word(hcl->at[len]))
		len++;
	return len;
}

static struct value *parse_number(struct hcl *hcl)
{
	unsigned line = hcl->line, column = hcl->column;
	const char *text = arena_strndup(hcl->arena, hcl->at, word_length(hcl));
	char *end;
	struct value *value = value_int(hcl->arena, strtoll(text, &end, 0));
	if (*end)
		value = value_float(hcl->arena, strtod(text, &end));
	if (*end || !*text) {
		fail(hcl, line, column, "'%s' is no number", text);
		return NULL;
	}
	value->source = text;
	advance(hcl, strlen(text));
	return placed(value, line, column);
}

static struct value *parse_word(struct hcl *hcl)
{
	unsigned line = hcl->line, column = hcl->column;
	size_t len = word_length(hcl);
	bool yes = len == 4 && looking_at(hcl, "true"), no = len == 5 && looking_at(hcl, "false");
	if (!yes && !no) {
		fail(hcl, line, column, "'%.*s' is no value: strings stand in quotes", (int)len, hcl->at);
		return NULL;
	}
	advance(hcl, len);
	return placed(value_bool(hcl->arena, yes), line, column);
}

static struct value *parse_list(struct hcl *hcl)
{
	struct value *list = placed(value_list(hcl->arena), hcl->line, hcl->column);
	advance(hcl, 1);
	for (;;) {
		if (skip_blank(hcl) < 0)
			return NULL;
		if (peek(hcl) == ']') {
			advance(hcl, 1);
			return list;
		}
		struct value *item = parse_value(hcl);
		if (!item || skip_blank(hcl) < 0)
			return NULL;
		value_append(hcl->arena, list, item);
		if (peek(hcl) == ',')
			advance(hcl, 1);
		else if (peek(hcl) != ']')
			return fail_here(hcl, "',' or ']'"), NULL;
	}
}

static int parse_items(struct hcl *hcl, struct value *map, bool top);

static struct value *parse_object(struct hcl *hcl)
{
	struct value *map = placed(value_map(hcl->arena), hcl->line, hcl->column);
	advance(hcl, 1);
	if (++hcl->depth > DEEPEST)
		return fail(hcl, hcl->line, hcl->column, "nested too deeply"), NULL;
	int status = parse_items(hcl, map, false);
	hcl->depth--;
	return status < 0 ? NULL : map;
}

static struct value *parse_value_here(struct hcl *hcl)
{
	char c = peek(hcl);
	if (c == '"')
		return parse_string(hcl);
	if (c == '[')
		return parse_list(hcl);
	if (c == '{')
		return parse_object(hcl);
	if (looking_at(hcl, "<<"))
		return parse_heredoc(hcl);
	if (isdigit((unsigned char)c) || c == '-')
		return parse_number(hcl);
	if (is_word(c))
		return parse_word(hcl);
	fail_here(hcl, "a value");
	return NULL;
}

static struct value *parse_value(struct hcl *hcl)
{
	if (++hcl->depth > DEEPEST)
		return fail(hcl, hcl->line, hcl->column, "nested too deeply"), NULL;
	struct value *value = parse_value_here(hcl);
	hcl->depth--;
	return value;
}

static const struct value *parse_key(struct hcl *hcl)
{
	if (peek(hcl) == '"')
		return parse_string(hcl);
	size_t len = word_length(hcl);
	if (!len) {
		fail_here(hcl, "a name");
		return NULL;
	}
	const struct value *key = placed(value_stringn(hcl->arena, hcl->at, len), hcl->line, hcl->column);
	advance(hcl, len);
	return key;
}

static void place_key(struct value *map, const struct value *key)
{
	for (size_t i = 0; i < map->map.len; i++) {
		if (strcmp(map->map.entries[i].key, key->string.data) != 0)
			continue;
		map->map.entries[i].line = key->line;
		map->map.entries[i].column = key->column;
	}
}

/* A block's body: added to the list of its name's blocks, below a map for each label. */
static int parse_block(struct hcl *hcl, struct value *map, const struct value *key)
{
	const struct value *labels[8];
	size_t count = 0;
	while (peek(hcl) != '{') {
		if (count == COUNT_OF(labels) || !(labels[count++] = parse_key(hcl)) ||
		    skip_blank(hcl) < 0)
			return count == COUNT_OF(labels) ? fail_here(hcl, "'{'") : -1;
	}
	struct value *body = parse_object(hcl);
	if (!body)
		return -1;
	while (count--) {
		struct value *outer = placed(value_map(hcl->arena), body->line, body->column);
		value_set(hcl->arena, outer, labels[count]->string.data, body);
		body = outer;
	}
	struct value *list = value_get(map, key->string.data);
	if (!value_is(list, VALUE_LIST)) {
		list = placed(value_list(hcl->arena), body->line, body->column);
		value_set(hcl->arena, map, key->string.data, list);
	}
	value_append(hcl->arena, list, body);
	return 0;
}

static int parse_item(struct hcl *hcl, struct value *map)
{
	const struct value *key = parse_key(hcl);
	if (!key || skip_blank(hcl) < 0)
		return -1;
	int status = 0;
	if (peek(hcl) == '=' || peek(hcl) == ':') {
		advance(hcl, 1);
		struct value *value = skip_blank(hcl) < 0 ? NULL : parse_value(hcl);
		if (!value)
			return -1;
		value_set(hcl->arena, map, key->string.data, value);
	} else if (peek(hcl) == '{' || peek(hcl) == '"') {
		status = parse_block(hcl, map, key);
	} else {
		status = fail_here(hcl, "'=' or '{'");
	}
	place_key(map, key);
	return status;
}

static int parse_items(struct hcl *hcl, struct value *map, bool top)
{
	for (;;) {
		if (skip_blank(hcl) < 0)
			return -1;
		if (hcl->at == hcl->end)
			return top ? 0 : fail_here(hcl, "'}'");
		if (peek(hcl) == '}' && !top) {
			advance(hcl, 1);
			return 0;
		}
		if (parse_item(hcl, map) < 0 || skip_blank(hcl) < 0)
			return -1;
		if (peek(hcl) == ',')
			advance(hcl, 1);
	}
}

struct value *hcl_parse(struct arena *arena, const char *name, const char *text, size_t len,
			struct error *err)
{
	struct hcl hcl = {.arena = arena,
			  .name = name,
			  .at = text,
			  .end = text + len,
			  .line = 1,
			  .column = 1,
			  .err = err};
	struct value *map = placed(value_map(arena), 1, 1);
	return parse_items(&hcl, map, true) < 0 ? NULL : map;
}
