#include "host/clean/amounts.h"

#include "common/own.h"
#include "host/exit_codes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	char letter;
	time_t seconds;
	const char *shown;
} ages[] = {
	{'w', 604800, NULL}, {'d', 86400, "d"}, {'h', 3600, "h"}, {'m', 60, "min"}, {'s', 1, "s"}};

static int refuse(const char *option, const char *what, const char *text, struct error *err)
{
	error_set(err, "%s takes %s, not '%s'", option, what, text);
	return error_class(err, EXIT_USAGE, ERROR_OPTION_VALUE);
}

/* -1: there is no number, and *end is the text's beginning. */
static double number_at(const char *text, const char **end)
{
	char *behind = NULL;
	*end = text;
	if (!isdigit((unsigned char)*text))
		return -1;
	double number = strtod(text, &behind);
	*end = behind;
	return number;
}

int amount_age(const char *option, const char *text, time_t *seconds, struct error *err)
{
	const char *end;
	double number = number_at(text, &end);
	for (size_t i = 0; number >= 0 && number < 1e6 && i < COUNT_OF(ages); i++) {
		if (*end != ages[i].letter || end[1])
			continue;
		*seconds = (time_t)(number * (double)ages[i].seconds);
		return 0;
	}
	return refuse(option, "an age such as 12h, 7d or 2w", text, err);
}

int amount_size(const char *option, const char *text, int64_t *bytes, struct error *err)
{
	static const char units[] = "bkmgt";
	const char *end;
	double number = number_at(text, &end);
	if (number >= 0 && *end) {
		const char *unit = strchr(units, tolower((unsigned char)*end));
		for (const char *at = units; unit && at < unit; at++)
			number *= 1024;
		end += unit != NULL;
		end += unit && unit > units && tolower((unsigned char)*end) == 'b';
	}
	if (number < 0 || *end || number > 1e18)
		return refuse(option, "a size such as 500MB or 5GB", text, err);
	*bytes = (int64_t)number;
	return 0;
}

time_t amount_past(time_t when, time_t now)
{
	enum { DAY = 86400 };
	return when > now + DAY ? 0 : when;
}

const char *amount_ago(time_t when, time_t now, struct arena *arena)
{
	time_t age = now > when ? now - when : 0;
	size_t i = 1;
	if (!when)
		return "-";
	while (i + 1 < COUNT_OF(ages) && age < ages[i].seconds)
		i++;
	return arena_printf(arena, "%lld %s", (long long)(age / ages[i].seconds), ages[i].shown);
}

const char *amount_bytes(int64_t bytes, struct arena *arena)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB"};
	double number = (double)bytes / 1024;
	size_t i = 0;
	if (bytes < 0)
		return "-";
	if (bytes < 1024)
		return arena_printf(arena, "%lld B", (long long)bytes);
	for (; number >= 1024 && i + 1 < COUNT_OF(units); i++)
		number /= 1024;
	return arena_printf(arena, "%.1f %s", number, units[i]);
}

time_t amount_time(const char *text)
{
	struct tm when = {0};
	int hours = 0, minutes = 0;
	const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &when) : NULL;
	if (!rest)
		return 0;
	rest += strcspn(rest, "Z+-");
	long offset = sscanf(rest, "%d:%d", &hours, &minutes) == 2
			      ? hours * 3600L + (*rest == '-' ? -minutes : minutes) * 60L
			      : 0;
	time_t seconds = timegm(&when) - offset;
	return seconds > 0 ? seconds : 0;
}
