#include "host/build/report.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/manifest/secrets.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LINE = 4096 };

/* Output of one running node that has not ended in a newline yet. */
struct pending {
	struct pending *next;
	const struct node *node;
	size_t number;
	struct buf line;
};

struct report {
	struct report *whole; /* of which this is a part, or NULL */
	const char *name;     /* of a part */
	int width;
	FILE *out;
	bool color, quiet;
	size_t total, begun;
	struct pending *running;
	struct arena arena;
	struct value *secrets; /* list of texts */
};

struct report *report_new(FILE *out, bool color, bool quiet)
{
	struct report *report = mem_alloc(sizeof *report);
	report->out = out;
	report->color = color;
	report->quiet = quiet;
	report->secrets = value_list(&report->arena);
	return report;
}

struct report *report_part(struct report *whole, const char *name, int width)
{
	struct report *report = mem_alloc(sizeof *report);
	report->whole = whole;
	report->name = name;
	report->width = width;
	report->out = whole->out;
	report->color = whole->color;
	report->quiet = whole->quiet;
	return report;
}

void report_hide(struct report *report, const char *text, size_t len)
{
	if (report->whole)
		report = report->whole;
	secrets_add(&report->arena, report->secrets, text, len);
	secrets_sort(report->secrets);
}

const struct value *report_hidden(const struct report *report)
{
	return report->whole ? report->whole->secrets : report->secrets;
}

static void say_list(const struct report *report, const char *format, va_list args)
{
	auto_buf struct buf shown = {0};
	autofree char *text = NULL;
	int len = vasprintf(&text, format, args);
	if (len < 0)
		return;
	secrets_hide(report_hidden(report), text, (size_t)len, &shown);
	fwrite(buf_text(&shown), 1, shown.len, report->out);
}

/* All that is shown goes through here. */
static void say(const struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(const struct report *report, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say_list(report, format, args);
	va_end(args);
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

void report_free(struct report *report)
{
	if (!report)
		return;
	while (report->running)
		forget(report, report->running->node);
	arena_free(&report->arena);
	free(report);
}

static struct pending *find(struct report *report, const struct node *node)
{
	struct pending *pending = report->running;
	while (pending && pending->node != node)
		pending = pending->next;
	return pending;
}

void report_total(struct report *report, size_t nodes)
{
	report->total = nodes;
	report->begun = 0;
	while (report->running) /* of a build before this one, which was cut short */
		forget(report, report->running->node);
}

static const char *paint(const struct report *report, const char *code)
{
	return report->color ? code : "";
}

/* Whole lines are written without a turn of the loop between, so that only their begin needs it. */
static void begin_line(const struct report *report)
{
	if (report->whole)
		say(report, "%s%-*.*s |%s ", paint(report, "\033[36m"), report->width,
		    report->width, report->name, paint(report, "\033[0m"));
}

static void head(const struct report *report, const struct pending *pending)
{
	begin_line(report);
	say(report, "%s[%zu/%zu] %s%s", paint(report, "\033[1m"), pending->number, report->total,
	    pending->node->id, paint(report, "\033[0m"));
}

void report_cached(struct report *report, const struct node *node)
{
	const struct pending cached = {.node = node, .number = ++report->begun};
	if (report->quiet)
		return;
	head(report, &cached);
	say(report, "  cached%s%s\n", strcmp(node->label, node->id) == 0 ? "" : "  ",
	    strcmp(node->label, node->id) == 0 ? "" : node->label);
}

void report_begin(struct report *report, const struct node *node)
{
	struct pending *pending = mem_alloc(sizeof *pending);
	pending->node = node;
	pending->number = ++report->begun;
	pending->next = report->running;
	report->running = pending;
	if (report->quiet)
		return;
	head(report, pending);
	if (strcmp(node->label, node->id) != 0)
		say(report, "  %s", node->label);
	say(report, "\n");
}

static void flush_line(struct report *report, struct pending *pending, size_t len)
{
	if (report->quiet)
		return;
	begin_line(report);
	say(report, "%s%8s |%s %.*s\n", paint(report, "\033[2m"), pending->node->id,
	    paint(report, "\033[0m"), (int)len, pending->line.data);
}

/* A line that is too long to wait for its end: what can't be the begin of a secret, once those that
 * are whole have gone. */
static size_t cut_length(const struct report *report, struct buf *line)
{
	size_t longest = secrets_longest(report_hidden(report)), held = longest ? longest - 1 : 0;
	if (line->len < LONGEST_LINE + held)
		return 0;
	struct buf shown = {0};
	secrets_hide(report_hidden(report), line->data, line->len, &shown);
	buf_free(line);
	*line = shown;
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

static void flush_rest(struct report *report, struct pending *pending)
{
	if (pending->line.len)
		flush_line(report, pending, pending->line.len);
	buf_clear(&pending->line);
}

static void write_time(const struct report *report, uint64_t us)
{
	if (us < 1000000)
		say(report, "%.1f ms", (double)us / 1e3);
	else
		say(report, "%.2f s", (double)us / 1e6);
}

static void write_usage(const struct report *report, const struct session_exit *usage)
{
	say(report, " (cpu ");
	write_time(report, usage->user_us + usage->system_us);
	say(report, ", peak %.1f MB)", (double)usage->max_rss_kb / 1024);
}

void report_end(struct report *report, const struct node *node, const struct session_exit *usage,
		uint64_t wall_us)
{
	struct pending *pending = find(report, node);
	if (!pending)
		return;
	flush_rest(report, pending);
	if (!report->quiet) {
		head(report, pending);
		say(report, "  %sok%s ", paint(report, "\033[32m"), paint(report, "\033[0m"));
		write_time(report, usage ? usage->wall_us : wall_us);
		if (usage)
			write_usage(report, usage);
		say(report, "\n");
	}
	forget(report, node);
}

void report_failure(struct report *report, const struct node *node)
{
	struct pending *pending = find(report, node);
	if (!pending)
		return;
	flush_rest(report, pending);
	head(report, pending);
	say(report, "  %sfailed%s  %s\n", paint(report, "\033[31m"), paint(report, "\033[0m"),
	    node->label);
	forget(report, node);
}

void report_notice(struct report *report, const char *format, ...)
{
	if (report->quiet)
		return;
	begin_line(report);
	va_list args;
	va_start(args, format);
	say_list(report, format, args);
	va_end(args);
	say(report, "\n");
}
