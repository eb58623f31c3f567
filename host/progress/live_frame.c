#include "host/progress/live_frame.h"

#include "common/own.h"
#include "host/progress/summary.h"
#include "host/progress/visible.h"

#include <stdio.h>
#include <string.h>

enum { SPIN_US = 100000, BAR_MOST = 30, NODE_COLUMNS = 10 };

#define DIM    "\033[2m"
#define BOLD   "\033[1m"
#define PLAIN  "\033[0m"
#define TO_END "\033[K"

/* A line that is being written: never wider than the terminal less one column, so that none wraps
 * its cursor. */
struct line {
	struct buf *out;
	unsigned left, taken;
	bool color;
};

static void add(struct line *line, const char *style, const char *text)
{
	if (line->color && style)
		buf_puts(line->out, style);
	unsigned taken = visible_fit(line->out, text, line->left);
	line->left -= taken;
	line->taken += taken;
	if (line->color && style)
		buf_puts(line->out, PLAIN);
}

static void add_padded(struct line *line, const char *style, const char *text, unsigned columns)
{
	unsigned before = line->taken;
	add(line, style, text);
	while (line->taken - before < columns && line->left)
		add(line, NULL, " ");
}

static struct line begin_line(const struct live_view *view, struct buf *out)
{
	return (struct line){.out = out,
			     .left = view->columns > 1 ? view->columns - 1 : 0,
			     .color = view->color};
}

static void end_line(const struct line *line, struct live_past *frame)
{
	buf_puts(line->out, TO_END "\n");
	frame->widths[frame->count++] = line->taken;
}

static const char *spinner(uint64_t now_us)
{
	static const char *const frames[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
	return frames[now_us / SPIN_US % COUNT_OF(frames)];
}

/* Tenths of a second while it is short, then minutes. */
static void add_clock(struct line *line, uint64_t us)
{
	char text[32];
	unsigned long long tenths = us / 100000;
	if (tenths < 600)
		snprintf(text, sizeof text, " %llu.%llus ", tenths / 10, tenths % 10);
	else
		snprintf(text, sizeof text, " %llum%02llus ", tenths / 600, tenths / 10 % 60);
	add(line, NULL, text);
}

static void write_branch(const struct live_view *view, const struct live_branch *branch,
			 struct buf *out, struct live_past *frame)
{
	struct line line = begin_line(view, out);
	add(&line, "\033[36m", spinner(view->now_us));
	add(&line, NULL, " ");
	if (*branch->build) {
		add(&line, DIM, branch->build);
		add(&line, NULL, " ");
	}
	add_padded(&line, BOLD, branch->node, NODE_COLUMNS);
	add_clock(&line, view->now_us > branch->began_us ? view->now_us - branch->began_us : 0);
	add(&line, DIM, branch->last);
	end_line(&line, frame);
}

static void write_bar(const struct live_view *view, const struct live_bar *bar, struct buf *out,
		      struct live_past *frame)
{
	struct line line = begin_line(view, out);
	auto_buf struct buf cells = {0}, sizes = {0};
	unsigned columns = line.left / 3 < BAR_MOST ? line.left / 3 : BAR_MOST;
	double part = bar->total ? (double)bar->done / (double)bar->total : 0;
	unsigned full = part >= 1 ? columns : (unsigned)(part * columns);
	for (unsigned i = 0; i < columns; i++)
		buf_puts(&cells, i < full ? "█" : "░");
	summary_size(&sizes, bar->done);
	buf_puts(&sizes, " of ");
	summary_size(&sizes, bar->total);
	add(&line, NULL, "  ");
	add_padded(&line, BOLD, bar->what, 7);
	add(&line, "\033[32m", buf_text(&cells));
	add(&line, NULL, " ");
	add(&line, NULL, buf_text(&sizes));
	end_line(&line, frame);
}

static void write_status(const struct live_view *view, size_t hidden, struct buf *out,
			 struct live_past *frame)
{
	struct line line = begin_line(view, out);
	char text[96];
	snprintf(text, sizeof text, "%zu of %zu nodes", view->nodes_done, view->nodes_total);
	add(&line, BOLD, text);
	add_clock(&line, view->now_us);
	snprintf(text, sizeof text, "and %zu more", hidden);
	if (hidden)
		add(&line, DIM, text);
	end_line(&line, frame);
}

/* What does not fit is counted in the last line. */
static void write_lines(const struct live_view *view, struct buf *out, struct live_past *frame)
{
	size_t room = view->rows > 2 ? view->rows - 2 : 1, hidden = 0;
	if (room > LIVE_MOST_LINES - 1)
		room = LIVE_MOST_LINES - 1;
	for (size_t i = 0; i < view->bar_count && frame->count < room; i++)
		write_bar(view, &view->bars[i], out, frame);
	for (const struct live_branch *branch = view->branches; branch; branch = branch->next)
		if (frame->count < room)
			write_branch(view, branch, out, frame);
		else
			hidden++;
	write_status(view, hidden, out, frame);
}

/* A terminal that became narrower may have folded the lines. */
static size_t rows_of(const struct live_past *past, unsigned columns)
{
	size_t rows = 0;
	for (size_t i = 0; i < past->count; i++)
		rows += past->widths[i] && columns ? (past->widths[i] - 1) / columns + 1 : 1;
	return rows;
}

static void write_above(const char *above, struct buf *out)
{
	for (const char *end; (end = strchr(above, '\n')); above = end + 1) {
		buf_add(out, above, (size_t)(end - above));
		buf_puts(out, TO_END "\n");
	}
}

void live_compose(const struct live_view *view, unsigned columns, const char *above,
		  struct live_past *past, struct buf *out)
{
	size_t rows = rows_of(past, columns);
	struct live_past frame = {0};
	if (rows)
		buf_printf(out, "\r\033[%zuA", rows);
	write_above(above, out);
	if (view)
		write_lines(view, out, &frame);
	buf_puts(out, "\033[J");
	*past = frame;
}
