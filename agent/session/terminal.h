/* A pseudo-terminal for one step, made inside the target. */
#ifndef FACTORY_AGENT_SESSION_TERMINAL_H
#define FACTORY_AGENT_SESSION_TERMINAL_H

#include "agent/session/agent.h"

#include <sys/ioctl.h>

/* Makes one whose far end belongs to `owner`. The task writes to it and reads from it; the end for
 * the process goes to *end: the caller closes it. */
int terminal_open(struct task *task, const struct winsize *size, uid_t owner, int *end,
		  struct error *err);

/* RESIZE. Its process gets SIGWINCH from the kernel. */
void terminal_resize(struct task *task, const struct frame *frame);

#endif
