/* Signals by name, and as a new process should have them. */
#ifndef FACTORY_AGENT_SIGNALS_H
#define FACTORY_AGENT_SIGNALS_H

#include <signal.h>

/* "SIGTERM" or "TERM" to a number; -1 for what is none. */
int signal_number(const char *name);

/* "SIGTERM"; "signal" for an unknown number. */
const char *signal_name(int number);

/* In a forked child: default actions for all signals, and the mask. What the agent ignores or
 * blocks would survive an exec. */
void signals_reset(const sigset_t *mask);

#endif
