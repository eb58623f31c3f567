#include "host/manifest/secrets.h"

#include "common/own.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void add_line(struct arena *arena, struct value *secrets, const char *text, size_t len)
{
	while (len && isspace((unsigned char)*text))
		text++, len--;
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	if (len >= SECRETS_SHORTEST)
		value_append(arena, secrets, value_stringn(arena, text, len));
}

void secrets_add(struct arena *arena, struct value *secrets, const char *text, size_t len)
{
	size_t start = 0;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && text[i] != '\n' && text[i] != '\r')
			continue;
		add_line(arena, secrets, text + start, i - start);
		start = i + 1;
	}
}

static int compare(const void *a, const void *b)
{
	const struct value *one = *(struct value *const *)a, *two = *(struct value *const *)b;
	size_t lens[] = {one->string.len, two->string.len};
	int order =
		memcmp(one->string.data, two->string.data, lens[0] < lens[1] ? lens[0] : lens[1]);
	return order ? order : (lens[0] > lens[1]) - (lens[0] < lens[1]);
}

void secrets_sort(struct value *secrets)
{
	struct value **items = secrets->list.items;
	size_t kept = 0;
	if (secrets->list.len)
		qsort(items, secrets->list.len, sizeof(struct value *), compare);
	for (size_t i = 0; i < secrets->list.len; i++)
		if (!kept || compare(&items[kept - 1], &items[i]) != 0)
			items[kept++] = items[i];
	secrets->list.len = kept;
}

/* The first of those that begin no lower than the text does. */
static size_t first_at(const struct value *secrets, const char *text)
{
	size_t low = 0, high = secrets->list.len;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (memcmp(secrets->list.items[middle]->string.data, text, SECRETS_SHORTEST) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The longest secret at the begin of a text; 0: none. It is the last of those that fit. */
static size_t secret_at(const struct value *secrets, const char *text, size_t len)
{
	size_t longest = 0;
	if (len < SECRETS_SHORTEST)
		return 0;
	for (size_t i = first_at(secrets, text); i < secrets->list.len; i++) {
		const struct value *secret = secrets->list.items[i];
		size_t own = secret->string.len;
		if (memcmp(secret->string.data, text, SECRETS_SHORTEST) != 0)
			break;
		if (own <= len && memcmp(text, secret->string.data, own) == 0)
			longest = own;
	}
	return longest;
}

void secrets_hide(const struct value *secrets, const char *text, size_t len, struct buf *out)
{
	size_t shown = 0;
	for (size_t at = 0; secrets && at < len;) {
		size_t hidden = secret_at(secrets, text + at, len - at);
		if (!hidden) {
			at++;
			continue;
		}
		buf_add(out, text + shown, at - shown);
		buf_puts(out, "***");
		at += hidden;
		shown = at;
	}
	buf_add(out, text + shown, len - shown);
}

void secrets_hide_error(const struct value *secrets, struct error *err)
{
	auto_buf struct buf text = {0};
	if (!secrets || !err->message)
		return;
	autofree char *message = error_take(err);
	secrets_hide(secrets, message, strlen(message), &text);
	err->message = buf_steal(&text);
}

/* Nothing is nested deeper than what value_copy made. */
static void hide_inside(const struct value *secrets, struct arena *arena, struct value *value)
{
	auto_buf struct buf text = {0};
	switch (value->kind) {
	case VALUE_STRING:
		secrets_hide(secrets, value->string.data, value->string.len, &text);
		value->string.data = arena_strndup(arena, buf_text(&text), text.len);
		value->string.len = text.len;
		break;
	case VALUE_LIST:
		for (size_t i = 0; i < value->list.len; i++)
			hide_inside(secrets, arena, value->list.items[i]);
		break;
	case VALUE_MAP:
		for (size_t i = 0; i < value->map.len; i++)
			hide_inside(secrets, arena, value->map.entries[i].value);
		break;
	default:
		break;
	}
}

struct value *secrets_hide_value(const struct value *secrets, struct arena *arena,
				 const struct value *value)
{
	struct value *copy = value_copy(arena, value);
	if (secrets && secrets->list.len)
		hide_inside(secrets, arena, copy);
	return copy;
}

size_t secrets_longest(const struct value *secrets)
{
	size_t longest = 0;
	for (size_t i = 0; secrets && i < secrets->list.len; i++)
		if (secrets->list.items[i]->string.len > longest)
			longest = secrets->list.items[i]->string.len;
	return longest;
}
