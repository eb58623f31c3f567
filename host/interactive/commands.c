/* What the prompt's commands do. Each either asks again, at once or when it is done, or lets the
 * walk go on. */
#include "host/interactive/pilot_parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/aside.h"
#include "host/build/walk.h"
#include "host/exit_codes.h"

#include <string.h>

/* --- the step itself --- */

static void run(struct pilot *pilot, const char *rest)
{
	const struct node *edited = deeds_node(pilot->deeds, pilot->node);
	(void)rest;
	deeds_ran(pilot->deeds, pilot->node);
	walk_decide(pilot->walk, WALK_RUN, edited == pilot->node ? NULL : edited);
}

static void skip(struct pilot *pilot, const char *rest)
{
	(void)rest;
	deeds_skipped(pilot->deeds, pilot->node);
	walk_decide(pilot->walk, WALK_SKIP, NULL);
}

static void edited(void *ctx, const char *line)
{
	struct pilot *pilot = ctx;
	if (line && line[strspn(line, " \t")])
		deeds_edit(pilot->deeds, pilot->node, line);
	pilot_tell(pilot, "the command is: %s", deeds_node(pilot->deeds, pilot->node)->step->run);
}

static void edit(struct pilot *pilot, const char *rest)
{
	const struct step *step = deeds_node(pilot->deeds, pilot->node)->step;
	if (!step)
		pilot_tell(pilot, "%s has no command to edit", pilot->node->id);
	else if (*rest)
		edited(pilot, rest);
	else if (strchr(step->run, '\n'))
		pilot_tell(pilot, "its command has several lines: `edit COMMAND` replaces all of "
				  "them");
	else
		prompt_ask(pilot->prompt, "command: ", step->run, edited, pilot);
}

/* --- beside it --- */

static void show_line(struct pilot *pilot, size_t len)
{
	report_notice(pilot->report, "%.*s", (int)len, buf_text(&pilot->line));
}

static void aside_said(void *ctx, int stream, const char *data, size_t len)
{
	struct pilot *pilot = ctx;
	const char *end;
	(void)stream;
	buf_add(&pilot->line, data, len);
	while (pilot->line.len && (end = memchr(pilot->line.data, '\n', pilot->line.len))) {
		show_line(pilot, (size_t)(end - pilot->line.data));
		buf_consume(&pilot->line, (size_t)(end - pilot->line.data) + 1);
	}
}

/* Only what has worked is worth doing again. */
static void note_added(struct pilot *pilot, const struct session_exit *exit)
{
	const char *command = STEAL(pilot->adding);
	if (!command || !exit)
		return;
	if (exit->signalled || exit->code)
		report_notice(pilot->report, "it %s %d: `save` leaves it out",
			      exit->signalled ? "was killed by signal" : "ended with exit code",
			      exit->code);
	else
		deeds_added(pilot->deeds, pilot->node, command);
}

static void aside_over(void *ctx, const struct session_exit *exit, struct error *err)
{
	struct pilot *pilot = ctx;
	if (pilot->line.len)
		show_line(pilot, pilot->line.len);
	buf_clear(&pilot->line);
	note_added(pilot, exit);
	if (err)
		pilot_tell(pilot, "%s", err->message);
	else
		pilot_ask(pilot);
}

static void begin(struct pilot *pilot, struct aside aside)
{
	static const struct aside_events events = {.output = aside_said, .ended = aside_over};
	aside.events = &events;
	aside.ctx = pilot;
	container_begin_aside(pilot->container, &aside);
}

static void do_something(struct pilot *pilot, const char *rest)
{
	pilot->adding = arena_strdup(&pilot->arena, rest);
	walk_alter(pilot->walk);
	begin(pilot, (struct aside){.shell = rest});
}

static void list_directory_of(struct pilot *pilot, const char *rest)
{
	begin(pilot, (struct aside){.path = *rest ? rest : "/"});
}

static void print_file(struct pilot *pilot, const char *rest)
{
	begin(pilot, (struct aside){.path = rest});
}

static void print_facts(struct pilot *pilot, const char *rest)
{
	auto_arena struct arena arena = {0};
	const char **names = arena_alloc(&arena, (strlen(rest) + 2) * sizeof *names);
	size_t count = 0;
	char *left = arena_strdup(&arena, rest), *next = NULL;
	for (char *name = strtok_r(left, " \t", &next); name; name = strtok_r(NULL, " \t", &next))
		names[count++] = name;
	if (!count)
		names[count++] = "*";
	begin(pilot, (struct aside){.facts = names});
}

static void shell_over(void *ctx, const struct session_exit *exit, struct error *err)
{
	struct pilot *pilot = ctx;
	(void)exit;
	if (err)
		pilot_tell(pilot, "%s", err->message);
	else
		pilot_tell(pilot, "back from the shell: what was done in it is not for `save`");
}

static void open_shell(struct pilot *pilot, const char *rest)
{
	struct shell_setup setup = {.loop = pilot->loop, .ended = shell_over, .ctx = pilot};
	auto_error struct error err = {0};
	(void)rest;
	walk_alter(pilot->walk);
	shell_free(STEAL(pilot->shell));
	pilot->shell = shell_begin(&setup, pilot->container, &err);
	if (!pilot->shell)
		pilot_tell(pilot, "%s", err.message);
}

/* --- the way --- */

static void list(struct pilot *pilot, const char *rest)
{
	struct graph *graph = graph_new(pilot->manifest);
	(void)rest;
	for (size_t i = 1; i + 1 < graph->count; i++) {
		const struct node *node = graph->nodes[i];
		bool here = strcmp(node->id, pilot->node->id) == 0;
		report_notice(pilot->report, "%s %-12s %-8s %s", here ? ">" : " ", node->id,
			      here ? "" : deeds_word(pilot->deeds, node), node->label);
	}
	graph_free(graph);
	pilot_ask(pilot);
}

static void set_break(struct pilot *pilot, const char *rest)
{
	for (size_t i = 0; !*rest && i < pilot->break_count; i++)
		report_notice(pilot->report, "%s", pilot->breaks[i]);
	if (!*rest) {
		pilot_ask(pilot);
		return;
	}
	if (!pilot_knows(pilot->manifest, rest)) {
		pilot_tell(pilot, "there is no step '%s': `list` names them", rest);
		return;
	}
	pilot->breaks = arena_grow(&pilot->arena, pilot->breaks, pilot->break_count,
				   pilot->break_count + 1, sizeof *pilot->breaks);
	pilot->breaks[pilot->break_count++] = arena_strdup(&pilot->arena, rest);
	pilot_tell(pilot, "stops before '%s'", rest);
}

static void go_on(struct pilot *pilot, const char *rest)
{
	pilot->steps = false;
	run(pilot, rest);
}

static void keep(struct pilot *pilot, const char *rest)
{
	(void)rest;
	if (pilot->node->kind == NODE_TEST)
		pilot_tell(pilot, "a test's branch is not kept: `back` starts it again");
	else if (node_is_in_branch(pilot->node))
		pilot_tell(pilot, "a branch is not kept: `back` goes to where its group begins");
	else
		walk_decide(pilot->walk, WALK_KEEP, NULL);
}

static void back(struct pilot *pilot, const char *rest)
{
	(void)rest;
	pilot->steps = true;
	pilot->is_back = true;
	walk_decide(pilot->walk, WALK_BACK, NULL);
}

static void save(struct pilot *pilot, const char *rest)
{
	auto_error struct error err = {0};
	(void)rest;
	if (deeds_save(pilot->deeds, &err) < 0) {
		autofree char *text = error_text(&err);
		pilot_tell(pilot, "%s", text);
	} else {
		pilot_tell(pilot, "saved: %s", pilot->manifest->path);
	}
}

static void stop(struct pilot *pilot)
{
	autofree char *why =
		mem_printf("the build was stopped at %s, as was asked for", pilot->node->id);
	walk_interrupt(pilot->walk, why, EXIT_FAILED);
}

static void quit(struct pilot *pilot, const char *rest)
{
	bool keeps = strcmp(rest, "keep") == 0;
	pilot->quits = keeps && pilot->node->kind != NODE_TEST;
	if (pilot->quits)
		walk_decide(pilot->walk, WALK_KEEP, NULL);
	else if (keeps)
		pilot_tell(pilot, "a test's branch is not kept: `quit` ends the build");
	else if (*rest)
		pilot_tell(pilot, "'quit' takes nothing or 'keep', not '%s'", rest);
	else
		stop(pilot);
}

void pilot_kept(struct pilot *pilot, const char *image)
{
	if (!pilot->quits) {
		pilot_tell(pilot, "kept: `back` returns to it");
		return;
	}
	report_notice(pilot->report, "kept as %s", image);
	walk_leave_kept(pilot->walk);
	stop(pilot);
}

static void help(struct pilot *pilot, const char *rest)
{
	auto_buf struct buf text = {0};
	(void)rest;
	command_line_help(&text);
	pilot_tell(pilot, "%.*s", (int)text.len - 1, buf_text(&text));
}

void pilot_command(struct pilot *pilot, const struct command_line *command)
{
	static void (*const handlers[VERB_COUNT])(struct pilot * pilot, const char *rest) = {
		[VERB_RUN] = run,         [VERB_SKIP] = skip,         [VERB_EDIT] = edit,
		[VERB_DO] = do_something, [VERB_SHELL] = open_shell,  [VERB_LS] = list_directory_of,
		[VERB_CAT] = print_file,  [VERB_FACTS] = print_facts, [VERB_LIST] = list,
		[VERB_BREAK] = set_break, [VERB_CONTINUE] = go_on,    [VERB_CHECKPOINT] = keep,
		[VERB_BACK] = back,       [VERB_SAVE] = save,         [VERB_QUIT] = quit,
		[VERB_HELP] = help,
	};
	handlers[command->verb](pilot, command->rest);
}
