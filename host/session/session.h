/* The driver's end of the session protocol (common/frame.h) on a container's stream: requests out,
 * events in. It knows nothing of steps, nodes or engines beyond the stream. */
#ifndef FACTORY_HOST_SESSION_SESSION_H
#define FACTORY_HOST_SESSION_SESSION_H

#include "common/error.h"
#include "common/own.h"
#include "common/value.h"
#include "host/engine/engine.h"

#include <stdbool.h>
#include <stdint.h>

struct session;

struct session_hello {
	const char *agent;   /* version */
	const char *shell;   /* NULL: the target has none */
	const char *staging; /* a directory on a tmpfs, for what must not stay in the image */
};

struct session_exit {
	bool signalled, timed_out;
	int code; /* exit code, or the signal's number */
	uint64_t wall_us, user_us, system_us;
	uint64_t max_rss_kb;
	bool leaves;    /* processes: of this step, or of one before it */
	bool disk_full; /* it failed, and nothing is left of the disk that its root is on */
};

/* Every pointer given to a callback is valid only during it. */
struct session_events {
	void (*hello)(void *ctx, const struct session_hello *hello);
	/* stream: 1 stdout, 2 stderr */
	void (*output)(void *ctx, uint32_t id, int stream, const char *data, size_t len);
	void (*ended)(void *ctx, uint32_t id, const struct session_exit *exit); /* RUN */
	void (*data)(void *ctx, uint32_t id, const char *data, size_t len);     /* GET */
	void (*result)(void *ctx, uint32_t id, const struct value *result);     /* all others */
	void (*failed)(void *ctx, uint32_t id, struct error *err); /* ERROR with an id */
	/* A value is wanted for request `id`: answer with session_value, now or later. */
	void (*want)(void *ctx, uint32_t id, const struct value *want);
	/* Everything that was sent is on its way: more may be. May be NULL. */
	void (*drained)(void *ctx);
	/* The session is over, once: err is NULL after an orderly end, else says why (another
	 * protocol version, a frame that makes no sense, the agent died; its stderr is in the
	 * message). */
	void (*closed)(void *ctx, struct error *err);
};

struct session *session_new(const struct session_events *events, void *ctx);
void session_free(struct session *session); /* closes the stream at once */
OWNED_BY(struct session, session_free)
#define auto_session __attribute__((cleanup(own_session_free)))

/* Attaches to a created container (engine_attach); `attached` is called as engine_attach's done:
 * start the container then. */
void session_attach(struct session *session, struct engine *engine, const char *container,
		    engine_done *attached, void *ctx);

struct session_run {
	const char *shell;       /* a line for the target's shell, or NULL */
	const char *const *argv; /* NULL-terminated, where shell is NULL */
	bool interactive;        /* neither: the shell for people */
	bool input;              /* session_input follows */
	unsigned rows, cols;     /* of the terminal that it gets; 0: none. Its input follows too */
	const char *const *env;  /* "K=V", NULL-terminated */
	const char *cwd, *user;  /* NULL: "/", root */
	uint64_t timeout_ms;     /* 0: none */
};

struct session_put {
	const char *path, *kind; /* "file", "directory", "symlink" */
	unsigned mode;
	const char *user;   /* "name|uid[:gid]", NULL: root */
	const char *target; /* of a symlink */
	const void *data;
	size_t len;
	bool more; /* of a file: its content follows, by session_put_more */
};

/* Each sends a request and returns its id (never 0). */
uint32_t session_run(struct session *session, const struct session_run *run);
uint32_t session_put(struct session *session, const struct session_put *put);
/* The next part of a file's content, as session_put's id has it, and whether it is the last. */
void session_put_more(struct session *session, uint32_t id, const void *data, size_t len,
		      bool last);
uint32_t session_get(struct session *session, const char *path);
uint32_t session_render(struct session *session, const struct value *request);
uint32_t session_facts(struct session *session, const char *const *patterns); /* NULL: all */
uint32_t session_remove(struct session *session, const char *path);
uint32_t session_settle(struct session *session, int64_t epoch); /* files are no newer than that */

/* What a RUN reads; `more`: it is not the end. */
void session_input(struct session *session, uint32_t id, const void *data, size_t len, bool more);
void session_resize(struct session *session, uint32_t id, unsigned rows, unsigned cols);

void session_signal(struct session *session, uint32_t id, int signal);
/* Answers a want: found NULL with error NULL means missing. */
void session_value(struct session *session, uint32_t id, const struct value *found,
		   const char *error);
void session_bye(struct session *session); /* asks the agent to end; `closed` follows */

/* Bytes that are queued and not yet written: a caller with much to send waits for less. */
size_t session_pending(const struct session *session);
void session_pause(struct session *session, bool paused); /* stop or resume listening */

#endif
