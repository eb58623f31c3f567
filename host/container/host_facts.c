#include "host/container/host_facts.h"

#include "common/own.h"

#include <sys/statvfs.h>

#define auto_kept __attribute__((cleanup(engine_kept_free)))

/* SystemInfo's keys and ours. */
static const struct {
	const char *theirs, *ours;
} pairs[] = {
	{"Driver", "storage_driver"},        {"CgroupDriver", "cgroup_driver"},
	{"CgroupVersion", "cgroup_version"}, {"LoggingDriver", "logging_driver"},
	{"DefaultRuntime", "runtime"},       {"SecurityOptions", "security_options"},
	{"DockerRootDir", "data"},           {"Name", "hostname"},
	{"OperatingSystem", "os"},           {"KernelVersion", "kernel"},
	{"Architecture", "architecture"},    {"NCPU", "processors"},
	{"MemTotal", "memory_bytes"},        {"ContainersRunning", "containers_running"},
};

static void set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
	if (text && *text)
		value_set(arena, map, key, value_string(arena, text));
}

/* Of the file system that the engine keeps its data on, where that is a directory of this machine.
 */
static void add_disk(struct arena *arena, struct value *host, const char *directory)
{
	struct statvfs stats;
	if (!directory || statvfs(directory, &stats) < 0)
		return;
	struct value *disk = value_map(arena);
	value_set(arena, disk, "size_bytes",
		  value_int(arena, (int64_t)(stats.f_blocks * stats.f_frsize)));
	value_set(arena, disk, "available_bytes",
		  value_int(arena, (int64_t)(stats.f_bavail * stats.f_frsize)));
	value_set(arena, host, "disk", disk);
}

struct value *host_facts(struct engine *engine, struct arena *arena)
{
	auto_kept struct engine_kept kept = {0};
	auto_error struct error ignored = {0};
	struct value *host = value_map(arena), *own = value_map(arena);
	set_text(arena, own, "name", engine_name(engine));
	set_text(arena, own, "version", engine_version(engine));
	value_set(arena, host, "engine", own);
	engine_info(engine, engine_keep, &kept);
	if (engine_finish(engine, &kept, &ignored) < 0 || !value_is(kept.body, VALUE_MAP))
		return host;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const struct value *told = value_get(kept.body, pairs[i].theirs);
		if (told && told->kind != VALUE_NULL &&
		    (told->kind != VALUE_STRING || told->string.len))
			value_set(arena, host, pairs[i].ours, value_copy(arena, told));
	}
	if (engine_is_local(engine))
		add_disk(arena, host, value_text(value_get(kept.body, "DockerRootDir")));
	return host;
}
