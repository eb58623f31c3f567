#include "host/interactive/pilot_parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/walk/walk.h"

#include <signal.h>
#include <stdarg.h>
#include <string.h>

/* --- asking --- */

static void answered(void *ctx, const char *line)
{
	struct pilot *pilot = ctx;
	struct command_line command = {VERB_QUIT, ""};
	auto_error struct error err = {0};
	if (line && command_line_read(line, &command, &err) < 0)
		pilot_tell(pilot, "%s", err.message);
	else
		pilot_command(pilot, &command);
}

void pilot_ask(struct pilot *pilot)
{
	autofree char *text = mem_printf("%s> ", pilot->node->id);
	pilot->was_interrupted = false;
	prompt_ask(pilot->prompt, text, NULL, answered, pilot);
}

void pilot_tell(struct pilot *pilot, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	autofree char *text = mem_vprintf(format, args);
	va_end(args);
	report_notice(pilot->report, "%s", text);
	pilot_ask(pilot);
}

bool pilot_take_signal(struct pilot *pilot, int signal)
{
	if (pilot->editor)
		return signal == SIGINT || signal == SIGQUIT;
	if (signal != SIGINT)
		return false;
	if (pilot->is_completing)
		return container_signal(pilot->container, SIGINT);
	if (prompt_is_asking(pilot->prompt)) {
		report_notice(pilot->report, "^C (`quit` ends the build)");
		pilot_ask(pilot);
		return true;
	}
	if (pilot->was_interrupted || !pilot->container)
		return false;
	pilot->was_interrupted = true;
	return container_signal(pilot->container, SIGINT);
}

/* --- where to stop --- */

bool pilot_knows(const struct manifest *manifest, const char *name)
{
	struct graph *graph = graph_new(manifest);
	bool known = false;
	for (size_t i = 1; i < graph->count && !known; i++)
		known = node_is_called(graph->nodes[i], name);
	graph_free(graph);
	return known;
}

static bool is_break(const struct pilot *pilot, const struct node *node)
{
	for (size_t i = 0; i < pilot->break_count; i++)
		if (node_is_called(node, pilot->breaks[i]))
			return true;
	return false;
}

char *pilot_command_text(const char *command)
{
	auto_buf struct buf text = {0};
	size_t len = strlen(command);
	while (len && command[len - 1] == '\n')
		len--;
	if (!memchr(command, '\n', len))
		return mem_printf(" %.*s", (int)len, command);
	for (const char *line = command; line < command + len;) {
		size_t width = strcspn(line, "\n");
		buf_printf(&text, "\n    %.*s", (int)width, line);
		line += width + 1;
	}
	return buf_steal(&text);
}

static void describe(const struct pilot *pilot, const struct node *node)
{
	if (!node->step) {
		report_notice(pilot->report, "-- %s: %s", node->id,
			      node->kind == NODE_COMMIT ? "the image is made of what is here now"
							: node->label);
		return;
	}
	const struct position *at = &node->step->at;
	autofree char *command = pilot_command_text(node->step->run);
	report_notice(pilot->report, "-- %s (%s:%u):%s", node->id, at->file, at->line, command);
}

static void stand_at(struct pilot *pilot, struct walk *walk, struct container *container)
{
	pilot->walk = walk;
	pilot->container = container;
	pilot->was_interrupted = false;
}

/* Whether to ask about it. */
static bool stops_before(struct pilot *pilot, const struct node *node)
{
	bool is_decided = pilot->is_decided;
	pilot->is_decided = false;
	return !is_decided && (pilot->steps || is_break(pilot, node));
}

static void before(void *ctx, struct walk *walk, struct container *container,
		   const struct node *node)
{
	struct pilot *pilot = ctx;
	pilot->node = node;
	stand_at(pilot, walk, container);
	if (pilot->is_back)
		deeds_undo(pilot->deeds, node);
	pilot->is_back = false;
	if (!stops_before(pilot, node)) {
		const struct node *edited = deeds_node(pilot->deeds, node);
		deeds_ran(pilot->deeds, node);
		walk_decide(walk, WALK_RUN, edited == node ? NULL : edited);
		return;
	}
	describe(pilot, deeds_node(pilot->deeds, node));
	pilot_ask(pilot);
}

static void failed(void *ctx, struct walk *walk, struct container *container,
		   const struct node *node, struct error *err)
{
	struct pilot *pilot = ctx;
	if (!container) /* it was not asked about before */
		pilot->node = node;
	stand_at(pilot, walk, container);
	if (!pilot->stops_on_failure) {
		walk_fail(walk, err);
		return;
	}
	autofree char *text = error_text(err);
	report_notice(pilot->report, "%s", text);
	pilot_ask(pilot);
}

static void kept(void *ctx, const char *image)
{
	pilot_kept(ctx, image);
}

static void over(void *ctx)
{
	struct pilot *pilot = ctx;
	pilot->walk = NULL;
	pilot->container = NULL;
}

/* --- its life --- */

static int take_breaks(struct pilot *pilot, const char *const *breaks, struct error *err)
{
	for (; breaks && *breaks; breaks++) {
		if (!pilot_knows(pilot->manifest, *breaks)) {
			error_set(err, "--break-at: %s has no step '%s'", pilot->manifest->path,
				  *breaks);
			return error_class(err, EXIT_USAGE, ERROR_STEP_UNKNOWN);
		}
		pilot->breaks = arena_grow(&pilot->arena, pilot->breaks, pilot->break_count,
					   pilot->break_count + 1, sizeof *pilot->breaks);
		pilot->breaks[pilot->break_count++] = *breaks;
	}
	return 0;
}

struct pilot *pilot_new(const struct pilot_options *options, const struct manifest *manifest,
			struct loop *loop, struct report *report, struct error *err)
{
	struct pilot *pilot = mem_alloc(sizeof *pilot);
	pilot->guide = (struct guide){before, failed, kept, over, pilot};
	pilot->loop = loop;
	pilot->report = report;
	pilot->manifest = manifest;
	pilot->steps = options->steps;
	pilot->stops_on_failure = options->stops_on_failure || options->steps;
	pilot->deeds = deeds_new(manifest);
	pilot->prompt = prompt_new(loop);
	prompt_on_tab(pilot->prompt, pilot_complete, pilot);
	if (take_breaks(pilot, options->breaks, err) == 0)
		return pilot;
	pilot_free(pilot);
	return NULL;
}

void pilot_free(struct pilot *pilot)
{
	if (!pilot)
		return;
	shell_free(pilot->shell);
	editor_free(pilot->editor);
	prompt_free(pilot->prompt);
	deeds_free(pilot->deeds);
	buf_free(&pilot->line);
	buf_free(&pilot->answer);
	choices_free(&pilot->choices);
	arena_free(&pilot->arena);
	free(pilot);
}

const struct guide *pilot_guide(const struct pilot *pilot)
{
	return &pilot->guide;
}
