#include "agent/render/functions/functions.h"

#include "common/own.h"

#include <string.h>
#include <time.h>

/* Go's layouts (https://pkg.go.dev/time#pkg-constants) and strftime's conversions; the longer of
 * two that begin alike comes first. */
static const struct piece {
	const char *layout, *conversion;
} pieces[] = {
	{"January", "%B"}, {"Jan", "%b"},  {"Monday", "%A"},     {"Mon", "%a"},
	{"MST", "UTC"},    {"2006", "%Y"}, {"-07:00", "+00:00"}, {"-0700", "+0000"},
	{"Z07:00", "Z"},   {"Z0700", "Z"}, {"002", "%j"},        {"01", "%m"},
	{"02", "%d"},      {"03", "%I"},   {"04", "%M"},         {"05", "%S"},
	{"06", "%y"},      {"15", "%H"},   {"_2", "%e"},         {"PM", "%p"},
};

/* Numbers without a leading zero, which strftime lacks. */
static int plain_number(char digit, const struct tm *time)
{
	switch (digit) {
	case '1':
		return time->tm_mon + 1;
	case '2':
		return time->tm_mday;
	case '3':
		return time->tm_hour % 12 ? time->tm_hour % 12 : 12;
	case '4':
		return time->tm_min;
	case '5':
		return time->tm_sec;
	default:
		return -1;
	}
}

static size_t add_piece(struct buf *out, const char *layout, const struct tm *time)
{
	char text[64];
	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		size_t len = strlen(pieces[i].layout);
		if (strncmp(layout, pieces[i].layout, len) != 0)
			continue;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		strftime(text, sizeof text, pieces[i].conversion, time);
#pragma GCC diagnostic pop
		buf_puts(out, text);
		return len;
	}
	int number = plain_number(*layout, time);
	if (number >= 0)
		buf_printf(out, "%d", number);
	else
		buf_putc(out, *layout);
	return 1;
}

void time_format(struct buf *out, const char *layout, const struct tm *time)
{
	while (*layout)
		layout += add_piece(out, layout, time);
}

static struct value *time_timestamp(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	struct tm parts;
	time_t now = time(NULL);
	if (call->count > 1) {
		error_set(err, "timestamp: wrong number of arguments, expected 0 or 1, but got %zu",
			  call->count);
		return NULL;
	}
	const char *layout = call->count ? call_text(call, 0) : "2006-01-02T15:04:05Z07:00";
	gmtime_r(&now, &parts);
	if (strcmp(layout, "unix") == 0)
		buf_printf(&out, "%lld", (long long)now);
	else
		time_format(&out, layout, &parts);
	return call_string(call, &out);
}

const struct function functions_time[] = {
	{"timestamp", "s*", time_timestamp},
	{NULL, NULL, NULL},
};
