/* What udev has found out of a block device, from its database: the kernel itself doesn't look into
 * a partition. */
#include "agent/facts/devices.h"

#include "agent/facts/text.h"
#include "common/own.h"

#include <string.h>

static const struct {
	const char *property, *key;
} partition_keys[] = {
	{"ID_FS_TYPE", "filesystem"},
	{"ID_FS_UUID", "uuid"},
	{"ID_FS_LABEL", "label"},
	{"ID_PART_ENTRY_UUID", "partuuid"},
	{"ID_PART_ENTRY_NAME", "partlabel"},
};

static const struct {
	const char *property, *key;
} disk_keys[] = {
	{"ID_SERIAL_SHORT", "serial"},
	{"ID_WWN_WITH_EXTENSION", "wwn"},
	{"ID_WWN", "wwn"},
};

/* "\x20" and the like, in place. */
static char *unescape(char *text)
{
	static const char digits[] = "0123456789abcdef";
	char *to = text;
	for (const char *from = text; *from;) {
		const char *high = from[0] == '\\' && from[1] == 'x' && from[2]
					   ? strchr(digits, from[2])
					   : NULL;
		const char *low = high && from[3] ? strchr(digits, from[3]) : NULL;
		int code = low ? (int)((high - digits) << 4 | (low - digits)) : 0;
		if (code) {
			*to++ = (char)code;
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return text;
}

/* "E:NAME=text" lines of /run/udev/data/bMAJOR:MINOR. */
static struct value *properties_of(struct facts_system *system, struct arena *arena,
				   const char *directory)
{
	const char *number = facts_line(system, arena, arena_printf(arena, "%s/dev", directory));
	struct value *properties = value_map(arena);
	char *rest = NULL;
	if (number && !strchr(number, '/'))
		rest = facts_text(system, arena, arena_printf(arena, "/run/udev/data/b%s", number));
	for (char *line; (line = facts_next_line(&rest));) {
		char *name, *text;
		if (strncmp(line, "E:", 2) == 0 && facts_split_pair(line + 2, '=', &name, &text))
			value_set(arena, properties, name, value_string(arena, unescape(text)));
	}
	return properties;
}

void facts_add_partition_properties(struct facts_system *system, struct arena *arena,
				    struct value *fact, const char *directory)
{
	const struct value *properties = properties_of(system, arena, directory);
	for (size_t i = 0; i < COUNT_OF(partition_keys); i++)
		facts_set_value(arena, fact, partition_keys[i].key,
				value_get(properties, partition_keys[i].property));
}

void facts_add_disk_properties(struct facts_system *system, struct arena *arena, struct value *fact,
			       const char *directory)
{
	static const char *const files[][2] = {
		{"serial", "serial"}, {"device/serial", "serial"}, {"wwid", "wwn"}};
	const struct value *properties = properties_of(system, arena, directory);
	for (size_t i = 0; i < COUNT_OF(disk_keys); i++)
		if (!value_get(fact, disk_keys[i].key))
			facts_set_value(arena, fact, disk_keys[i].key,
					value_get(properties, disk_keys[i].property));
	for (size_t i = 0; i < COUNT_OF(files); i++)
		if (!value_get(fact, files[i][1]))
			facts_set_text(
				arena, fact, files[i][1],
				facts_line(system, arena,
					   arena_printf(arena, "%s/%s", directory, files[i][0])));
}
