#include "common/own.h"
#include "host/manifest/reader.h"

#include <string.h>

static int read_env(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct step *step = target;
	step->env = reader_strings(reader, entry);
	return step->env ? 0 : -1;
}

static int read_name(struct reader *reader, const struct value_entry *entry, void *target)
{
	return reader_text(reader, entry, &((struct step *)target)->name);
}

static int read_run(struct reader *reader, const struct value_entry *entry, void *target)
{
	return reader_text(reader, entry, &((struct step *)target)->run);
}

static int read_user(struct reader *reader, const struct value_entry *entry, void *target)
{
	return reader_text(reader, entry, &((struct step *)target)->user);
}

static int read_workdir(struct reader *reader, const struct value_entry *entry, void *target)
{
	return reader_text(reader, entry, &((struct step *)target)->workdir);
}

static int read_timeout(struct reader *reader, const struct value_entry *entry, void *target)
{
	return reader_duration(reader, entry, &((struct step *)target)->timeout_ms);
}

static const struct reader_key step_keys[] = {
	{"name", read_name}, {"run", read_run},         {"env", read_env},
	{"user", read_user}, {"workdir", read_workdir}, {"timeout", read_timeout},
};

static const char *first_line(struct arena *arena, const char *text)
{
	text += strspn(text, " \t\n");
	return arena_strndup(arena, text, strcspn(text, "\n"));
}

static int read_step(struct reader *reader, const struct value_entry *entry, struct step *step)
{
	const struct value *from = entry->value;
	step->at = reader_at(reader, from);
	if (from->kind == VALUE_MAP) {
		if (reader_map(reader, from, "a step", step_keys, COUNT_OF(step_keys), step) < 0)
			return -1;
		if (!step->run)
			return reader_fail(reader, from, "a step needs a command: `run: COMMAND`");
	} else if (!(step->run = reader_scalar(reader, entry))) {
		return -1;
	}
	if (!step->run[strspn(step->run, " \t\n")])
		return reader_fail(reader, from, "a step's command is empty");
	if (!step->name)
		step->name = first_line(&reader->manifest->arena, step->run);
	return 0;
}

static int add_step(struct reader *reader, const struct value_entry *entry, struct steps *steps)
{
	struct step *step = &steps->items[steps->count];
	if (read_step(reader, entry, step) < 0)
		return -1;
	steps->count++;
	return 0;
}

/* A single step, or a list of them; none at all is fine. */
int reader_steps(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct steps *steps = target;
	const struct value *from = entry->value;
	if (from->kind == VALUE_NULL)
		return 0;
	size_t more = from->kind == VALUE_LIST ? from->list.len : 1;
	steps->items = arena_grow(&reader->manifest->arena, steps->items, steps->count,
				  steps->count + more, sizeof *steps->items);
	if (from->kind != VALUE_LIST)
		return add_step(reader, entry, steps);
	for (size_t i = 0; i < from->list.len; i++) {
		struct value_entry item = *entry;
		item.value = from->list.items[i];
		if (add_step(reader, &item, steps) < 0)
			return -1;
	}
	return 0;
}
