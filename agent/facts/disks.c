/* Block devices and their partitions, from sysfs. */
#include "agent/facts/devices.h"
#include "agent/facts/families.h"
#include "agent/facts/mounts.h"
#include "agent/facts/text.h"

#include <string.h>

#define BLOCK "/sys/block"

enum { SECTOR = 512 }; /* the unit of sysfs, whatever the device's own is */

static void add_size(struct facts_system *system, struct arena *arena, struct value *fact,
		     const char *directory)
{
	int64_t sectors;
	if (facts_number(system, arena, arena_printf(arena, "%s/size", directory), &sectors) &&
	    sectors >= 0 && sectors <= INT64_MAX / SECTOR)
		facts_set_size(arena, fact, "size", (uint64_t)sectors * SECTOR);
}

static struct value *disk_of(struct facts_system *system, struct arena *arena,
			     const char *directory)
{
	struct value *disk = value_map(arena);
	int64_t rotational;
	facts_set_text(
		arena, disk, "model",
		facts_line(system, arena, arena_printf(arena, "%s/device/model", directory)));
	add_size(system, arena, disk, directory);
	if (facts_number(system, arena, arena_printf(arena, "%s/queue/rotational", directory),
			 &rotational))
		facts_set_text(arena, disk, "type", rotational ? "hdd" : "ssd");
	facts_set_text(
		arena, disk, "vendor",
		facts_line(system, arena, arena_printf(arena, "%s/device/vendor", directory)));
	facts_add_disk_properties(system, arena, disk, directory);
	return disk;
}

/* Those that are a device of their own; loop devices and ramdisks are not. */
struct value *facts_disks(struct facts_system *system, struct arena *arena)
{
	size_t count;
	char **names = facts_names(system, arena, BLOCK, &count);
	struct value *disks = value_map(arena);
	for (size_t i = 0; i < count; i++) {
		const char *directory = arena_printf(arena, BLOCK "/%s", names[i]);
		if (facts_exists(system, arena_printf(arena, "%s/device", directory)))
			value_set(arena, disks, names[i], disk_of(system, arena, directory));
	}
	return disks->map.len ? disks : NULL;
}

/* Device -> where it is mounted: the first place that shows all of it, else the first. */
static struct value *places_of(struct facts_system *system, struct arena *arena)
{
	const struct facts_mounts *mounts = facts_mounts(system, arena);
	struct value *places = value_map(arena), *whole = value_map(arena);
	for (size_t i = 0; i < mounts->count; i++) {
		const struct facts_mount *mount = &mounts->items[i];
		bool is_whole = strcmp(mount->root, "/") == 0;
		if (value_get(is_whole ? whole : places, mount->source))
			continue;
		if (is_whole)
			value_set(arena, whole, mount->source, whole);
		if (is_whole || !value_get(whole, mount->source))
			facts_set_text(arena, places, mount->source, mount->point);
	}
	return places;
}

struct partitions {
	struct facts_system *system;
	struct arena *arena;
	const struct value *places;
	struct value *found;
};

static void add_partition(const struct partitions *partitions, const char *name,
			  const char *directory)
{
	struct facts_system *system = partitions->system;
	struct arena *arena = partitions->arena;
	struct value *partition = value_map(arena);
	add_size(system, arena, partition, directory);
	facts_set_text(
		arena, partition, "backing_file",
		facts_line(system, arena, arena_printf(arena, "%s/loop/backing_file", directory)));
	facts_add_partition_properties(system, arena, partition, directory);
	facts_set_value(arena, partition, "mount", value_get(partitions->places, name));
	value_set(arena, partitions->found, name, partition);
}

/* A disk's partitions are directories in its own that begin with its name. */
static void add_partitions_of(const struct partitions *partitions, const char *disk,
			      const char *directory)
{
	struct arena *arena = partitions->arena;
	size_t count;
	char **names = facts_names(partitions->system, arena, directory, &count);
	for (size_t i = 0; i < count; i++)
		if (strncmp(names[i], disk, strlen(disk)) == 0)
			add_partition(partitions, arena_printf(arena, "/dev/%s", names[i]),
				      arena_printf(arena, "%s/%s", directory, names[i]));
}

/* A mapped device under the name it was given. */
static void add_mapped(const struct partitions *partitions, const char *directory)
{
	struct arena *arena = partitions->arena;
	const char *name =
		facts_line(partitions->system, arena, arena_printf(arena, "%s/dm/name", directory));
	if (name)
		add_partition(partitions, arena_printf(arena, "/dev/mapper/%s", name), directory);
}

struct value *facts_partitions(struct facts_system *system, struct arena *arena)
{
	size_t count;
	char **names = facts_names(system, arena, BLOCK, &count);
	struct partitions partitions = {system, arena, places_of(system, arena), value_map(arena)};
	for (size_t i = 0; i < count; i++) {
		const char *directory = arena_printf(arena, BLOCK "/%s", names[i]);
		if (strncmp(names[i], "dm-", 3) == 0)
			add_mapped(&partitions, directory);
		else if (facts_exists(system, arena_printf(arena, "%s/device", directory)))
			add_partitions_of(&partitions, names[i], directory);
		else if (facts_exists(system, arena_printf(arena, "%s/loop", directory)))
			add_partition(&partitions, arena_printf(arena, "/dev/%s", names[i]),
				      directory);
	}
	return count ? partitions.found : NULL;
}
