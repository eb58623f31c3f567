#include "host/progress/report.h"

#include "common/loop.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/manifest/secrets.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LINE = 4096, MOST_SINKS = 4 };

/* What all builds share. */
struct hub {
	struct progress_sink sinks[MOST_SINKS];
	size_t sink_count;
	struct arena arena;
	struct value *secrets; /* list of texts */
	uint64_t began_us;
};

/* A running node; its output that has not ended in a newline yet. */
struct pending {
	struct pending *next;
	const struct node *node;
	size_t number;
	struct buf line;
};

/* A node that has begun. */
struct seen {
	const char *id;
	size_t number;
};

struct span {
	uint64_t begin, end;
};

struct report {
	struct hub *hub;
	bool owns_hub;
	char *build;
	int width;
	size_t total, begun, from_cache;
	struct seen *seen; /* in order */
	size_t seen_count;
	struct span phases[NODE_COMMIT + 1];
	struct pending *running;
};

static struct report *make(struct hub *hub, const char *name)
{
	struct report *report = mem_alloc(sizeof *report);
	struct buf build = {0};
	secrets_hide(hub->secrets, name, strlen(name), &build);
	report->hub = hub;
	report->build = buf_steal(&build);
	return report;
}

struct report *report_new(void)
{
	struct hub *hub = mem_alloc(sizeof *hub);
	hub->secrets = value_list(&hub->arena);
	hub->began_us = loop_now_us();
	struct report *report = make(hub, "");
	report->owns_hub = true;
	return report;
}

struct report *report_part(struct report *whole, const char *name, int width)
{
	struct report *report = make(whole->hub, name);
	report->width = width;
	return report;
}

void report_add_sink(struct report *report, struct progress_sink sink)
{
	if (sink.ctx && report->hub->sink_count < MOST_SINKS)
		report->hub->sinks[report->hub->sink_count++] = sink;
}

void report_hide(struct report *report, const char *text, size_t len)
{
	struct hub *hub = report->hub;
	secrets_add(&hub->arena, hub->secrets, text, len);
	secrets_sort(hub->secrets);
}

const struct value *report_hidden(const struct report *report)
{
	return report->hub->secrets;
}

static void forget(struct report *report, const struct node *node)
{
	for (struct pending **at = &report->running; *at; at = &(*at)->next) {
		struct pending *pending = *at;
		if (pending->node != node)
			continue;
		*at = pending->next;
		buf_free(&pending->line);
		free(pending);
		return;
	}
}

static void hub_free(struct hub *hub)
{
	for (size_t i = 0; i < hub->sink_count; i++)
		if (hub->sinks[i].close)
			hub->sinks[i].close(hub->sinks[i].ctx);
	arena_free(&hub->arena);
	free(hub);
}

void report_free(struct report *report)
{
	if (!report)
		return;
	while (report->running)
		forget(report, report->running->node);
	if (report->owns_hub)
		hub_free(report->hub);
	free(report->seen);
	free(report->build);
	free(report);
}

/* --- events --- */

/* All that is shown goes through here. */
static void emit(struct report *report, struct progress_event *event)
{
	const struct hub *hub = report->hub;
	event->build = report->build;
	event->width = report->width;
	event->total = report->total;
	event->at_us = loop_now_us() - hub->began_us;
	for (size_t i = 0; i < hub->sink_count; i++)
		hub->sinks[i].take(hub->sinks[i].ctx, event);
}

/* The text as it may be shown; NULL stays NULL. */
static const char *shown(const struct report *report, struct buf *out, const char *text)
{
	if (!text)
		return NULL;
	secrets_hide(report->hub->secrets, text, strlen(text), out);
	return buf_text(out);
}

static void emit_node(struct report *report, const struct node *node, struct progress_event *event)
{
	auto_buf struct buf label = {0};
	event->node = node->id;
	event->label = shown(report, &label, node->label);
	emit(report, event);
}

static void emit_list(struct report *report, enum progress_kind kind, const char *format,
		      va_list args)
{
	auto_buf struct buf text = {0};
	autofree char *line = NULL;
	if (vasprintf(&line, format, args) < 0)
		return;
	struct progress_event event = {.kind = kind, .text = shown(report, &text, line)};
	event.text_len = text.len;
	emit(report, &event);
}

void report_notice(struct report *report, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	emit_list(report, PROGRESS_NOTICE, format, args);
	va_end(args);
}

void report_message(struct report *report, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	emit_list(report, PROGRESS_MESSAGE, format, args);
	va_end(args);
}

void report_transfer(struct report *report, const struct progress_transfer *transfer)
{
	struct progress_event event = {.kind = PROGRESS_TRANSFER, .transfer = transfer};
	emit(report, &event);
}

static void emit_value(struct report *report, enum progress_kind kind, const char *text,
		       const struct value *value)
{
	auto_arena struct arena arena = {0};
	struct progress_event event = {
		.kind = kind,
		.text = text,
		.value = secrets_hide_value(report->hub->secrets, &arena, value)};
	emit(report, &event);
}

void report_facts(struct report *report, const char *image, const struct value *facts)
{
	emit_value(report, PROGRESS_FACTS, image, facts);
}

void report_layers(struct report *report, const struct value *layers)
{
	emit_value(report, PROGRESS_IMAGE, NULL, layers);
}

void report_graph(struct report *report, const struct graph *graph, const char *endpoint)
{
	auto_arena struct arena arena = {0};
	struct progress_event event = {.kind = PROGRESS_BUILD, .endpoint = endpoint};
	report->total = graph->count;
	report->seen_count = 0;
	event.value = secrets_hide_value(report->hub->secrets, &arena, graph_value(graph, &arena));
	emit(report, &event);
}

void report_plan(struct report *report, const struct value *nodes)
{
	emit_value(report, PROGRESS_PLAN, NULL, nodes);
}

/* --- nodes --- */

static struct pending *find(struct report *report, const struct node *node)
{
	struct pending *pending = report->running;
	while (pending && pending->node != node)
		pending = pending->next;
	return pending;
}

/* One that is tried again keeps its number. */
static size_t number_of(struct report *report, const struct node *node)
{
	for (size_t i = 0; i < report->seen_count; i++)
		if (strcmp(report->seen[i].id, node->id) == 0)
			return report->seen[i].number;
	report->seen = mem_resize(report->seen, report->seen_count + 1, sizeof *report->seen);
	report->seen[report->seen_count++] =
		(struct seen){arena_strdup(&report->hub->arena, node->id), ++report->begun};
	return report->begun;
}

void report_begin(struct report *report, const struct node *node)
{
	struct pending *pending = mem_alloc(sizeof *pending);
	struct progress_event event = {.kind = PROGRESS_NODE, .number = number_of(report, node)};
	struct span *phase = &report->phases[node->kind];
	pending->node = node;
	pending->number = event.number;
	pending->next = report->running;
	report->running = pending;
	if (!phase->begin)
		phase->begin = loop_now_us();
	emit_node(report, node, &event);
}

static void flush_line(struct report *report, struct pending *pending, size_t len)
{
	auto_buf struct buf line = {0};
	secrets_hide(report->hub->secrets, pending->line.data, len, &line);
	struct progress_event event = {.kind = PROGRESS_OUTPUT,
				       .number = pending->number,
				       .text = buf_text(&line),
				       .text_len = line.len};
	emit_node(report, pending->node, &event);
}

/* A line that is too long to wait for its end: what can't be the begin of a secret, once those that
 * are whole have gone. */
static size_t cut_length(const struct report *report, struct buf *line)
{
	const struct value *secrets = report->hub->secrets;
	size_t longest = secrets_longest(secrets), held = longest ? longest - 1 : 0;
	if (line->len < LONGEST_LINE + held)
		return 0;
	struct buf hidden = {0};
	secrets_hide(secrets, line->data, line->len, &hidden);
	buf_free(line);
	*line = hidden;
	return line->len > held ? line->len - held : 0;
}

static void flush_lines(struct report *report, struct pending *pending)
{
	for (;;) {
		struct buf *line = &pending->line;
		const char *end = line->len ? memchr(line->data, '\n', line->len) : NULL;
		size_t len = end ? (size_t)(end - line->data) : cut_length(report, line);
		if (!end && !len)
			return;
		flush_line(report, pending, len);
		buf_consume(line, len + (end != NULL));
	}
}

void report_output(struct report *report, const struct node *node, const char *data, size_t len)
{
	struct pending *pending = find(report, node);
	if (!pending)
		return;
	buf_add(&pending->line, data, len);
	flush_lines(report, pending);
}

/* A node may be told of when it is over already: then its time counts, not ours. */
static void end_phase(struct span *phase, uint64_t wall_us)
{
	uint64_t now = loop_now_us(), end = phase->begin + wall_us;
	phase->end = end > now ? end : now;
}

/* The last event of a running node. */
static void finish(struct report *report, const struct node *node, struct progress_event *event)
{
	struct pending *pending = find(report, node);
	if (!pending)
		return;
	if (pending->line.len)
		flush_line(report, pending, pending->line.len);
	end_phase(&report->phases[node->kind], event->wall_us);
	event->number = pending->number;
	emit_node(report, node, event);
	forget(report, node);
}

void report_end(struct report *report, const struct node *node, const struct session_exit *usage,
		uint64_t wall_us)
{
	struct progress_event event = {
		.kind = PROGRESS_DONE, .usage = usage, .wall_us = usage ? usage->wall_us : wall_us};
	finish(report, node, &event);
}

void report_failure(struct report *report, const struct node *node, const struct error *failure)
{
	auto_buf struct buf message = {0};
	struct error told = *failure; /* it owns nothing of that */
	told.message = (char *)shown(report, &message, failure->message);
	struct progress_event event = {.kind = PROGRESS_FAILED, .failure = &told};
	finish(report, node, &event);
}

static void emit_cached(struct report *report, const struct node *node, size_t number,
			const char *why)
{
	struct progress_event event = {.kind = PROGRESS_CACHED, .number = number, .text = why};
	report->from_cache++;
	emit_node(report, node, &event);
}

void report_cached(struct report *report, const struct node *node)
{
	emit_cached(report, node, number_of(report, node), NULL);
}

void report_all_cached(struct report *report, const struct graph *graph, const char *why)
{
	for (size_t i = 0; i < graph->count; i++)
		emit_cached(report, graph->nodes[i], 0, why);
	report->begun = graph->count;
}

void report_pause(struct report *report)
{
	const struct hub *hub = report->hub;
	for (size_t i = 0; i < hub->sink_count; i++)
		if (hub->sinks[i].pause)
			hub->sinks[i].pause(hub->sinks[i].ctx);
}

void report_over(struct report *report, struct progress_summary *summary)
{
	auto_buf struct buf failure = {0}, name = {0};
	struct progress_event event = {.kind = PROGRESS_END, .summary = summary};
	summary->failure = shown(report, &failure, summary->failure);
	summary->name = shown(report, &name, summary->name);
	summary->ran = report->begun - report->from_cache;
	summary->from_cache = report->from_cache;
	for (int kind = 0; kind <= NODE_COMMIT; kind++) {
		const struct span *phase = &report->phases[kind];
		summary->phase_us[kind] = phase->end > phase->begin ? phase->end - phase->begin : 0;
	}
	emit(report, &event);
	summary->failure = summary->name = NULL; /* they pointed here */
}
