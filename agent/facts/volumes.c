/* What of a container's file system isn't its image's: volumes, directories and files of the host.
 * The kernel's own trees and what every engine mounts for itself are none. */
#include "agent/facts/families.h"
#include "agent/facts/mounts.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <string.h>

static const char *const kernels[] = {
	"proc",       "sysfs",       "cgroup",  "cgroup2", "devpts",     "mqueue",   "devtmpfs",
	"securityfs", "debugfs",     "tracefs", "bpf",     "pstore",     "configfs", "fusectl",
	"hugetlbfs",  "binfmt_misc", "autofs",  "nsfs",    "rpc_pipefs",
};

/* An engine's own, at any place below. */
static const char *const engines[] = {"/proc", "/sys", "/dev"};
static const char *const engines_files[] = {
	"/",
	"/etc/hosts",
	"/etc/hostname",
	"/etc/resolv.conf",
	"/run/.containerenv",
	"/.dockerenv",
	"/run/secrets",
	"/run/notify",
	"/dev/termination-log",
};

static bool is_one_of(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

static bool is_below(const char *path, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(list[i]);
		if (strncmp(path, list[i], len) == 0 && (path[len] == '/' || !path[len]))
			return true;
	}
	return false;
}

static bool is_volume(const struct facts_mount *mount)
{
	return !is_one_of(mount->type, kernels, COUNT_OF(kernels)) &&
	       !is_one_of(mount->point, engines_files, COUNT_OF(engines_files)) &&
	       !is_below(mount->point, engines, COUNT_OF(engines));
}

static bool is_read_only(const struct facts_mount *mount)
{
	return strncmp(mount->options, "ro", 2) == 0 &&
	       (mount->options[2] == ',' || !mount->options[2]);
}

/* The name that an engine keeps a volume under: .../volumes/NAME/_data. */
static const char *name_of(struct arena *arena, const char *root)
{
	static const char before[] = "/volumes/", behind[] = "/_data";
	const char *begin = strstr(root, before);
	const char *end = begin ? strstr(begin, behind) : NULL;
	if (!end)
		return NULL;
	begin += sizeof before - 1;
	return end > begin ? arena_strndup(arena, begin, (size_t)(end - begin)) : NULL;
}

struct value *facts_volumes(struct facts_system *system, struct arena *arena)
{
	const struct facts_mounts *mounts = facts_mounts(system, arena);
	struct value *volumes = value_map(arena);
	if (!facts_container_engine(system, arena))
		return NULL;
	for (size_t i = 0; i < mounts->count; i++) {
		const struct facts_mount *mount = &mounts->items[i];
		if (!is_volume(mount))
			continue;
		struct value *volume = value_map(arena);
		facts_set_text(arena, volume, "name", name_of(arena, mount->root));
		facts_set_text(arena, volume, "source", mount->root);
		facts_set_text(arena, volume, "device", mount->source);
		facts_set_text(arena, volume, "filesystem", mount->type);
		facts_set_bool(arena, volume, "read_only", is_read_only(mount));
		value_set(arena, volumes, mount->point, volume);
	}
	return volumes;
}
