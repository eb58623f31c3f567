#include "agent/render/config/hcl.h"

#include "agent/render/config/hcl_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 50, MOST_LABELS = 8 };

static struct value *parse_value(struct hcl *hcl);

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
	const char *digits = text + (*text == '-');
	char *end;
	errno = 0;
	struct value *value = value_int(hcl->arena, strtoll(text, &end, 0));
	if (*end && strpbrk(text, ".eE") && !strpbrk(text, "xX"))
		value = value_float(hcl->arena, strtod(text, &end));
	if (*end || !isdigit((unsigned char)*digits) || errno) {
		hcl_fail(hcl, line, column, "'%s' is no number", text);
		return NULL;
	}
	value->source = text;
	hcl_advance(hcl, strlen(text));
	return hcl_placed(value, line, column);
}

static struct value *parse_word(struct hcl *hcl)
{
	unsigned line = hcl->line, column = hcl->column;
	size_t len = word_length(hcl);
	bool yes = len == 4 && hcl_looking_at(hcl, "true"),
	     no = len == 5 && hcl_looking_at(hcl, "false");
	if (!yes && !no) {
		hcl_fail(hcl, line, column, "'%.*s' is no value: strings stand in quotes", (int)len,
			 hcl->at);
		return NULL;
	}
	hcl_advance(hcl, len);
	return hcl_placed(value_bool(hcl->arena, yes), line, column);
}

static struct value *parse_list(struct hcl *hcl)
{
	struct value *list = hcl_placed(value_list(hcl->arena), hcl->line, hcl->column);
	hcl_advance(hcl, 1);
	for (;;) {
		if (hcl_skip_blank(hcl) < 0)
			return NULL;
		if (hcl_peek(hcl) == ']') {
			hcl_advance(hcl, 1);
			return list;
		}
		struct value *item = parse_value(hcl);
		if (!item || hcl_skip_blank(hcl) < 0)
			return NULL;
		value_append(hcl->arena, list, item);
		if (hcl_peek(hcl) == ',')
			hcl_advance(hcl, 1);
		else if (hcl_peek(hcl) != ']')
			return hcl_fail_here(hcl, "',' or ']'"), NULL;
	}
}

static int parse_items(struct hcl *hcl, struct value *map, bool top);

static struct value *parse_object(struct hcl *hcl)
{
	struct value *map = hcl_placed(value_map(hcl->arena), hcl->line, hcl->column);
	hcl_advance(hcl, 1);
	if (++hcl->depth > DEEPEST)
		return hcl_fail(hcl, hcl->line, hcl->column, "nested too deeply"), NULL;
	int status = parse_items(hcl, map, false);
	hcl->depth--;
	return status < 0 ? NULL : map;
}

static struct value *parse_value_here(struct hcl *hcl)
{
	char c = hcl_peek(hcl);
	if (c == '"')
		return hcl_string(hcl);
	if (c == '[')
		return parse_list(hcl);
	if (c == '{')
		return parse_object(hcl);
	if (hcl_looking_at(hcl, "<<"))
		return hcl_heredoc(hcl);
	if (isdigit((unsigned char)c) || c == '-')
		return parse_number(hcl);
	if (is_word(c))
		return parse_word(hcl);
	hcl_fail_here(hcl, "a value");
	return NULL;
}

static struct value *parse_value(struct hcl *hcl)
{
	if (++hcl->depth > DEEPEST)
		return hcl_fail(hcl, hcl->line, hcl->column, "nested too deeply"), NULL;
	struct value *value = parse_value_here(hcl);
	hcl->depth--;
	return value;
}

static const struct value *parse_key(struct hcl *hcl)
{
	if (hcl_peek(hcl) == '"')
		return hcl_string(hcl);
	size_t len = word_length(hcl);
	if (!len) {
		hcl_fail_here(hcl, "a name");
		return NULL;
	}
	const struct value *key =
		hcl_placed(value_stringn(hcl->arena, hcl->at, len), hcl->line, hcl->column);
	hcl_advance(hcl, len);
	return key;
}

static void set_key(struct hcl *hcl, struct value *map, const struct value *key,
		    struct value *value)
{
	size_t before = map->map.len;
	value_setn(hcl->arena, map, key->string.data, key->string.len, value);
	if (map->map.len == before)
		return;
	map->map.entries[before].line = key->line;
	map->map.entries[before].column = key->column;
}

static int parse_labels(struct hcl *hcl, const struct value **labels, size_t *count)
{
	for (*count = 0; hcl_peek(hcl) != '{'; ++*count) {
		if (*count == MOST_LABELS || (hcl_peek(hcl) != '"' && !word_length(hcl)))
			return hcl_fail_here(hcl, "'{'");
		labels[*count] = parse_key(hcl);
		if (!labels[*count] || hcl_skip_blank(hcl) < 0)
			return -1;
	}
	return 0;
}

static int add_block(struct hcl *hcl, struct value *map, const struct value *key,
		     struct value *body)
{
	struct value *list = value_getn(map, key->string.data, key->string.len);
	if (list && list->kind != VALUE_LIST)
		return hcl_fail(hcl, key->line, key->column, "'%s' is both a value and a block",
				key->string.data);
	if (!list) {
		list = hcl_placed(value_list(hcl->arena), key->line, key->column);
		set_key(hcl, map, key, list);
	}
	value_append(hcl->arena, list, body);
	return 0;
}

/* Each label is a map around the body. */
static int parse_block(struct hcl *hcl, struct value *map, const struct value *key)
{
	const struct value *labels[MOST_LABELS];
	size_t count;
	if (parse_labels(hcl, labels, &count) < 0)
		return -1;
	struct value *body = parse_object(hcl);
	if (!body)
		return -1;
	while (count--) {
		struct value *outer = hcl_placed(value_map(hcl->arena), labels[count]->line,
						 labels[count]->column);
		set_key(hcl, outer, labels[count], body);
		body = outer;
	}
	return add_block(hcl, map, key, body);
}

static int parse_attribute(struct hcl *hcl, struct value *map, const struct value *key)
{
	hcl_advance(hcl, 1);
	struct value *value = hcl_skip_blank(hcl) < 0 ? NULL : parse_value(hcl);
	if (!value)
		return -1;
	if (value->kind == VALUE_MAP)
		return add_block(hcl, map, key, value);
	if (value_getn(map, key->string.data, key->string.len))
		return hcl_fail(hcl, key->line, key->column, "'%s' is there twice",
				key->string.data);
	set_key(hcl, map, key, value);
	return 0;
}

static int parse_item(struct hcl *hcl, struct value *map)
{
	const struct value *key = parse_key(hcl);
	if (!key || hcl_skip_blank(hcl) < 0)
		return -1;
	if (hcl_peek(hcl) == '=' || hcl_peek(hcl) == ':')
		return parse_attribute(hcl, map, key);
	if (hcl_peek(hcl) == '{' || hcl_peek(hcl) == '"' || word_length(hcl))
		return parse_block(hcl, map, key);
	return hcl_fail_here(hcl, "'=' or '{'");
}

static int parse_items(struct hcl *hcl, struct value *map, bool top)
{
	for (;;) {
		if (hcl_skip_blank(hcl) < 0)
			return -1;
		if (hcl->at == hcl->end)
			return top ? 0 : hcl_fail_here(hcl, "'}'");
		if (hcl_peek(hcl) == '}' && !top) {
			hcl_advance(hcl, 1);
			return 0;
		}
		if (parse_item(hcl, map) < 0 || hcl_skip_blank(hcl) < 0)
			return -1;
		if (hcl_peek(hcl) == ',')
			hcl_advance(hcl, 1);
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
	struct value *map = hcl_placed(value_map(arena), 1, 1);
	return parse_items(&hcl, map, true) < 0 ? NULL : map;
}
