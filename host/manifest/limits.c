/* `limits`: what the containers of a build may use. */
#include "host/manifest/reader.h"

#include "common/own.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

static int read_memory(struct reader *reader, const struct value_entry *entry, void *target)
{
	static const char units[] = "bkmgt";
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	char *end;
	double number = strtod(text, &end);
	const char *unit = *end ? strchr(units, tolower((unsigned char)*end)) : units;
	bool whole =
		unit && (!*end || !end[1] || (!end[2] && tolower((unsigned char)end[1]) == 'b'));
	for (const char *u = units; whole && u < unit; u++)
		number *= 1024;
	/* The engine's own least is 6 MiB. */
	if (end == text || !whole || !(number >= 6 << 20) || number > 1e15)
		return reader_fail(reader, entry->value,
				   "'memory' is a size such as 512m or 2g, from 6m, not '%s'",
				   text);
	*(uint64_t *)target = (uint64_t)number;
	return 0;
}

static int read_cpus(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	char *end;
	double number = strtod(text, &end);
	if (end == text || *end || !(number >= 0.01) || number > 10000)
		return reader_fail(reader, entry->value,
				   "'cpus' is a number such as 0.5 or 2, not '%s'", text);
	*(double *)target = number;
	return 0;
}

static int read_network(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)reader;
	*(bool *)target = !entry->value->boolean;
	return 0;
}

static const struct reader_key keys[] = {
	{.name = "memory",
	 TAKES_TEXT,
	 offsetof(struct limits, memory),
	 read_memory,
	 "of all processes together: `512m`, `2g`",
	 .pattern = "^[0-9.]+[bBkKmMgGtT]?[bB]?$"},
	{.name = "cpus",
	 TAKES_TEXT,
	 offsetof(struct limits, cpus),
	 read_cpus,
	 "`0.5`, `2`",
	 .pattern = "^[0-9.]+$"},
	{.name = "pids",
	 TAKES_COUNT,
	 offsetof(struct limits, pids),
	 reader_count,
	 "processes and threads at once; 0: the engine's default"},
	{.name = "network",
	 TAKES_FLAG,
	 offsetof(struct limits, no_network),
	 read_network,
	 "`false`: none at all"},
	{.name = "no_new_privileges",
	 TAKES_FLAG,
	 offsetof(struct limits, no_new_privileges),
	 reader_flag,
	 "`true`: setuid programs gain nothing"},
	{.name = "drop",
	 TAKES_TEXT | TAKES_LIST,
	 offsetof(struct limits, drop),
	 reader_texts,
	 "capabilities to go without: `NET_RAW`, `ALL`"},
	{.name = "read_only",
	 TAKES_FLAG,
	 offsetof(struct limits, read_only),
	 reader_flag,
	 "`true`: tests can't write to the image, but for /tmp; install steps still can"},
};
const struct reader_section limits_section = {"'limits'", keys, COUNT_OF(keys), false};

int reader_limits(struct reader *reader, const struct value_entry *entry, void *target)
{
	return reader_map(reader, entry->value, &limits_section, target);
}
