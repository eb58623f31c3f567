#include "host/build/report.h"

#include "common/memory.h"
#include "common/own.h"

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
	FILE *out;
	bool color, quiet;
	size_t total, begun;
	struct pending *running;
};

struct report *report_new(FILE *out, bool color, bool quiet)
{
	struct report *report = mem_alloc(sizeof *report);
	report->out = out;
	report->color = color;
	report->quiet = quiet;
	return report;
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

static void head(const struct report *report, const struct pending *pending)
{
	fprintf(report->out, "%s[%zu/%zu] %s%s", paint(report, "\033[1m"), pending->number,
		report->total, pending->node->id, paint(report, "\033[0m"));
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
		fprintf(report->out, "  %s", node->label);
	fputc('\n', report->out);
}

static void flush_line(struct report *report, struct pending *pending, size_t len)
{
	if (!report->quiet)
		fprintf(report->out, "%s%8s |%s %.*s\n", paint(report, "\033[2m"),
			pending->node->id, paint(report, "\033[0m"), (int)len, pending->line.data);
}

static void flush_lines(struct report *report, struct pending *pending)
{
	for (;;) {
		struct buf *line = &pending->line;
		const char *end = line->len ? memchr(line->data, '\n', line->len) : NULL;
		if (!end && line->len < LONGEST_LINE)
			return;
		size_t len = end ? (size_t)(end - line->data) : line->len;
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

static void write_time(FILE *out, uint64_t us)
{
	if (us < 1000000)
		fprintf(out, "%.1f ms", (double)us / 1e3);
	else
		fprintf(out, "%.2f s", (double)us / 1e6);
}

static void write_usage(FILE *out, const struct session_exit *usage)
{
	fputs(" (cpu ", out);
	write_time(out, usage->user_us + usage->system_us);
	fprintf(out, ", peak %.1f MB)", (double)usage->max_rss_kb / 1024);
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
		fprintf(report->out, "  %sok%s ", paint(report, "\033[32m"),
			paint(report, "\033[0m"));
		write_time(report->out, usage ? usage->wall_us : wall_us);
		if (usage)
			write_usage(report->out, usage);
		fputc('\n', report->out);
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
	fprintf(report->out, "  %sfailed%s  %s\n", paint(report, "\033[31m"),
		paint(report, "\033[0m"), node->label);
	forget(report, node);
}

void report_notice(struct report *report, const char *format, ...)
{
	if (report->quiet)
		return;
	va_list args;
	va_start(args, format);
	vfprintf(report->out, format, args);
	va_end(args);
	fputc('\n', report->out);
}
