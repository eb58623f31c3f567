/* `parallel:` in a list of install steps: branches that begin at the same state and are merged. */
#include "common/own.h"
#include "host/manifest/reader.h"

#include <stddef.h>

/* A branch as a map, while it is read. */
struct branch {
	const char *name;
	struct value_entry steps;
};

static int take_steps(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)reader;
	*(struct value_entry *)target = *entry;
	return 0;
}

static const struct reader_key keys[] = {
	{.name = "name",
	 TAKES_TEXT,
	 offsetof(struct branch, name),
	 reader_text,
	 "what errors call it; default: its first step's name"},
	{.name = "steps",
	 TAKES_TEXT | TAKES_LIST | TAKES_MAP,
	 offsetof(struct branch, steps),
	 take_steps,
	 "a step, or a list of them",
	 &step_section},
};
const struct reader_section branch_section = {"a branch", keys, COUNT_OF(keys), false};

bool reader_is_group(const struct value *value)
{
	return value->kind == VALUE_MAP && value_get(value, "parallel");
}

static int read_branch(struct reader *reader, const struct value_entry *entry, struct steps *steps)
{
	struct branch branch = {.steps = *entry};
	size_t first = steps->count;
	if (entry->value->kind == VALUE_MAP && value_get(entry->value, "steps") &&
	    reader_map(reader, entry->value, &branch_section, &branch) < 0)
		return -1;
	if (reader_steps(reader, &branch.steps, steps) < 0)
		return -1;
	if (steps->count == first)
		return reader_fail(reader, entry->value, "a branch needs a step");
	for (size_t i = first; i < steps->count; i++) {
		struct step *step = &steps->items[i];
		step->group = reader->group;
		step->branch = reader->branch;
		step->branch_name = branch.name ? branch.name : steps->items[first].name;
	}
	return 0;
}

static int read_branches(struct reader *reader, const struct value_entry *entry,
			 struct steps *steps)
{
	int status = 0;
	const struct value *list = entry->value;
	if (list->kind != VALUE_LIST || !list->list.len)
		return reader_fail(reader, list, "'parallel' is a list of branches");
	for (size_t i = 0; i < list->list.len; i++) {
		struct value_entry item = *entry;
		item.value = list->list.items[i];
		reader->branch++;
		if (read_branch(reader, &item, steps) < 0)
			status = -1;
	}
	return status;
}

int reader_group(struct reader *reader, const struct value *group, struct steps *steps)
{
	const struct manifest *manifest = reader->manifest;
	if (steps != &manifest->install && steps != &manifest->before_install)
		return reader_fail(reader, group,
				   "'parallel' is for install steps: tests run at once anyway");
	if (reader->group)
		return reader_fail(reader, group, "a branch can't hold a group of its own");
	if (group->map.len != 1)
		return reader_fail(reader, value_get(group, "parallel"),
				   "a group has only 'parallel': other keys are its steps' own");
	reader->group = ++reader->groups;
	int status = read_branches(reader, &group->map.entries[0], steps);
	reader->group = 0;
	return status;
}
