/* Processors: /proc/cpuinfo, which differs from one architecture to the next, and their topology.
 */
#include "agent/facts/families.h"
#include "agent/facts/text.h"

#include <stdlib.h>
#include <string.h>

#define CPUS "/sys/devices/system/cpu"

struct cpuinfo {
	struct value *models;
	struct value *packages; /* a map, to count the different ones */
	int64_t count, cores, siblings, megahertz;
	const char *vendor, *flags;
};

static int64_t number_of(const char *text)
{
	return strtoll(text, NULL, 10);
}

static void take_pair(struct arena *arena, struct cpuinfo *info, const char *name, const char *text)
{
	if (strcmp(name, "processor") == 0)
		info->count++;
	else if (strcmp(name, "model name") == 0 || strcmp(name, "cpu") == 0)
		value_append(arena, info->models, value_string(arena, text));
	else if (strcmp(name, "physical id") == 0)
		value_set(arena, info->packages, text, info->models);
	else if (strcmp(name, "cpu cores") == 0)
		info->cores = number_of(text);
	else if (strcmp(name, "siblings") == 0)
		info->siblings = number_of(text);
	else if (strcmp(name, "cpu MHz") == 0 || strcmp(name, "clock") == 0)
		info->megahertz = number_of(text);
	else if (!info->vendor && strcmp(name, "vendor_id") == 0)
		info->vendor = arena_strdup(arena, text);
	else if (!info->flags && (strcmp(name, "flags") == 0 || strcmp(name, "Features") == 0))
		info->flags = arena_strdup(arena, text);
}

static void parse_cpuinfo(struct arena *arena, char *text, struct cpuinfo *info)
{
	*info = (struct cpuinfo){.models = value_list(arena), .packages = value_map(arena)};
	for (char *line; (line = facts_next_line(&text));) {
		char *name, *assigned;
		if (facts_split_pair(line, ':', &name, &assigned))
			take_pair(arena, info, name, assigned);
	}
}

/* How many processors a list such as "0-3,8" names. */
static int64_t count_of_list(char *list)
{
	int64_t count = 0;
	for (char *range; (range = facts_next_field(&list, ','));) {
		char *last = strchr(range, '-');
		int64_t from, to;
		if (last)
			*last++ = '\0';
		if (facts_parse_number(range, &from) &&
		    facts_parse_number(last ? last : range, &to) && from >= 0 && to >= from &&
		    to < 1 << 20)
			count += to - from + 1;
	}
	return count;
}

static int64_t count_in_file(struct facts_system *system, struct arena *arena, const char *path)
{
	char *list = facts_line(system, arena, path);
	return list ? count_of_list(list) : 0;
}

/* Without "physical id" (arm64), sysfs tells which package each processor is in. */
static int64_t packages_of_topology(struct facts_system *system, struct arena *arena, int64_t count)
{
	struct value *packages = value_map(arena);
	for (int64_t i = 0; i < count; i++) {
		const char *path = arena_printf(arena, CPUS "/cpu%lld/topology/physical_package_id",
						(long long)i);
		const char *package = facts_line(system, arena, path);
		if (package)
			value_set(arena, packages, package, packages);
	}
	return (int64_t)packages->map.len;
}

static void set_positive(struct arena *arena, struct value *map, const char *key, int64_t number)
{
	if (number > 0)
		facts_set_int(arena, map, key, number);
}

/* Cores of a package and threads of a core, as those of the first processor. */
static void add_topology(struct facts_system *system, struct arena *arena, struct value *processors,
			 const struct cpuinfo *info)
{
	int64_t threads = count_in_file(system, arena, CPUS "/cpu0/topology/thread_siblings_list");
	int64_t siblings = count_in_file(system, arena, CPUS "/cpu0/topology/core_siblings_list");
	if (!threads && info->cores > 0)
		threads = info->siblings / info->cores;
	set_positive(arena, processors, "cores",
		     siblings && threads ? siblings / threads : info->cores);
	set_positive(arena, processors, "threads", threads);
}

static const char *speed_of(struct arena *arena, int64_t megahertz)
{
	if (megahertz <= 0)
		return NULL;
	if (megahertz < 1000)
		return arena_printf(arena, "%lld.00 MHz", (long long)megahertz);
	return arena_printf(arena, "%.2f GHz", (double)megahertz / 1000);
}

/* Those this process may run on. */
static int64_t available_of(struct facts_system *system, struct arena *arena)
{
	const char *list = value_text(value_get(facts_status(system, arena), "Cpus_allowed_list"));
	return list ? count_of_list(arena_strdup(arena, list)) : 0;
}

struct value *facts_processors(struct facts_system *system, struct arena *arena)
{
	struct cpuinfo info;
	char *text = facts_text(system, arena, "/proc/cpuinfo");
	if (!text)
		return NULL;
	parse_cpuinfo(arena, text, &info);
	struct value *processors = value_map(arena);
	int64_t packages = (int64_t)info.packages->map.len;
	set_positive(arena, processors, "count", info.count);
	set_positive(arena, processors, "available", available_of(system, arena));
	set_positive(arena, processors, "physicalcount",
		     packages ? packages : packages_of_topology(system, arena, info.count));
	add_topology(system, arena, processors, &info);
	facts_set_value(arena, processors, "models", info.models);
	facts_set_text(arena, processors, "vendor", info.vendor);
	facts_set_text(arena, processors, "speed", speed_of(arena, info.megahertz));
	facts_set_text(arena, processors, "isa", system->uts.machine);
	facts_set_value(arena, processors, "flags", facts_words(arena, info.flags, ' '));
	return processors;
}
