/* What is done in a container beside its nodes: for a person a shell, a command, a look at a file;
 * for a merge (merge.h) the agent's own programs.
 * The container is ready before and after; one at a time. */
#ifndef FACTORY_HOST_CONTAINER_ASIDE_H
#define FACTORY_HOST_CONTAINER_ASIDE_H

#include "host/container/container.h"

struct aside_events {
	/* stream: 1 stdout or a file's content, 2 stderr */
	void (*output)(void *ctx, int stream, const char *data, size_t len);
	/* Once, last. Exactly one of the two is there, but for a file that was read: neither. */
	void (*ended)(void *ctx, const struct session_exit *exit, struct error *err);
	/* All of the input is on its way; may be NULL. */
	void (*drained)(void *ctx);
};

struct aside {
	const char *path; /* a file to read, or a directory to list, from that of steps; else: */
	const char *const *facts;   /* patterns of facts to print, NULL-terminated; else: */
	const char *const *argv;    /* a program, as root, NULL-terminated; else: */
	const char *const *command; /* a program, as steps have it, likewise; else: */
	const char *shell;          /* a line for the target's shell; NULL: the shell for people */
	const char *user;           /* NULL: that of steps */
	const char *term;           /* TERM, with a terminal */
	bool input;                 /* container_aside_input follows */
	unsigned rows, cols;        /* of its terminal; 0: none */
	const struct aside_events *events;
	void *ctx;
};

/* Begins it, in a container that is ready. The strings need not outlive the call. A container that
 * ends meanwhile says so by its own `ended`; the aside's is not called then. */
void container_begin_aside(struct container *container, const struct aside *aside);
void container_aside_input(struct container *container, const char *data, size_t len, bool more);
void container_aside_resize(struct container *container, unsigned rows, unsigned cols);
void container_aside_pause(struct container *container, bool paused); /* no output meanwhile */
size_t container_aside_pending(const struct container *container); /* bytes of input not sent yet */

#endif
