/* Tab at the prompt: commands and steps at once, files and facts as the container has them. */
#include "host/interactive/pilot_parts.h"

#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/interactive/terminal.h"

#include <string.h>

enum { FACTS_DEEP = 4 };

static void tell(struct pilot *pilot)
{
	struct choices *choices = &pilot->choices;
	auto_buf struct buf shown = {0};
	const char *more;
	unsigned rows, columns;
	size_t len = choices_common(choices, &more);
	autofree char *common = mem_strndup(more, len);
	terminal_size(&rows, &columns);
	if (!len && choices->count > 1)
		choices_show(choices, columns, &shown);
	pilot->is_completing = false;
	prompt_complete(pilot->prompt, common, shown.len ? buf_text(&shown) : NULL);
}

/* --- what is known here --- */

static void add_commands(struct choices *choices)
{
	for (int verb = 0; verb < VERB_COUNT; verb++)
		choices_add(choices, command_line_name((enum verb)verb));
}

static void add_steps(struct pilot *pilot)
{
	struct graph *graph = graph_new(pilot->manifest);
	for (size_t i = 1; i < graph->count; i++) {
		const struct node *node = graph->nodes[i];
		choices_add(&pilot->choices, node->id);
		if (strcmp(node->id, node->label) != 0 && !strchr(node->label, '\n'))
			choices_add(&pilot->choices, node->label);
	}
	graph_free(graph);
}

/* --- what the container says --- */

static void keep_answer(void *ctx, int stream, const char *data, size_t len)
{
	struct pilot *pilot = ctx;
	(void)stream;
	buf_add(&pilot->answer, data, len);
}

/* A line is as `ls -l` has it: the mode, three numbers, the name. */
static void add_entry(struct choices *choices, const char *directory, char *line)
{
	bool is_directory = *line == 'd', is_link = *line == 'l';
	char *name = line + strcspn(line, " ");
	for (int i = 0; i < 3; i++) {
		name += strspn(name, " ");
		name += strcspn(name, " ");
	}
	name += *name == ' ';
	char *target = is_link ? strstr(name, " -> ") : NULL;
	if (target)
		*target = '\0';
	autofree char *path = mem_printf("%s%s%s", directory, name, is_directory ? "/" : "");
	if (*name)
		choices_add(choices, path);
}

static void listed(void *ctx, const struct session_exit *exit, struct error *err)
{
	struct pilot *pilot = ctx;
	const char *stem = pilot->choices.stem, *slash = strrchr(stem, '/');
	autofree char *directory = mem_strndup(stem, slash ? (size_t)(slash + 1 - stem) : 0);
	autofree char *text = buf_steal(&pilot->answer);
	char *next = NULL;
	(void)exit;
	for (char *line = err ? NULL : strtok_r(text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next))
		add_entry(&pilot->choices, directory, line);
	tell(pilot);
}

static void add_facts(struct choices *choices, const char *outer, const struct value *facts,
		      int deep)
{
	for (size_t i = 0; i < facts->map.len; i++) {
		const struct value_entry *entry = &facts->map.entries[i];
		autofree char *name = mem_printf("%s%s%s", outer, *outer ? "." : "", entry->key);
		choices_add(choices, name);
		if (deep && value_is(entry->value, VALUE_MAP))
			add_facts(choices, name, entry->value, deep - 1);
	}
}

static void told_facts(void *ctx, const struct session_exit *exit, struct error *err)
{
	struct pilot *pilot = ctx;
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	(void)exit;
	const struct value *facts = err ? NULL
					: json_parse(&arena, "facts", buf_text(&pilot->answer),
						     pilot->answer.len, &ignored);
	if (facts && value_is(facts, VALUE_MAP))
		add_facts(&pilot->choices, "", facts, FACTS_DEEP);
	buf_clear(&pilot->answer);
	tell(pilot);
}

static void ask_for_files(struct pilot *pilot)
{
	static const struct aside_events events = {.output = keep_answer, .ended = listed};
	const char *stem = pilot->choices.stem, *slash = strrchr(stem, '/');
	autofree char *directory =
		slash ? mem_strndup(stem, (size_t)(slash + 1 - stem)) : mem_strdup("./");
	const struct aside aside = {.path = directory, .events = &events, .ctx = pilot};
	container_begin_aside(pilot->container, &aside);
}

static void ask_for_facts(struct pilot *pilot)
{
	static const struct aside_events events = {.output = keep_answer, .ended = told_facts};
	static const char *const all[] = {"*", NULL};
	const struct aside aside = {.facts = all, .events = &events, .ctx = pilot};
	container_begin_aside(pilot->container, &aside);
}

void pilot_complete(void *ctx, const char *line)
{
	struct pilot *pilot = ctx;
	const char *stem;
	enum completion completion = command_line_completion(line, &stem);
	choices_begin(&pilot->choices, stem, strlen(stem));
	pilot->is_completing = true;
	if (completion == COMPLETE_PATH && pilot->container) {
		ask_for_files(pilot);
		return;
	}
	if (completion == COMPLETE_FACT && pilot->container) {
		ask_for_facts(pilot);
		return;
	}
	if (completion == COMPLETE_COMMAND)
		add_commands(&pilot->choices);
	else if (completion == COMPLETE_STEP)
		add_steps(pilot);
	else if (completion == COMPLETE_KEEP)
		choices_add(&pilot->choices, "keep");
	tell(pilot);
}
