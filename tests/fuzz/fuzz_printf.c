/* Any format with any arguments: the input is the format, then, each behind a NUL, an argument
 * whose first byte says what it is. */
#include "agent/render/template/gofmt.h"
#include "agent/render/template/types.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_ARGUMENTS = 8 };

static struct value *argument(struct arena *arena, const char *text, size_t len, unsigned depth)
{
	double parts[2] = {strtod(text + 1, NULL), 1.5};
	struct value *value;
	switch (len && depth < 3 ? *text : 's') {
	case 'i':
		return value_int(arena, strtoll(text + 1, NULL, 10));
	case 'u':
		return type_named(value_int(arena, strtoll(text + 1, NULL, 10)), "uint64");
	case 'f':
		return value_float(arena, parts[0]);
	case 'c':
		value = value_object(arena, &class_complex, arena_alloc(arena, sizeof parts));
		memcpy(value->object.data, parts, sizeof parts);
		return value;
	case 'b':
		return value_bool(arena, len > 1);
	case 'n':
		return value_null(arena);
	case 'l':
		value = value_list(arena);
		value_append(arena, value, argument(arena, text + 1, len - 1, depth + 1));
		value_append(arena, value, value_null(arena));
		return value;
	case 'm':
		value = value_map(arena);
		value_setn(arena, value, text, len, argument(arena, text + 1, len - 1, depth + 1));
		return value;
	default:
		return value_stringn(arena, text, len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf out = {0}, copy = {0};
	struct value *args[MAX_ARGUMENTS];
	size_t count = 0;
	buf_add(&copy, data, size);
	const char *text = buf_text(&copy);
	size_t format = strnlen(text, size);
	for (size_t at = format + 1; at < size && count < MAX_ARGUMENTS;) {
		size_t len = strnlen(text + at, size - at);
		args[count++] = argument(&arena, text + at, len, 0);
		at += len + 1;
	}
	gofmt_printf(&out, text, format, args, count);
	gofmt_println(&out, args, count);
	return 0;
}
