/* One inquiry at one server, with all its requests, on the loop. */
#ifndef FACTORY_AGENT_SOURCE_ASK_H
#define FACTORY_AGENT_SOURCE_ASK_H

#include "agent/source/api.h"
#include "agent/source/server.h"

struct ask;

/* How it ended; `err` is NULL for an answer, which is in the inquiry. */
struct ask_end {
	struct error *err;
	bool no_answer; /* the server could not be reached, or broke off */
	bool unwell;    /* a status of 500 and more: it may be well again later */
};
typedef void ask_done(void *ctx, struct inquiry *inquiry, const struct ask_end *end);

struct ask_settings {
	const struct api *api;
	struct http_client *client;
	const struct server *server;
	uint32_t max_stale_ms; /* followers may answer, unless they are older; 0: the leader */
};

/* Takes a copy of the inquiry and gives it an arena; `settings` must stay until the end. `done` is
 * called once, from the loop; it may take the arena's content over, leaving an empty one. The ask
 * is gone afterwards. NULL with the
 * error where it could not begin. */
struct ask *ask_start(const struct ask_settings *settings, const struct inquiry *inquiry,
		      ask_done *done, void *ctx, struct error *err);
void ask_cancel(struct ask *ask); /* NULL is fine; `done` is not called */

#endif
