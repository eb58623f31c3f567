/* Starting a step's process. */
#ifndef FACTORY_AGENT_SESSION_SPAWN_H
#define FACTORY_AGENT_SESSION_SPAWN_H

#include "agent/account.h"

#include <signal.h>
#include <stdbool.h>

struct spawn {
	char *const *argv, *const *env; /* NULL-terminated */
	const char *cwd;
	const struct account *account;
	mode_t umask;
	int files[3];  /* become 0, 1 and 2; all above 2 */
	bool terminal; /* files[0] is one, to be the session's */
	int failure;   /* where the child says why it could not become the program; close-on-exec */
	const sigset_t *mask;
};

/* Forks a process that leads a session of its own and executes argv, looked up in env's PATH.
 * Returns its pid, or -1. What goes wrong in the child comes out of `failure`. */
pid_t spawn(const struct spawn *spawn, struct error *err);

/* Reads what the child wrote (spawn's failure pipe, the other end): -1 and the error when the
 * program was never started, 0 when it was. */
int spawn_failed(int failure, const char *program, const char *cwd, struct error *err);

/* The name's value in env, or NULL. */
const char *spawn_env(char *const *env, const char *name);

#endif
