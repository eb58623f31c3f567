/* Where the events of builds go: sinks, each a way to show or keep them. */
#ifndef FACTORY_HOST_PROGRESS_SINKS_H
#define FACTORY_HOST_PROGRESS_SINKS_H

#include "common/error.h"
#include "common/loop.h"
#include "host/progress/event.h"

#include <stdio.h>

struct progress_sink {
	void (*take)(void *ctx, const struct progress_event *event);
	void (*pause)(void *ctx); /* others write to the terminal now; NULL: does not matter */
	void (*close)(void *ctx); /* releases ctx; NULL: it is not the sink's */
	void *ctx;
};

/* Lines for a log: a node's begin, output and end; where `out` is a terminal, without what could
 * change it. quiet: nothing but failures and messages. */
struct progress_sink sink_plain(FILE *out, bool color, bool quiet);

/* One JSON object a line (docs/events.md), flushed line by line. `out` stays the caller's. */
struct progress_sink sink_json(FILE *out);

/* The same into a file of its own for `factory report`: below XDG_STATE_HOME, for its owner only,
 * so many bytes at most; of all such files the newest stay. On failure (a disk that is full, no
 * home) there is none: ctx is NULL, and the error says why. */
struct progress_sink sink_record(struct error *err);

/* A live view on a terminal, redrawn by the loop's timers. The loop must outlive it. */
struct progress_sink sink_live(struct loop *loop, int terminal, bool color);

#endif
