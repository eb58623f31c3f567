/* How busy the system is: processes, load, uptime. */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <ctype.h>
#include <stdlib.h>

/* The process that keeps all others. Where it runs from is hidden from those without privileges. */
static struct value *first_process(struct facts_system *system, struct arena *arena)
{
	struct value *init = value_map(arena);
	facts_set_text(arena, init, "name", facts_line(system, arena, "/proc/1/comm"));
	facts_set_text(arena, init, "program", facts_link(system, arena, "/proc/1/exe"));
	return init;
}

struct value *facts_processes(struct facts_system *system, struct arena *arena)
{
	size_t count;
	char **names = facts_names(system, arena, "/proc", &count);
	int64_t processes = 0;
	for (size_t i = 0; i < count; i++)
		processes += isdigit((unsigned char)names[i][0]) != 0;
	if (!processes)
		return NULL;
	struct value *fact = value_map(arena);
	facts_set_int(arena, fact, "count", processes);
	facts_set_value(arena, fact, "init", first_process(system, arena));
	return fact;
}

/* "1 day", "2 days", "3:05 hours", as facter words it. */
static const char *uptime_text(struct arena *arena, int64_t seconds)
{
	int64_t days = seconds / 86400, hours = seconds / 3600, minutes = seconds / 60 % 60;
	if (days)
		return arena_printf(arena, "%lld day%s", (long long)days, days > 1 ? "s" : "");
	return arena_printf(arena, "%lld:%02lld hours", (long long)hours, (long long)minutes);
}

struct value *facts_system_uptime(struct facts_system *system, struct arena *arena)
{
	char *line = facts_line(system, arena, "/proc/uptime");
	if (!line || !isdigit((unsigned char)*line))
		return NULL;
	int64_t seconds = strtoll(line, NULL, 10);
	struct value *uptime = value_map(arena);
	facts_set_int(arena, uptime, "days", seconds / 86400);
	facts_set_int(arena, uptime, "hours", seconds / 3600);
	facts_set_int(arena, uptime, "seconds", seconds);
	facts_set_text(arena, uptime, "uptime", uptime_text(arena, seconds));
	return uptime;
}

struct value *facts_load_averages(struct facts_system *system, struct arena *arena)
{
	static const char *const keys[] = {"1m", "5m", "15m"};
	char *line = facts_line(system, arena, "/proc/loadavg");
	struct value *averages = value_map(arena);
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		char *word = facts_next_word(&line), *end;
		double average = word ? strtod(word, &end) : 0;
		if (word && end != word && !*end)
			value_set(arena, averages, keys[i], value_float(arena, average));
	}
	return averages->map.len ? averages : NULL;
}

/* Kernels without FIPS support have no such file: they can't have it enabled. */
struct value *facts_fips_enabled(struct facts_system *system, struct arena *arena)
{
	int64_t enabled = 0;
	facts_number(system, arena, "/proc/sys/crypto/fips_enabled", &enabled);
	return value_bool(arena, enabled == 1);
}
