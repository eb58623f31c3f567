/* The process that -exec runs: started after the first rendering, told of changes by a signal or
 * started anew, and ended with its whole process group. */
#ifndef FACTORY_AGENT_RENDER_LIFE_CHILD_H
#define FACTORY_AGENT_RENDER_LIFE_CHILD_H

#include "agent/render/life/journal.h"
#include "agent/render/life/processes.h"

struct child;

/* It ended by itself, or because it was told to: the exit code, 128 + N where signal N ended it. */
typedef void child_ended(void *ctx, int code);

struct child *child_new(struct loop *loop, struct processes *processes, struct journal *journal,
			const struct exec_settings *exec, child_ended *ended, void *ctx);
void child_free(struct child *child);

int child_start(struct child *child, struct error *err);
bool child_is_running(const struct child *child);

/* A file has changed: after the splay the reload signal; without one it ends and starts again. */
void child_reload(struct child *child);

/* The kill signal; SIGKILL when that took too long. `ended` tells when it is over. */
void child_stop(struct child *child);
void child_signal(struct child *child, int number); /* passed on */

#endif
