#include "common/own.h"
#include "host/manifest/services_parts.h"

#include <stddef.h>
#include <string.h>

#define STEP(member) offsetof(struct step, member)

static int read_when(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct step *step = target;
	step->when_at = reader_at(reader, entry->value);
	return reader_text(reader, entry, &step->when);
}

static const struct reader_key keys[] = {
	{.name = "name",
	 TAKES_TEXT,
	 STEP(name),
	 reader_text,
	 "what the progress calls it; default: the command's first line"},
	{.name = "run", TAKES_TEXT, STEP(run), reader_text, "the command, for the target's shell"},
	{.name = "env",
	 TAKES_NAMES | TAKES_LIST | TAKES_NOTHING,
	 STEP(env),
	 reader_names,
	 "over the manifest's, for this step"},
	{.name = "user", TAKES_TEXT, STEP(user), reader_text, "likewise"},
	{.name = "workdir",
	 TAKES_TEXT,
	 STEP(workdir),
	 reader_absolute,
	 "likewise; made when missing",
	 .pattern = "^/"},
	{.name = "when",
	 TAKES_TEXT,
	 0,
	 read_when,
	 "a Jinja2 expression over properties, `facts` and `pillar`: the step is left out where it "
	 "is false"},
	{.name = "timeout",
	 TAKES_TIME,
	 STEP(timeout_ms),
	 reader_duration,
	 "`30s`, `5m`, `250ms`; then SIGTERM and, 2 s later, SIGKILL"},
	{.name = "retries",
	 TAKES_COUNT,
	 STEP(retries),
	 reader_count,
	 "how often it is tried again after a failure"},
	{.name = "ignore_errors",
	 TAKES_FLAG,
	 STEP(ignore_errors),
	 reader_flag,
	 "`true`: a failure is shown and does not count"},
	{.name = "creates",
	 TAKES_TEXT,
	 STEP(creates),
	 reader_absolute,
	 "a path: the step is skipped where it exists",
	 .pattern = "^/"},
	{.name = "secrets",
	 TAKES_TREE,
	 STEP(secrets),
	 reader_secrets,
	 "for this step only: `NAME: VARIABLE`, or `NAME: {env or file, as}`",
	 &secret_section},
	{.name = "services",
	 TAKES_TEXT | TAKES_LIST | TAKES_TREE | TAKES_NOTHING,
	 0,
	 services_of_step,
	 "of a test: what runs beside it, instead of the manifest's; names of those count too"},
	{.name = "checkpoint",
	 TAKES_FLAG,
	 STEP(checkpoint),
	 reader_flag,
	 "keep the state after this step, so that a later build can resume from it"},
	{.name = "parallel",
	 TAKES_LIST | TAKES_TEXT | TAKES_LISTS | TAKES_TREE,
	 0,
	 NULL,
	 "instead of all others, in `install`: branches that run at once, each a step, a list of "
	 "steps or `{name, steps}`"},
};
const struct reader_section step_section = {"a step", keys, COUNT_OF(keys), false};

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
		step->retries = STEP_INHERITS;
		if (reader_map(reader, from, &step_section, step) < 0)
			return -1;
		if (!step->run)
			return reader_fail(reader, from, "a step needs a command: `run: COMMAND`");
	} else if (!(step->run = reader_scalar(reader, entry))) {
		return -1;
	} else {
		step->retries = STEP_INHERITS;
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
	*step = (struct step){0};
	if (read_step(reader, entry, step) < 0)
		return -1;
	steps->count++;
	return 0;
}

static void reserve(struct reader *reader, struct steps *steps, size_t more)
{
	steps->items = arena_grow(&reader->manifest->arena, steps->items, steps->count,
				  steps->count + more, sizeof *steps->items);
}

/* A group takes room of its own. */
static int add_group(struct reader *reader, const struct value *group, struct steps *steps,
		     size_t more)
{
	int status = reader_group(reader, group, steps);
	reserve(reader, steps, more);
	return status;
}

/* A single step, or a list of them; none at all is fine. */
int reader_steps(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct steps *steps = target;
	const struct value *from = entry->value;
	int status = 0;
	if (from->kind == VALUE_NULL)
		return 0;
	size_t more = from->kind == VALUE_LIST ? from->list.len : 1;
	reserve(reader, steps, more);
	if (reader_is_group(from))
		return add_group(reader, from, steps, 0);
	if (from->kind != VALUE_LIST)
		return add_step(reader, entry, steps);
	for (size_t i = 0; i < from->list.len; i++) {
		struct value_entry item = *entry;
		item.value = from->list.items[i];
		int added = reader_is_group(item.value)
				    ? add_group(reader, item.value, steps, more - i - 1)
				    : add_step(reader, &item, steps);
		status = added < 0 ? -1 : status;
	}
	return status;
}
