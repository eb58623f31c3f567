/* The live view: what events come to, drawn by the loop's timers. */
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/progress/live_state.h"
#include "host/progress/sinks.h"

#include <stdlib.h>
#include <sys/ioctl.h>

enum { FRAME_MS = 34, SPIN_MS = 100 };

struct live {
	struct loop *loop;
	int terminal;
	struct live_state state;
	struct live_past past;
	uint64_t epoch_us; /* loop_now_us where the events' clock is 0 */
	uint64_t drawn_us, due_us;
	uint32_t timer;
};

/* --- drawing --- */

/* The size is asked for each time: no signal is needed to learn of a change. */
static void draw(struct live *live, bool last)
{
	auto_buf struct buf out = {0};
	struct live_bar bars[LIVE_MOST_BARS];
	struct live_view view;
	struct winsize size = {0};
	bool some = live_state_view(&live->state, bars, &view);
	ioctl(live->terminal, TIOCGWINSZ, &size);
	view.columns = size.ws_col ? size.ws_col : 80;
	live->state.columns = view.columns;
	view.rows = size.ws_row ? size.ws_row : 24;
	view.now_us = loop_now_us() - live->epoch_us;
	live_compose(last || !some ? NULL : &view, view.columns, buf_text(&live->state.above),
		     &live->past, &out);
	buf_clear(&live->state.above);
	file_write_all(live->terminal, out.data, out.len); /* one that has gone away gets nothing */
	live->drawn_us = loop_now_us();
}

static void on_due(void *ctx);

/* At most one timer runs: the earliest. */
static void draw_after(struct live *live, uint64_t ms)
{
	uint64_t due = loop_now_us() + ms * 1000;
	if (live->timer && live->due_us <= due)
		return;
	loop_cancel(live->loop, live->timer);
	live->timer = loop_after(live->loop, ms, on_due, live);
	live->due_us = due;
}

static void on_due(void *ctx)
{
	struct live *live = ctx;
	live->timer = 0;
	draw(live, false);
	if (live_state_is_moving(&live->state))
		draw_after(live, SPIN_MS);
}

static void draw_soon(struct live *live)
{
	uint64_t since_ms = (loop_now_us() - live->drawn_us) / 1000;
	draw_after(live, since_ms >= FRAME_MS ? 0 : FRAME_MS - since_ms);
}

static void take(void *ctx, const struct progress_event *event)
{
	struct live *live = ctx;
	live_state_take(&live->state, event);
	live->epoch_us = loop_now_us() - event->at_us;
	draw_soon(live);
}

static void pause_live(void *ctx)
{
	draw(ctx, true);
}

static void close_live(void *ctx)
{
	struct live *live = ctx;
	loop_cancel(live->loop, live->timer);
	draw(live, true);
	live_state_free(&live->state);
	free(live);
}

struct progress_sink sink_live(struct loop *loop, int terminal, bool color)
{
	struct live *live = mem_alloc(sizeof *live);
	live->loop = loop;
	live->terminal = terminal;
	live->state.color = color;
	live->epoch_us = loop_now_us();
	return (struct progress_sink){take, pause_live, close_live, live};
}
