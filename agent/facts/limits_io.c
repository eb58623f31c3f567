/* How fast a control group may read and write each block device. */
#include "agent/facts/limits.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <string.h>

/* What each is called in v2's io.max and in the name of v1's file. */
static const struct {
	const char *unified, *legacy, *key;
} kinds[] = {
	{"rbps", "blkio.throttle.read_bps_device", "read_bytes_per_second"},
	{"wbps", "blkio.throttle.write_bps_device", "write_bytes_per_second"},
	{"riops", "blkio.throttle.read_iops_device", "read_operations_per_second"},
	{"wiops", "blkio.throttle.write_iops_device", "write_operations_per_second"},
};

/* "8:0" as its name in /dev, where sysfs tells it. */
static const char *device_name(const struct facts_limits *limits, const char *number)
{
	const char *target = NULL;
	if (!strchr(number, '/'))
		target = facts_link(limits->system, limits->arena,
				    arena_printf(limits->arena, "/sys/dev/block/%s", number));
	const char *slash = target ? strrchr(target, '/') : NULL;
	return slash ? slash + 1 : number;
}

static void tighten(const struct facts_limits *limits, const char *group, const char *device,
		    const char *key, const char *text)
{
	struct arena *arena = limits->arena;
	struct value *devices = value_get(limits->found, group);
	int64_t number;
	if (!facts_parse_number(text, &number) || number < 0)
		return; /* "max" */
	if (!devices) {
		devices = value_map(arena);
		value_set(arena, limits->found, group, devices);
	}
	struct value *limit = value_get(devices, device);
	if (!limit) {
		limit = value_map(arena);
		value_set(arena, devices, device, limit);
	}
	const struct value *known = value_get(limit, key);
	if (!known || known->integer > number)
		facts_set_int(arena, limit, key, number);
}

static char *read_group(const struct facts_limits *limits, const char *directory, const char *file)
{
	return facts_text(limits->system, limits->arena,
			  arena_printf(limits->arena, "%s/%s", directory, file));
}

/* "8:0 rbps=2097152 wbps=max riops=max wiops=120" */
void facts_take_io_max(const struct facts_limits *limits, const char *key, const char *directory,
		       const char *file)
{
	char *rest = read_group(limits, directory, file);
	for (char *line; (line = facts_next_line(&rest));) {
		const char *number = facts_next_word(&line);
		const char *device = number ? device_name(limits, number) : NULL;
		for (char *word; device && (word = facts_next_word(&line));) {
			char *name, *text;
			if (!facts_split_pair(word, '=', &name, &text))
				continue;
			for (size_t i = 0; i < COUNT_OF(kinds); i++)
				if (strcmp(kinds[i].unified, name) == 0)
					tighten(limits, key, device, kinds[i].key, text);
		}
	}
}

/* "8:0 1048576" */
void facts_take_io_throttle(const struct facts_limits *limits, const char *key,
			    const char *directory, const char *file)
{
	char *rest = read_group(limits, directory, file);
	for (char *line; (line = facts_next_line(&rest));) {
		const char *number = facts_next_word(&line), *text = facts_next_word(&line);
		for (size_t i = 0; text && i < COUNT_OF(kinds); i++)
			if (strcmp(kinds[i].legacy, file) == 0)
				tighten(limits, key, device_name(limits, number), kinds[i].key,
					text);
	}
}
