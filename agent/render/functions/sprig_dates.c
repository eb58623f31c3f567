/* Sprig's dates: points in time, printed in UTC. */
#include "agent/render/functions/sprig.h"
#include "common/own.h"

#include "agent/render/template/strconv.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static struct value *date_new(struct arena *arena, int64_t seconds);

static int64_t seconds_of(const struct value *date)
{
	return *(const int64_t *)date->object.data;
}

static struct tm parts_of(const struct value *date)
{
	time_t when = (time_t)seconds_of(date);
	struct tm parts;
	gmtime_r(&when, &parts);
	return parts;
}

/* --- what a date answers --- */

static struct value *date_unix(struct call *call, struct error *err)
{
	(void)err;
	return type_named(value_int(call->arena, seconds_of(call->receiver)), "int64");
}

#define PART(name, expression)                                                                     \
	static struct value *date_##name(struct call *call, struct error *err)                     \
	{                                                                                          \
		const struct tm parts = parts_of(call->receiver);                                  \
		(void)err;                                                                         \
		return value_int(call->arena, expression);                                         \
	}
PART(year, parts.tm_year + 1900)
PART(day, parts.tm_mday)
PART(hour, parts.tm_hour)
PART(minute, parts.tm_min)
PART(second, parts.tm_sec)
PART(year_day, parts.tm_yday + 1)

static struct value *date_format(struct call *call, struct error *err)
{
	const struct tm parts = parts_of(call->receiver);
	auto_buf struct buf out = {0};
	time_format(&out, call_text(call, 0), &parts);
	return sprig_text(call, &out, err);
}

static const struct function date_methods[] = {
	{"Unix", "", date_unix},        {"Year", "", date_year},      {"Day", "", date_day},
	{"Hour", "", date_hour},        {"Minute", "", date_minute},  {"Second", "", date_second},
	{"YearDay", "", date_year_day}, {"Format", "s", date_format}, {NULL, NULL, NULL},
};

struct date {
	int64_t seconds; /* first: that is what the object's data points to */
	struct value text;
	char bytes[64];
};

static const struct value *date_text(const struct value *object)
{
	return &((const struct date *)object->object.data)->text;
}

static const struct class class_date = {"time.Time", date_methods, date_text};

static struct value *date_new(struct arena *arena, int64_t seconds)
{
	struct date *date = arena_alloc(arena, sizeof *date);
	time_t when = (time_t)seconds;
	struct tm parts;
	gmtime_r(&when, &parts);
	date->seconds = seconds;
	int len =
		snprintf(date->bytes, sizeof date->bytes, "%04d-%02d-%02d %02d:%02d:%02d +0000 UTC",
			 parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
			 parts.tm_min, parts.tm_sec);
	date->text = (struct value){.kind = VALUE_STRING,
				    .string = {date->bytes, len > 0 ? (size_t)len : 0}};
	return value_object(arena, &class_date, date);
}

/* --- reading --- */

/* Go's layouts and strptime's conversions; the longer of two that begin alike comes first. */
static const struct piece {
	const char *layout, *conversion;
} pieces[] = {
	{"January", "%B"}, {"Jan", "%b"},   {"Monday", "%A"}, {"Mon", "%a"},   {"MST", "Z"},
	{"2006", "%Y"},    {"-07:00", "z"}, {"-0700", "z"},   {"Z07:00", "z"}, {"Z0700", "z"},
	{"01", "%m"},      {"02", "%d"},    {"03", "%I"},     {"04", "%M"},    {"05", "%S"},
	{"06", "%y"},      {"15", "%H"},    {"_2", "%e"},     {"PM", "%p"},    {"1", "%m"},
	{"2", "%d"},       {"3", "%I"},     {"4", "%M"},      {"5", "%S"},
};

/* "+02:00", "-0700", "Z": seconds east of UTC, and what follows; NULL for what is none. */
static const char *read_zone(const char *text, long *east)
{
	int hours, minutes, used = 0;
	if (*text == 'Z')
		return text + 1;
	if (*text != '+' && *text != '-')
		return NULL;
	if (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) < 2 &&
	    sscanf(text + 1, "%2d%2d%n", &hours, &minutes, &used) < 2)
		return NULL;
	*east = (hours * 60L + minutes) * (*text == '-' ? -60 : 60);
	return text + 1 + used;
}

static const char *read_piece(const struct piece *piece, const char *text, struct tm *parts,
			      long *east)
{
	if (*piece->conversion == 'z')
		return read_zone(text, east);
	if (*piece->conversion == 'Z')
		return strncmp(text, "UTC", 3) == 0 || strncmp(text, "GMT", 3) == 0 ? text + 3
										    : NULL;
	/* Go wants as many digits as the layout has, and no spaces before them. */
	if (piece->layout[0] == '0' &&
	    (!isdigit((unsigned char)text[0]) || !isdigit((unsigned char)text[1])))
		return NULL;
	if (isspace((unsigned char)*text) && *piece->layout != '_')
		return NULL;
	return strptime(text, piece->conversion, parts);
}

/* Go tells the text that is left, and the piece of the layout that it is not. */
static struct value *not_that(const struct call *call, const char *text, const char *piece,
			      size_t len, struct error *err)
{
	auto_buf struct buf out = {0};
	buf_puts(&out, "parsing time ");
	strconv_quote(&out, call_text(call, 1), call_len(call, 1), false);
	if (!len) {
		buf_puts(&out, ": extra text: ");
		strconv_quote(&out, text, strlen(text), false);
		return sprig_fail(err, out.data);
	}
	buf_puts(&out, " as ");
	strconv_quote(&out, call_text(call, 0), call_len(call, 0), false);
	buf_puts(&out, ": cannot parse ");
	strconv_quote(&out, text, strlen(text), false);
	buf_puts(&out, " as ");
	strconv_quote(&out, piece, len, false);
	return sprig_fail(err, out.data);
}

static const struct piece *piece_at(const char *layout)
{
	for (size_t i = 0; i < COUNT_OF(pieces); i++)
		if (strncmp(layout, pieces[i].layout, strlen(pieces[i].layout)) == 0)
			return &pieces[i];
	return NULL;
}

/* A run of the layout that is no piece must be there as it is. */
static size_t literal_length(const char *layout)
{
	size_t len = 1;
	while (layout[len] && !piece_at(layout + len))
		len++;
	return len;
}

static struct value *dates_must_read(struct call *call, struct error *err)
{
	const char *layout = call_text(call, 0), *text = call_text(call, 1);
	struct tm parts = {.tm_mday = 1, .tm_year = -1900};
	long east = 0;
	while (*layout) {
		const struct piece *piece = piece_at(layout);
		size_t len = piece ? strlen(piece->layout) : literal_length(layout);
		const char *rest = piece ? read_piece(piece, text, &parts, &east)
				   : strncmp(text, layout, len) == 0 ? text + len
								     : NULL;
		if (!rest)
			return not_that(call, text, layout, len, err);
		text = rest;
		layout += len;
	}
	if (*text)
		return not_that(call, text, "", 0, err);
	return date_new(call->arena, (int64_t)timegm(&parts) - east);
}

/* Without must, what is no date is Go's zero time. */
static struct value *dates_read(struct call *call, struct error *err)
{
	enum { YEAR_ONE_DAYS = 719162 };
	auto_error struct error ignored = {0};
	struct value *date = dates_must_read(call, &ignored);
	(void)err;
	return date ? date : date_new(call->arena, -(int64_t)YEAR_ONE_DAYS * 24 * 60 * 60);
}

/* --- computing --- */

static const struct value *date_argument(const struct call *call, size_t at, const char *type,
					 struct error *err)
{
	const struct value *value = call->args[at];
	if (type_is_class(value, &class_date))
		return value;
	error_set(err, "wrong type for value; expected %s; got %s", type, type_name(value));
	return NULL;
}

static struct value *dates_unix(struct call *call, struct error *err)
{
	const struct value *date = date_argument(call, 0, "time.Time", err);
	return date ? value_string(call->arena,
				   arena_printf(call->arena, "%lld", (long long)seconds_of(date)))
		    : NULL;
}

static struct value *dates_modify(struct call *call, struct error *err)
{
	int64_t nanoseconds;
	const struct value *date = date_argument(call, 1, "time.Time", err);
	if (!date)
		return NULL;
	if (!sprig_duration(call_text(call, 0), &nanoseconds)) {
		error_set(err, "time: invalid duration \"%s\"", call_text(call, 0));
		return NULL;
	}
	return date_new(call->arena, seconds_of(date) + nanoseconds / 1000000000);
}

const struct function functions_sprig_dates[] = {
	{"sprig_mustDateModify", "sa", dates_modify},   {"sprig_mustToDate", "ss", dates_must_read},
	{"sprig_must_date_modify", "sa", dates_modify}, {"sprig_toDate", "ss", dates_read},
	{"sprig_unixEpoch", "a", dates_unix},           {NULL, NULL, NULL},
};
