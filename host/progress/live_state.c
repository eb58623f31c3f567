#include "host/progress/live_state.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/progress/summary.h"
#include "host/progress/visible.h"

#include <stdlib.h>
#include <string.h>

enum { TAIL_LINES = 20 };

/* A running node, and its last lines for the case that it fails. */
struct running {
	struct live_branch shown; /* first: its `next` is the list */
	char *build, *node, *label;
	char *tail[TAIL_LINES];
	size_t lines;
};

/* A layer, or all files. */
struct live_transfer {
	struct live_transfer *next;
	char *what, *name;
	uint64_t done, total;
};

struct live_build {
	struct live_build *next;
	char *name;
	size_t done, total;
	bool *over; /* by the node's number */
};

/* --- what is known --- */

static char *visible(const char *text, size_t len)
{
	struct buf out = {0};
	visible_add(&out, text, len);
	return buf_steal(&out);
}

static struct live_build *find_build(const struct live_state *state, const char *name)
{
	struct live_build *build = state->builds;
	while (build && strcmp(build->name, name) != 0)
		build = build->next;
	return build;
}

static bool is_of(const struct running *running, const struct progress_event *event)
{
	return strcmp(running->node, event->node) == 0 && strcmp(running->build, event->build) == 0;
}

static struct running *find_running(const struct live_state *state,
				    const struct progress_event *event)
{
	struct live_branch *at = state->running;
	while (at && !is_of((struct running *)at, event))
		at = at->next;
	return (struct running *)at;
}

static void running_free(struct running *running)
{
	for (size_t i = 0; i < TAIL_LINES; i++)
		free(running->tail[i]);
	free(running->build);
	free(running->node);
	free(running->label);
	free(running);
}

static void forget_running(struct live_state *state, struct running *running)
{
	struct live_branch **at = &state->running;
	while (*at && *at != &running->shown)
		at = &(*at)->next;
	if (*at)
		*at = running->shown.next;
	running_free(running);
}

static void forget_transfers(struct live_state *state, const char *what)
{
	for (struct live_transfer **at = &state->transfers; *at;) {
		struct live_transfer *transfer = *at;
		if (what && strcmp(transfer->what, what) != 0) {
			at = &transfer->next;
			continue;
		}
		*at = transfer->next;
		free(transfer->what);
		free(transfer->name);
		free(transfer);
	}
}

/* --- lines that stay --- */

static void say(struct live_state *state, const char *style, const char *text)
{
	buf_puts(&state->above, state->color ? style : "");
	buf_puts(&state->above, text);
	buf_puts(&state->above, state->color ? "\033[0m" : "");
}

/* Whose it is, where there are several. */
static void say_build(struct live_state *state, const struct progress_event *event)
{
	autofree char *name = visible(event->build, strlen(event->build));
	if (!state->builds || !state->builds->next)
		return;
	say(state, "\033[2m", name);
	buf_putc(&state->above, ' ');
}

/* A finished node is one line: beside its name, mark and time this is left for what it did. */
static unsigned label_columns(const struct live_state *state, const struct progress_event *event)
{
	size_t taken = strlen(event->node) + 18, columns = state->columns ? state->columns : 80;
	if (state->builds && state->builds->next)
		taken += strlen(event->build) + 1;
	return columns > taken + 8 ? (unsigned)(columns - taken) : 8;
}

/* "✓ cell install-1  label  1.2 s" */
static void say_node(struct live_state *state, const char *style, const char *mark,
		     const struct progress_event *event)
{
	autofree char *label = visible(event->label, strlen(event->label));
	say(state, style, mark);
	buf_putc(&state->above, ' ');
	say_build(state, event);
	say(state, "\033[1m", event->node);
	if (strcmp(label, event->node) == 0)
		return;
	buf_puts(&state->above, "  ");
	visible_fit(&state->above, label, label_columns(state, event));
}

static void say_lines(struct live_state *state, const char *text)
{
	for (const char *end; *text; text = end + (*end == '\n')) {
		end = text + strcspn(text, "\n");
		autofree char *line = visible(text, (size_t)(end - text));
		buf_printf(&state->above, "%s\n", line);
	}
}

/* --- events --- */

static void on_build(struct live_state *state, const struct progress_event *event)
{
	struct live_build *build = find_build(state, event->build);
	if (!build) {
		build = mem_alloc(sizeof *build);
		build->name = mem_strdup(event->build);
		build->next = state->builds;
		state->builds = build;
	}
	free(build->over);
	build->over = mem_alloc((event->total + 1) * sizeof *build->over);
	build->total = event->total;
	build->done = 0;
}

/* Numbers are from 1 on; a node may begin again. */
static void mark(const struct live_state *state, const struct progress_event *event, bool over)
{
	struct live_build *build = find_build(state, event->build);
	if (!build || event->number > build->total || build->over[event->number] == over)
		return;
	build->over[event->number] = over;
	build->done += over;
	build->done -= !over;
}

static void on_node(struct live_state *state, const struct progress_event *event)
{
	struct running *running = mem_alloc(sizeof *running);
	struct live_branch **at = &state->running;
	bool several = state->builds && state->builds->next;
	mark(state, event, false);
	running->build = mem_strdup(event->build);
	running->node = mem_strdup(event->node);
	running->label = visible(event->label, strlen(event->label));
	running->shown = (struct live_branch){.build = several ? running->build : "",
					      .node = running->node,
					      .label = running->label,
					      .last = running->label,
					      .began_us = event->at_us};
	while (*at)
		at = &(*at)->next;
	*at = &running->shown;
}

static void on_output(struct live_state *state, const struct progress_event *event)
{
	struct running *running = find_running(state, event);
	if (!running)
		return;
	char **slot = &running->tail[running->lines++ % TAIL_LINES];
	char *line = visible(event->text, event->text_len);
	if (*line)
		running->shown.last = line;
	else if (running->shown.last == *slot)
		running->shown.last = running->label;
	free(*slot);
	*slot = line;
}

static void node_over(struct live_state *state, const struct progress_event *event)
{
	struct running *running = find_running(state, event);
	if (running)
		forget_running(state, running);
	mark(state, event, true);
}

static void on_done(struct live_state *state, const struct progress_event *event)
{
	say_node(state, "\033[32m", "✓", event);
	buf_puts(&state->above, "  ");
	summary_time(&state->above, event->wall_us);
	buf_putc(&state->above, '\n');
	node_over(state, event);
}

static void on_failed(struct live_state *state, const struct progress_event *event)
{
	const struct running *running = find_running(state, event);
	size_t lines = running ? running->lines : 0;
	size_t from = lines > TAIL_LINES ? lines - TAIL_LINES : 0;
	say_node(state, "\033[31m", "✗", event);
	buf_puts(&state->above, "  failed\n");
	if (from)
		buf_printf(&state->above, "  ... %zu lines before these\n", from);
	for (size_t i = from; i < lines; i++)
		buf_printf(&state->above, "  | %s\n", running->tail[i % TAIL_LINES]);
	node_over(state, event);
}

/* Without a number it is one of all. */
static void on_cached(struct live_state *state, const struct progress_event *event)
{
	struct live_build *build = find_build(state, event->build);
	if (event->number)
		mark(state, event, true);
	else if (build)
		build->done = build->total;
}

static void on_line(struct live_state *state, const struct progress_event *event)
{
	say_lines(state, event->text);
}

static bool is_same(const char *one, const char *two)
{
	return strcmp(one ? one : "", two ? two : "") == 0;
}

static void on_transfer(struct live_state *state, const struct progress_event *event)
{
	const struct progress_transfer *news = event->transfer;
	struct live_transfer *transfer = state->transfers;
	if (news->over)
		forget_transfers(state, news->what);
	if (news->over || !news->total)
		return;
	while (transfer &&
	       !(is_same(transfer->what, news->what) && is_same(transfer->name, news->name)))
		transfer = transfer->next;
	if (!transfer) {
		transfer = mem_alloc(sizeof *transfer);
		transfer->what = mem_strdup(news->what);
		transfer->name = mem_strdup(news->name ? news->name : "");
		transfer->next = state->transfers;
		state->transfers = transfer;
	}
	transfer->total = news->total;
	if (transfer->done < news->done) /* unpacking counts from zero again */
		transfer->done = news->done;
}

static void on_end(struct live_state *state, const struct progress_event *event)
{
	auto_buf struct buf text = {0};
	struct live_build *build = find_build(state, event->build);
	summary_write(&text, event->summary);
	if (text.len)
		say_build(state, event);
	say_lines(state, buf_text(&text));
	if (build)
		build->done = build->total;
}

static void count_nodes(const struct live_state *state, struct live_view *view)
{
	for (const struct live_build *build = state->builds; build; build = build->next) {
		view->nodes_done += build->done;
		view->nodes_total += build->total;
	}
}

static size_t add_bars(const struct live_state *state, struct live_bar *bars, size_t most)
{
	size_t count = 0;
	for (const struct live_transfer *each = state->transfers; each; each = each->next) {
		size_t i = 0;
		while (i < count && strcmp(bars[i].what, each->what) != 0)
			i++;
		if (i == most)
			continue;
		if (i == count)
			bars[count++] = (struct live_bar){.what = each->what};
		bars[i].done += each->done;
		bars[i].total += each->total;
	}
	return count;
}

typedef void handler(struct live_state *state, const struct progress_event *event);

void live_state_take(struct live_state *state, const struct progress_event *event)
{
	static handler *const handlers[PROGRESS_KINDS] = {
		[PROGRESS_BUILD] = on_build,       [PROGRESS_NODE] = on_node,
		[PROGRESS_OUTPUT] = on_output,     [PROGRESS_DONE] = on_done,
		[PROGRESS_FAILED] = on_failed,     [PROGRESS_CACHED] = on_cached,
		[PROGRESS_NOTICE] = on_line,       [PROGRESS_MESSAGE] = on_line,
		[PROGRESS_TRANSFER] = on_transfer, [PROGRESS_END] = on_end,
	};
	if (handlers[event->kind])
		handlers[event->kind](state, event);
}

bool live_state_is_moving(const struct live_state *state)
{
	return state->running || state->transfers;
}

bool live_state_view(const struct live_state *state, struct live_bar *bars, struct live_view *view)
{
	*view = (struct live_view){.branches = state->running, .bars = bars, .color = state->color};
	view->bar_count = add_bars(state, bars, LIVE_MOST_BARS);
	count_nodes(state, view);
	return state->builds || state->transfers;
}

void live_state_free(struct live_state *state)
{
	while (state->running)
		forget_running(state, (struct running *)state->running);
	forget_transfers(state, NULL);
	while (state->builds) {
		struct live_build *build = state->builds;
		state->builds = build->next;
		free(build->name);
		free(build->over);
		free(build);
	}
	buf_free(&state->above);
}
