/* The limits that control groups put on this process: the tightest from its own group up to the
 * topmost that is visible. What isn't limited has no fact. */
#include "agent/facts/limits.h"

#include "agent/facts/cgroup.h"
#include "agent/facts/families.h"
#include "agent/facts/mounts.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <string.h>

static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = list; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, word, len) == 0 && (at[len] == ',' || !at[len]))
			return true;
	}
	return false;
}

/* Where our group of a hierarchy is mounted. A mount may show only a part of the hierarchy (root),
 * and "/../x" is a group outside of the cgroup namespace, which no mount shows. */
static char *directory_of(struct arena *arena, const struct facts_mount *mount, const char *path)
{
	size_t shown = strcmp(mount->root, "/") == 0 ? 0 : strlen(mount->root);
	if (strncmp(path, "/..", 3) == 0 || strncmp(path, mount->root, shown) != 0 ||
	    (path[shown] && path[shown] != '/'))
		path = "";
	else
		path += shown;
	return arena_printf(arena, "%s%s", mount->point, strcmp(path, "/") == 0 ? "" : path);
}

static bool shows(const struct facts_mount *mount, const char *controller)
{
	if (!*controller)
		return strcmp(mount->type, "cgroup2") == 0;
	return strcmp(mount->type, "cgroup") == 0 && has_word(mount->super_options, controller);
}

static const char *path_of(const struct facts_limits *limits, const char *controller)
{
	char *rest = limits->cgroups ? arena_strdup(limits->arena, limits->cgroups) : NULL;
	struct facts_membership membership;
	while (facts_next_membership(&rest, &membership))
		if (*controller ? has_word(membership.controllers, controller)
				: !*membership.controllers)
			return membership.path;
	return NULL;
}

/* The directory of a controller's group, and how much of its name is the mount point; "" asks for
 * the unified hierarchy. */
static char *find_directory(const struct facts_limits *limits, const char *controller,
			    size_t *mount_len)
{
	const struct facts_mounts *mounts = facts_mounts(limits->system, limits->arena);
	const char *path = path_of(limits, controller);
	for (size_t i = 0; path && i < mounts->count; i++)
		if (shows(&mounts->items[i], controller)) {
			*mount_len = strlen(mounts->items[i].point);
			return directory_of(limits->arena, &mounts->items[i], path);
		}
	return NULL;
}

/* Keeps the smaller number; v1 says "no limit" with one near the greatest, v2 with "max". */
static void tighten(const struct facts_limits *limits, const char *key, const char *directory,
		    const char *file)
{
	int64_t number;
	const char *path = arena_printf(limits->arena, "%s/%s", directory, file);
	struct value *known = value_get(limits->found, key);
	if (!facts_number(limits->system, limits->arena, path, &number) || number < 0 ||
	    number >= INT64_MAX - (1 << 20) || (known && known->integer <= number))
		return;
	facts_set_int(limits->arena, limits->found, key, number);
}

/* "50000 100000" and "max 100000" in v2; in v1 the period has a file of its own. */
static void tighten_cpus(const struct facts_limits *limits, const char *key, const char *directory,
			 const char *file)
{
	struct arena *arena = limits->arena;
	const struct value *known = value_get(limits->found, key);
	int64_t quota, period;
	char *line =
		facts_line(limits->system, arena, arena_printf(arena, "%s/%s", directory, file));
	const char *first = facts_next_word(&line), *second = facts_next_word(&line);
	if (first && !second)
		second = facts_line(limits->system, arena,
				    arena_printf(arena, "%s/cpu.cfs_period_us", directory));
	if (!first || !second || !facts_parse_number(first, &quota) ||
	    !facts_parse_number(second, &period) || quota <= 0 || period <= 0)
		return;
	double cpus = (double)quota / (double)period;
	if (known && known->real <= cpus)
		return;
	value_set(arena, limits->found, key, value_float(arena, cpus));
	facts_set_int(arena, limits->found, "cpu_quota_us", quota);
	facts_set_int(arena, limits->found, "cpu_period_us", period);
}

/* The nearest group's value: for what isn't inherited by taking the least. */
static void nearest_text(const struct facts_limits *limits, const char *key, const char *directory,
			 const char *file)
{
	const char *path = arena_printf(limits->arena, "%s/%s", directory, file);
	if (!value_get(limits->found, key))
		facts_set_text(limits->arena, limits->found, key,
			       facts_line(limits->system, limits->arena, path));
}

static void nearest_number(const struct facts_limits *limits, const char *key,
			   const char *directory, const char *file)
{
	int64_t number;
	const char *path = arena_printf(limits->arena, "%s/%s", directory, file);
	if (!value_get(limits->found, key) &&
	    facts_number(limits->system, limits->arena, path, &number))
		facts_set_int(limits->arena, limits->found, key, number);
}

/* A hierarchy lacks the files of controllers that belong to the other version. */
static const struct {
	const char *controller; /* "": the unified hierarchy's */
	const char *key, *file;
	facts_take_limit *take;
} sources[] = {
	{"memory", "memory_bytes", "memory.limit_in_bytes", tighten},
	{"memory", "memory_and_swap_bytes", "memory.memsw.limit_in_bytes", tighten},
	{"cpu", "cpus", "cpu.cfs_quota_us", tighten_cpus},
	{"cpu", "cpu_shares", "cpu.shares", nearest_number},
	{"cpuset", "cpuset", "cpuset.effective_cpus", nearest_text},
	{"cpuset", "cpuset", "cpuset.cpus", nearest_text},
	{"pids", "pids", "pids.max", tighten},
	{"blkio", "io", "blkio.throttle.read_bps_device", facts_take_io_throttle},
	{"blkio", "io", "blkio.throttle.write_bps_device", facts_take_io_throttle},
	{"blkio", "io", "blkio.throttle.read_iops_device", facts_take_io_throttle},
	{"blkio", "io", "blkio.throttle.write_iops_device", facts_take_io_throttle},
	{"", "memory_bytes", "memory.max", tighten},
	{"", "memory_high_bytes", "memory.high", tighten},
	{"", "swap_bytes", "memory.swap.max", tighten},
	{"", "cpus", "cpu.max", tighten_cpus},
	{"", "cpu_weight", "cpu.weight", nearest_number},
	{"", "cpuset", "cpuset.cpus.effective", nearest_text},
	{"", "pids", "pids.max", tighten},
	{"", "io", "io.max", facts_take_io_max},
};

struct value *facts_limits(struct facts_system *system, struct arena *arena)
{
	struct facts_limits limits = {system, arena, facts_text(system, arena, "/proc/self/cgroup"),
				      value_map(arena)};
	const char *controller = NULL;
	char *found = NULL;
	size_t mount_len = 0;
	for (size_t i = 0; i < COUNT_OF(sources); i++) {
		if (!controller || strcmp(controller, sources[i].controller) != 0)
			found = find_directory(&limits, sources[i].controller, &mount_len);
		controller = sources[i].controller;
		char *directory = found ? arena_strdup(arena, found) : NULL;
		while (directory && strlen(directory) >= mount_len) {
			sources[i].take(&limits, sources[i].key, directory, sources[i].file);
			char *slash = strrchr(directory, '/');
			if (!slash)
				break;
			*slash = '\0';
		}
	}
	return limits.found;
}
