/* What the live view knows: events in, what a frame shows out. */
#ifndef FACTORY_HOST_PROGRESS_LIVE_STATE_H
#define FACTORY_HOST_PROGRESS_LIVE_STATE_H

#include "common/buffer.h"
#include "host/progress/event.h"
#include "host/progress/live_frame.h"

#include <stdbool.h>

enum { LIVE_MOST_BARS = 4 };

struct live_transfer;
struct live_build;

struct live_state {
	bool color;
	unsigned columns; /* the terminal's; 0: not known yet */
	struct live_branch *running;
	struct live_transfer *transfers;
	struct live_build *builds;
	struct buf above; /* lines that stay, for the next frame */
};

void live_state_take(struct live_state *state, const struct progress_event *event);
void live_state_free(struct live_state *state);

bool live_state_is_moving(const struct live_state *state); /* the view changes by itself */

/* Fills in all but the time and the size; `bars` has LIVE_MOST_BARS and must outlive the view.
 * False: there is nothing to be seen. */
bool live_state_view(const struct live_state *state, struct live_bar *bars, struct live_view *view);

#endif
