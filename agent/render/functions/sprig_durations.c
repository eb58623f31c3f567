#include "agent/render/functions/sprig.h"

#include "agent/render/template/strconv.h"

#include <string.h>
#include <time.h>

static const int64_t second = 1000000000;

/* As time.Duration's String, for whole seconds. */
static struct value *as_duration(struct call *call, int64_t number, struct error *err)
{
	auto_buf struct buf out = {0};
	if (number > INT64_MAX / second || number < -(INT64_MAX / second))
		return sprig_fail(err, "so many seconds are no duration");
	uint64_t seconds = (uint64_t)(number < 0 ? -number : number);
	if (number < 0)
		buf_putc(&out, '-');
	if (seconds >= 3600)
		buf_printf(&out, "%lluh", (unsigned long long)(seconds / 3600));
	if (seconds >= 60)
		buf_printf(&out, "%llum", (unsigned long long)(seconds / 60 % 60));
	buf_printf(&out, "%llus", (unsigned long long)(seconds % 60));
	return call_string(call, &out);
}

static bool is_int64(const struct value *value)
{
	return value->kind == VALUE_INT && strcmp(type_name(value), "int64") == 0;
}

static struct value *durations_duration(struct call *call, struct error *err)
{
	const struct value *given = call->args[0];
	int64_t number = 0;
	if (given->kind == VALUE_STRING)
		strconv_int(given->string.data, given->string.len, 10, &number);
	else if (is_int64(given))
		number = given->integer;
	return as_duration(call, number, err);
}

/* Since a Unix time; what is none counts as now. */
static struct value *durations_ago(struct call *call, struct error *err)
{
	const struct value *given = call->args[0];
	bool is_time = is_int64(given) || (given->kind == VALUE_INT && !given->type);
	int64_t now = time(NULL), since = 0;
	if (is_time && __builtin_sub_overflow(now, given->integer, &since))
		since = INT64_MAX;
	return as_duration(call, since, err);
}

static const struct unit {
	const char *name;
	double nanoseconds;
} units[] = {
	{"ns", 1},   {"us", 1e3}, {"\xc2\xb5s", 1e3}, {"\xce\xbcs", 1e3},
	{"ms", 1e6}, {"s", 1e9},  {"m", 60 * 1e9},    {"h", 3600 * 1e9},
};

static const struct unit *find_unit(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strlen(units[i].name) == len && memcmp(units[i].name, text, len) == 0)
			return &units[i];
	return NULL;
}

/* "1h30m": nanoseconds without the sign; 0 for what is no duration. */
static double parse_duration(const char *text)
{
	double sum = 0, number;
	text += *text == '-' || *text == '+';
	while (*text) {
		size_t digits = strspn(text, "0123456789.");
		size_t letters = strcspn(text + digits, "0123456789.");
		const struct unit *unit = find_unit(text + digits, letters);
		if (!unit || strconv_float(text, digits, &number) != STRCONV_OK)
			return 0;
		sum += number * unit->nanoseconds;
		text += digits + letters;
	}
	return sum < 0x1p63 ? sum : 0;
}

static struct value *durations_round(struct call *call, struct error *err)
{
	(void)err;
	static const struct unit shown[] = {{"y", 365 * 24 * 3600e9},
					    {"mo", 30 * 24 * 3600e9},
					    {"d", 24 * 3600e9},
					    {"h", 3600e9},
					    {"m", 60e9},
					    {"s", 1e9}};
	auto_buf struct buf out = {0};
	const struct value *given = call->args[0];
	double size = 0;
	if (given->kind == VALUE_STRING)
		size = parse_duration(given->string.data);
	else if (is_int64(given))
		size = given->integer < 0 ? -(double)given->integer : (double)given->integer;
	for (size_t i = 0; i < sizeof shown / sizeof *shown && !out.len; i++)
		if (size > shown[i].nanoseconds)
			buf_printf(&out, "%llu%s",
				   (unsigned long long)(size / shown[i].nanoseconds),
				   shown[i].name);
	return out.len ? call_string(call, &out) : value_string(call->arena, "0s");
}

const struct function functions_sprig_durations[] = {
	{"sprig_ago", "a", durations_ago},
	{"sprig_duration", "a", durations_duration},
	{"sprig_durationRound", "a", durations_round},
	{NULL, NULL, NULL},
};
