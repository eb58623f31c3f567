/* What the two halves of the driver's end share: requests (session.c) and frames that come
 * (incoming.c). */
#ifndef FACTORY_HOST_SESSION_PARTS_H
#define FACTORY_HOST_SESSION_PARTS_H

#include "common/frame.h"
#include "host/session/session.h"

struct session {
	const struct session_events *events;
	void *ctx;
	struct engine_stream *stream; /* NULL: not attached yet, or over */
	struct buf received;
	struct frame_joiner joiner;
	struct buf diagnostics; /* the last bytes of the agent's stderr */
	uint32_t last_id;
	bool greeted;   /* HELLO has come */
	bool leaving;   /* BYE was sent: the end of the stream is orderly */
	bool over;      /* `closed` was called */
	unsigned busy;  /* callbacks that are running */
	bool abandoned; /* freed in a callback: the outermost one releases it */
};

extern const struct engine_stream_events session_stream_events; /* ctx: the session */

/* Counts a callback in and out; out releases a session that was freed meanwhile. */
struct session *session_enter(struct session *session);
void session_leave(struct session *session);
OWNED_BY(struct session, session_leave)
#define entered_session __attribute__((cleanup(own_session_leave)))

#endif
