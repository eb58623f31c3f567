#include "agent/render/functions/functions.h"

#include "agent/render/template/strconv.h"
#include "common/guard.h"
#include "common/memory.h"
#include "common/own.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 1000 };

struct collected {
	struct buf *out;
	const unsigned char *text;
	size_t len;
};

static int add(void *ctx, struct error *err)
{
	const struct collected *collected = ctx;
	(void)err;
	buf_add(collected->out, collected->text, collected->len);
	return 0;
}

static int collect(void *out, unsigned char *text, size_t len)
{
	struct collected collected = {out, text, len};
	auto_error struct error err = {0};
	bool added = mem_guard(add, &collected, &err) == 0;
	errno = added ? errno : ENOMEM;
	return added;
}

/* Would a YAML 1.1 reader take the plain text for something other than a string? The words are
 * those of the Go library that consul-template writes YAML with. */
static bool is_special_word(const char *text)
{
	static const char *const words[] = {
		"",      "~",     "null",  "Null",  "NULL",  "<<",    "y",     "Y",     "yes",
		"Yes",   "YES",   "true",  "True",  "TRUE",  "on",    "On",    "ON",    "n",
		"N",     "no",    "No",    "NO",    "false", "False", "FALSE", "off",   "Off",
		"OFF",   ".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF",  "+.inf", "+.Inf",
		"+.INF", "-.inf", "-.Inf", "-.INF", "=",
	};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(words[i], text) == 0)
			return true;
	return false;
}

static bool is_number_text(const char *text, size_t len)
{
	auto_buf struct buf plain = {0};
	int64_t integer;
	uint64_t natural;
	double real;
	if (!strchr("+-.0123456789", text[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] != '_')
			buf_putc(&plain, text[i]);
	const char *digits = buf_text(&plain);
	if (strconv_int(digits, plain.len, 0, &integer) == STRCONV_OK ||
	    strconv_uint(digits, plain.len, 0, &natural) == STRCONV_OK)
		return true;
	if (strspn(digits, "+-.eE0123456789") != plain.len)
		return false;
	return strconv_float(digits, plain.len, &real) != STRCONV_SYNTAX;
}

/* 2001-12-14, alone or with a time behind it; also the 1:30:00 that YAML 1.1 reads in base 60. */
static bool is_time_text(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	if (digits == 4 && text[4] == '-' && isdigit((unsigned char)text[5])) {
		const char *at = text + 5 + strspn(text + 5, "0123456789");
		return *at == '-' && isdigit((unsigned char)at[1]);
	}
	const char *at = text + (*text == '-' || *text == '+');
	digits = strspn(at, "0123456789_");
	return digits && at[digits] == ':' &&
	       strspn(at + digits, ":0123456789_.") == strlen(at + digits);
}

static yaml_scalar_style_t style_of(const char *text, size_t len)
{
	if (strlen(text) == len &&
	    (is_special_word(text) || is_number_text(text, len) || is_time_text(text)))
		return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	return memchr(text, '\n', len) ? YAML_LITERAL_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE;
}

static bool emit_scalar(yaml_emitter_t *emitter, const char *text, size_t len,
			yaml_scalar_style_t style)
{
	yaml_event_t event;
	return yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)len,
					    1, 1, style) &&
	       yaml_emitter_emit(emitter, &event);
}

static bool emit_value(yaml_emitter_t *emitter, const struct value *value, unsigned depth);

static bool emit_list(yaml_emitter_t *emitter, const struct value *list, unsigned depth)
{
	yaml_event_t event;
	yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE);
	if (!yaml_emitter_emit(emitter, &event))
		return false;
	for (size_t i = 0; i < list->list.len; i++)
		if (!emit_value(emitter, list->list.items[i], depth + 1))
			return false;
	yaml_sequence_end_event_initialize(&event);
	return yaml_emitter_emit(emitter, &event);
}

/* Fields of a struct are named in lower case. */
static bool emit_key(yaml_emitter_t *emitter, const struct value *map,
		     const struct value_entry *entry)
{
	auto_buf struct buf key = {0};
	buf_add(&key, entry->key, entry->key_len);
	for (size_t i = 0; type_is_struct(map) && i < key.len; i++)
		key.data[i] = (char)tolower((unsigned char)key.data[i]);
	return emit_scalar(emitter, buf_text(&key), key.len, style_of(buf_text(&key), key.len));
}

static bool emit_map(yaml_emitter_t *emitter, const struct value *map, unsigned depth)
{
	yaml_event_t event;
	auto_arena struct arena arena = {0};
	const struct value_entry *entries =
		type_is_struct(map) ? map->map.entries : type_sorted(&arena, map);
	yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE);
	if (!yaml_emitter_emit(emitter, &event))
		return false;
	for (size_t i = 0; i < map->map.len; i++)
		if (!emit_key(emitter, map, &entries[i]) ||
		    !emit_value(emitter, entries[i].value, depth + 1))
			return false;
	yaml_mapping_end_event_initialize(&event);
	return yaml_emitter_emit(emitter, &event);
}

static bool emit_plain(yaml_emitter_t *emitter, const struct value *value)
{
	auto_buf struct buf text = {0};
	if (value->kind == VALUE_BOOL)
		buf_puts(&text, value->boolean ? "true" : "false");
	else if (value->kind == VALUE_FLOAT)
		strconv_format_float(&text, value->real, 'g', -1);
	else if (value->kind == VALUE_INT && type_is_unsigned(value))
		buf_printf(&text, "%llu", (unsigned long long)value->integer);
	else if (value->kind == VALUE_INT)
		buf_printf(&text, "%lld", (long long)value->integer);
	else
		buf_puts(&text, "null");
	const char *special = text.len && strchr("+-NI", text.data[0]) ? text.data : "";
	if (strstr(special, "Inf"))
		return emit_scalar(emitter, text.data[0] == '-' ? "-.inf" : ".inf",
				   text.data[0] == '-' ? 5 : 4, YAML_PLAIN_SCALAR_STYLE);
	if (strcmp(special, "NaN") == 0)
		return emit_scalar(emitter, ".nan", 4, YAML_PLAIN_SCALAR_STYLE);
	return emit_scalar(emitter, text.data, text.len, YAML_PLAIN_SCALAR_STYLE);
}

static bool emit_value(yaml_emitter_t *emitter, const struct value *value, unsigned depth)
{
	if (depth > MAX_DEPTH)
		return emit_scalar(emitter, "null", 4, YAML_PLAIN_SCALAR_STYLE);
	switch (value->kind) {
	case VALUE_LIST:
		return emit_list(emitter, value, depth);
	case VALUE_MAP:
		return emit_map(emitter, value, depth);
	case VALUE_STRING:
		return emit_scalar(emitter, value->string.data, value->string.len,
				   style_of(value->string.data, value->string.len));
	default:
		return emit_plain(emitter, value);
	}
}

int goyaml_write(struct buf *out, const struct value *value, struct error *err)
{
	__attribute__((cleanup(yaml_emitter_delete))) yaml_emitter_t emitter = {0};
	yaml_event_t event;
	errno = 0;
	if (!yaml_emitter_initialize(&emitter)) {
		memset(&emitter, 0, sizeof emitter); /* it has released all */
		mem_exhausted();
	}
	yaml_emitter_set_output(&emitter, collect, out);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
	bool done = yaml_emitter_emit(&emitter, &event);
	yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1);
	done = done && yaml_emitter_emit(&emitter, &event) && emit_value(&emitter, value, 0);
	yaml_document_end_event_initialize(&event, 1);
	done = done && yaml_emitter_emit(&emitter, &event) && yaml_emitter_flush(&emitter);
	if (!done && errno == ENOMEM) /* an event's failure has no code */
		mem_exhausted();
	if (!done)
		error_set(err, "toYAML: %s", emitter.problem ? emitter.problem : "no valid text");
	return done ? 0 : -1;
}
