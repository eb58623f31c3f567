/* One frame of the live view: what is known and the terminal's size -> bytes. Pure: no clock, no
 * terminal. Texts are visible ones (visible.h). */
#ifndef FACTORY_HOST_PROGRESS_LIVE_FRAME_H
#define FACTORY_HOST_PROGRESS_LIVE_FRAME_H

#include "common/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LIVE_MOST_LINES = 64 };

/* A node that runs. */
struct live_branch {
	struct live_branch *next;
	const char *build; /* shown before the node where several builds run; "" otherwise */
	const char *node, *label;
	const char *last; /* its last line of output, or its label where there was none */
	uint64_t began_us;
};

/* Bytes on their way: of all layers, of all files. */
struct live_bar {
	const char *what;
	uint64_t done, total;
};

struct live_view {
	const struct live_branch *branches;
	const struct live_bar *bars;
	size_t bar_count;
	size_t nodes_done, nodes_total;
	uint64_t now_us; /* since the begin */
	unsigned columns, rows;
	bool color;
};

/* The frame that is on the screen: how wide its lines are, the cursor at the begin of the line
 * below them. Zeroed: none. */
struct live_past {
	unsigned widths[LIVE_MOST_LINES];
	size_t count;
};

/* Appends what replaces the past frame: `above`, whole lines that stay, then the frame itself.
 * view NULL: no frame any more. columns: the terminal's, by which it has folded the past frame. */
void live_compose(const struct live_view *view, unsigned columns, const char *above,
		  struct live_past *past, struct buf *out);

#endif
