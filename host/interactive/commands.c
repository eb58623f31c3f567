/* What the prompt's commands do. Each either asks again, at once or when it is done, or lets the
 * walk go on. */
#include "host/interactive/pilot_parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/interactive/terminal.h"
#include "host/walk/walk.h"

#include <string.h>

/* --- the step itself --- */

static void run(struct pilot *pilot, const char *rest)
{
	const struct node *edited = deeds_node(pilot->deeds, pilot->node);
	(void)rest;
	deeds_ran(pilot->deeds, pilot->node);
	pilot->is_decided = !pilot->container;
	walk_decide(pilot->walk, WALK_RUN, edited == pilot->node ? NULL : edited);
}

static void skip(struct pilot *pilot, const char *rest)
{
	(void)rest;
	if (pilot->node->kind == NODE_COMMIT) {
		pilot_tell(pilot, "without it there is no image: `quit` ends the build");
		return;
	}
	deeds_skipped(pilot->deeds, pilot->node);
	walk_decide(pilot->walk, WALK_SKIP, NULL);
}

static void set_command(struct pilot *pilot, const char *command)
{
	autofree char *text = pilot_command_text(command);
	deeds_edit(pilot->deeds, pilot->node, command);
	pilot_tell(pilot, "the command is:%s", text);
}

static const char *command_now(const struct pilot *pilot)
{
	return deeds_node(pilot->deeds, pilot->node)->step->run;
}

static void tell_unchanged(struct pilot *pilot, const char *why)
{
	pilot_tell(pilot, "%s%sthe command stays as it was", why, *why ? ": " : "");
}

static void edited(void *ctx, const char *line)
{
	struct pilot *pilot = ctx;
	if (line && line[strspn(line, " \t")] && strcmp(line, command_now(pilot)) != 0)
		set_command(pilot, line);
	else
		tell_unchanged(pilot, "");
}

/* A newline at its end stays there: an editor does not show whether it is a part of the text. */
static void edited_outside(void *ctx, const char *text, struct error *err)
{
	struct pilot *pilot = ctx;
	const char *before = command_now(pilot);
	size_t len = strlen(before);
	bool has_end = len && before[len - 1] == '\n';
	autofree char *command = text ? mem_printf("%s%s", text, has_end ? "\n" : "") : NULL;
	autofree char *why = err ? error_text(err) : NULL;
	editor_free(STEAL(pilot->editor));
	if (command && strcmp(command, before) != 0)
		set_command(pilot, command);
	else
		tell_unchanged(pilot, why ? why : "");
}

static void edit_outside(struct pilot *pilot)
{
	auto_error struct error err = {0};
	pilot->editor = editor_begin(pilot->loop, command_now(pilot), edited_outside, pilot, &err);
	if (!pilot->editor)
		tell_unchanged(pilot, err.message);
}

static void edit(struct pilot *pilot, const char *rest)
{
	if (!pilot->node->step)
		pilot_tell(pilot, "%s has no command to edit", pilot->node->id);
	else if (*rest)
		edited(pilot, rest);
	else if (strchr(command_now(pilot), '\n') && prompt_has_terminal(pilot->prompt))
		edit_outside(pilot);
	else
		prompt_ask(pilot->prompt, "command: ", command_now(pilot), edited, pilot);
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
	begin(pilot, (struct aside){.path = *rest ? rest : "."});
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
	for (size_t i = 1; i < graph->count; i++) {
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

/* NULL: the state can be kept. */
static const char *why_not_kept(const struct node *node)
{
	if (node->kind == NODE_TEST)
		return "a test's branch is not kept: `back` starts it again";
	if (node_is_in_branch(node))
		return "no state within a group is kept: `back` goes to where the group begins";
	return NULL;
}

static void keep_for(struct pilot *pilot, bool quits)
{
	const char *why_not = why_not_kept(pilot->node);
	pilot->quits = quits && !why_not;
	if (why_not)
		pilot_tell(pilot, "%s", why_not);
	else
		walk_decide(pilot->walk, WALK_KEEP, NULL);
}

static void keep(struct pilot *pilot, const char *rest)
{
	(void)rest;
	keep_for(pilot, false);
}

static void back(struct pilot *pilot, const char *rest)
{
	(void)rest;
	pilot->steps = true;
	pilot->is_back = true;
	walk_decide(pilot->walk, WALK_BACK, NULL);
}

/* Nothing that was done is lost. */
static void save_beside(struct pilot *pilot, const char *why)
{
	auto_error struct error err = {0};
	autofree char *path = deeds_save_beside(pilot->deeds, why, &err);
	if (path)
		pilot_tell(pilot, "%s\nwhat was done is in %s", why, path);
	else
		pilot_tell(pilot, "%s%s%s", why, error_is_set(&err) ? "\n" : "",
			   error_is_set(&err) ? err.message : "");
}

static void save(struct pilot *pilot, const char *rest)
{
	auto_error struct error err = {0};
	(void)rest;
	if (deeds_save(pilot->deeds, &err) < 0) {
		autofree char *text = error_text(&err);
		save_beside(pilot, text);
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

/* A program that has not saved does not want to. */
static bool must_warn(struct pilot *pilot)
{
	bool is_new = !pilot->was_warned && prompt_has_terminal(pilot->prompt);
	pilot->was_warned = true;
	return is_new && deeds_are_unsaved(pilot->deeds);
}

static void quit(struct pilot *pilot, const char *rest)
{
	if (*rest && strcmp(rest, "keep") != 0)
		pilot_tell(pilot, "'quit' takes nothing or 'keep', not '%s'", rest);
	else if (must_warn(pilot))
		pilot_tell(pilot, "what was done is not saved: `save` writes it into the manifest; "
				  "once more: ends the build");
	else if (*rest)
		keep_for(pilot, true);
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
	unsigned rows, columns;
	(void)rest;
	terminal_size(&rows, &columns);
	command_line_help(columns, &text);
	pilot_tell(pilot, "%.*s", (int)text.len - 1, buf_text(&text));
}

/* Without a container there is nothing to look at or to change. */
static bool needs_container(enum verb verb)
{
	return verb == VERB_DO || verb == VERB_SHELL || verb == VERB_LS || verb == VERB_CAT ||
	       verb == VERB_FACTS;
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
	pilot->was_warned = pilot->was_warned && command->verb == VERB_QUIT;
	if (!pilot->container && needs_container(command->verb))
		pilot_tell(pilot, "there is no container: the services did not start. `run` tries "
				  "again");
	else
		handlers[command->verb](pilot, command->rest);
}
