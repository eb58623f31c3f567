/* Another program, run to its end: what it is told on standard input, and what it says. */
#ifndef FACTORY_HOST_PROGRAM_H
#define FACTORY_HOST_PROGRAM_H

#include "common/buffer.h"
#include "common/error.h"

#include <spawn.h>
#include <stdint.h>

struct program {
	const char *const *argv; /* NULL-terminated; found by PATH */
	/* "K=V", over factory's own environment, or "K", which it does not get; NULL-terminated or
	 * NULL. */
	const char *const *env;
	const char *input;   /* NULL: nothing */
	size_t limit;        /* most bytes of each of its outputs; more is an error */
	uint64_t timeout_ms; /* then it is ended by SIGKILL */
	/* Called once a second while it runs, with the seconds; may be NULL. */
	void (*waiting)(void *ctx, unsigned seconds);
	void *ctx;
};

struct program_result {
	int code; /* its exit code; 128 + the signal that ended it */
	struct buf out, diagnostics;
};

/* -1 where it could not be run, said too much, took too long or a signal waits (interrupt.h):
 * nothing of it runs then. Blocks. */
int program_run(const struct program *program, struct program_result *result, struct error *err);
void program_result_free(struct program_result *result);

/* The last line that it said on standard error, for messages: in `result`. "" for none. */
const char *program_complaint(struct program_result *result);

/* The signals that we ignore, block or take by a signalfd are as usual for what is spawned so. */
void program_usual_signals(posix_spawnattr_t *attributes);

/* Where in PATH a program is; the caller frees it. NULL: nowhere. */
char *program_find(const char *name);

#endif
