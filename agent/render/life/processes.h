/* Processes that run beside the loop: commands, and the child. */
#ifndef FACTORY_AGENT_RENDER_LIFE_PROCESSES_H
#define FACTORY_AGENT_RENDER_LIFE_PROCESSES_H

#include "agent/render/config/settings.h"
#include "common/loop.h"

struct processes;

/* How it ended: waitpid's status; `late`: it was killed because its time was over. */
typedef void process_done(void *ctx, int status, bool late);

struct processes *processes_new(struct loop *loop);
void processes_free(struct processes *processes); /* those that still run are left alone */

/* Starts a command in a process group of its own (its id is the pid's). `done` is called from
 * processes_reap. Settings must stay until then. -1 on failure. */
pid_t processes_start(struct processes *processes, const struct exec_settings *exec,
		      process_done *done, void *ctx, struct error *err);

/* After SIGCHLD: collects all that have ended, also orphans that a first process inherits. */
void processes_reap(struct processes *processes);

#endif
