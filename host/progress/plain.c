/* Lines for a log. */
#include "common/memory.h"
#include "common/own.h"
#include "host/progress/sinks.h"
#include "host/progress/summary.h"
#include "host/progress/visible.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct plain {
	FILE *out;
	bool color;
	bool is_terminal; /* which gets only what is harmless to it */
};

static const char *paint(const struct plain *plain, const char *code)
{
	return plain->color ? code : "";
}

/* Events come one after another, so that only the begin of a line must say whose it is. */
static void begin_line(const struct plain *plain, const struct progress_event *event)
{
	if (event->width)
		fprintf(plain->out, "%s%-*.*s |%s ", paint(plain, "\033[36m"), event->width,
			event->width, event->build, paint(plain, "\033[0m"));
}

static void write_lines(const struct plain *plain, const struct progress_event *event,
			const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		begin_line(plain, event);
		fprintf(plain->out, "%.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

static void write_head(const struct plain *plain, const struct progress_event *event)
{
	begin_line(plain, event);
	fprintf(plain->out, "%s[%zu/%zu] %s%s", paint(plain, "\033[1m"), event->number,
		event->total, event->node, paint(plain, "\033[0m"));
}

static void write_begin(struct plain *plain, const struct progress_event *event)
{
	write_head(plain, event);
	if (strcmp(event->label, event->node) != 0)
		fprintf(plain->out, "  %s", event->label);
	fputc('\n', plain->out);
}

/* What a step prints: a file gets it as it is. */
static void write_foreign(const struct plain *plain, const char *text, size_t len)
{
	auto_buf struct buf harmless = {0};
	if (plain->is_terminal) {
		visible_add(&harmless, text, len);
		text = buf_text(&harmless);
		len = harmless.len;
	}
	fwrite(text, 1, len, plain->out);
}

static void write_output(struct plain *plain, const struct progress_event *event)
{
	begin_line(plain, event);
	fprintf(plain->out, "%s%8s |%s ", paint(plain, "\033[2m"), event->node,
		paint(plain, "\033[0m"));
	write_foreign(plain, event->text, event->text_len);
	fputc('\n', plain->out);
}

static void write_done(struct plain *plain, const struct progress_event *event)
{
	auto_buf struct buf text = {0};
	const struct session_exit *usage = event->usage;
	summary_time(&text, event->wall_us);
	if (usage) {
		buf_puts(&text, " (cpu ");
		summary_time(&text, usage->user_us + usage->system_us);
		buf_printf(&text, ", peak %.1f MB)", (double)usage->max_rss_kb / 1024);
	}
	write_head(plain, event);
	fprintf(plain->out, "  %sok%s %s\n", paint(plain, "\033[32m"), paint(plain, "\033[0m"),
		buf_text(&text));
}

static void write_failed(struct plain *plain, const struct progress_event *event)
{
	write_head(plain, event);
	fprintf(plain->out, "  %sfailed%s  %s\n", paint(plain, "\033[31m"), paint(plain, "\033[0m"),
		event->label);
}

/* Where everything is, the last line says it. */
static void write_cached(struct plain *plain, const struct progress_event *event)
{
	bool told = strcmp(event->label, event->node) != 0;
	if (!event->number)
		return;
	write_head(plain, event);
	fprintf(plain->out, "  cached%s%s\n", told ? "  " : "", told ? event->label : "");
}

static void write_line(struct plain *plain, const struct progress_event *event)
{
	begin_line(plain, event);
	fprintf(plain->out, "%s\n", event->text);
}

/* Of a transfer each word once, and no line for each percent. */
static void write_transfer(struct plain *plain, const struct progress_event *event)
{
	const struct progress_transfer *transfer = event->transfer;
	if (transfer->status && !transfer->total && !transfer->over) {
		begin_line(plain, event);
		fprintf(plain->out, "  %s%s%s\n", transfer->name ? transfer->name : "",
			transfer->name ? ": " : "", transfer->status);
	}
}

static void write_end(struct plain *plain, const struct progress_event *event)
{
	auto_buf struct buf text = {0};
	summary_write(&text, event->summary);
	write_lines(plain, event, buf_text(&text));
}

typedef void writer(struct plain *plain, const struct progress_event *event);

static void take(void *ctx, const struct progress_event *event)
{
	static writer *const writers[PROGRESS_KINDS] = {
		[PROGRESS_NODE] = write_begin,    [PROGRESS_OUTPUT] = write_output,
		[PROGRESS_DONE] = write_done,     [PROGRESS_FAILED] = write_failed,
		[PROGRESS_CACHED] = write_cached, [PROGRESS_NOTICE] = write_line,
		[PROGRESS_MESSAGE] = write_line,  [PROGRESS_TRANSFER] = write_transfer,
		[PROGRESS_END] = write_end,
	};
	if (writers[event->kind])
		writers[event->kind](ctx, event);
}

static void take_failures(void *ctx, const struct progress_event *event)
{
	if (event->kind == PROGRESS_FAILED || event->kind == PROGRESS_MESSAGE)
		take(ctx, event);
}

struct progress_sink sink_plain(FILE *out, bool color, bool quiet)
{
	struct plain *plain = mem_alloc(sizeof *plain);
	plain->out = out;
	plain->color = color;
	plain->is_terminal = isatty(fileno(out));
	return (struct progress_sink){quiet ? take_failures : take, NULL, free, plain};
}
