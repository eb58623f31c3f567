/* Memory and swap of the machine; what a container may use of them is in container.limits. */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <string.h>

enum field { TOTAL, FREE, AVAILABLE, BUFFERS, CACHED, SWAP_TOTAL, SWAP_FREE, FIELDS };

static const char *const field_names[FIELDS] = {"MemTotal", "MemFree",   "MemAvailable", "Buffers",
						"Cached",   "SwapTotal", "SwapFree"};

/* Bytes by field; -1 for those that are missing. "MemTotal:  16318480 kB" */
static void parse_meminfo(char *text, int64_t bytes[FIELDS])
{
	memset(bytes, -1, FIELDS * sizeof *bytes);
	for (char *line; (line = facts_next_line(&text));) {
		char *name, *rest;
		int64_t number;
		if (!facts_split_pair(line, ':', &name, &rest))
			continue;
		char *word = facts_next_word(&rest);
		if (!word || !facts_parse_number(word, &number) || number < 0 ||
		    number > INT64_MAX / 1024)
			continue;
		for (size_t i = 0; i < FIELDS; i++)
			if (strcmp(name, field_names[i]) == 0)
				bytes[i] = number * 1024;
	}
}

/* Kernels before 3.14 don't estimate it; sums of what would be given up come near. */
static int64_t available_of(const int64_t bytes[FIELDS])
{
	if (bytes[AVAILABLE] >= 0)
		return bytes[AVAILABLE];
	static const enum field parts[] = {FREE, BUFFERS, CACHED};
	int64_t sum = 0;
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (bytes[parts[i]] > 0 && bytes[parts[i]] <= INT64_MAX - sum)
			sum += bytes[parts[i]];
	return sum;
}

static struct value *pool(struct arena *arena, int64_t total, int64_t available)
{
	struct value *pool = value_map(arena);
	if (total <= 0 || available < 0)
		return pool;
	uint64_t used = total > available ? (uint64_t)(total - available) : 0;
	facts_set_size(arena, pool, "available", (uint64_t)available);
	facts_set_text(arena, pool, "capacity",
		       arena_printf(arena, "%.2f%%", (double)used / (double)total * 100));
	facts_set_size(arena, pool, "total", (uint64_t)total);
	facts_set_size(arena, pool, "used", used);
	return pool;
}

struct value *facts_memory(struct facts_system *system, struct arena *arena)
{
	int64_t bytes[FIELDS];
	char *text = facts_text(system, arena, "/proc/meminfo");
	if (!text)
		return NULL;
	parse_meminfo(text, bytes);
	if (bytes[TOTAL] < 0)
		return NULL;
	struct value *memory = value_map(arena);
	facts_set_int(arena, memory, "total", bytes[TOTAL]);
	facts_set_int(arena, memory, "available", available_of(bytes));
	facts_set_value(arena, memory, "system", pool(arena, bytes[TOTAL], available_of(bytes)));
	facts_set_value(arena, memory, "swap", pool(arena, bytes[SWAP_TOTAL], bytes[SWAP_FREE]));
	return memory;
}
