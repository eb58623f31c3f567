/* The standard output and error of a process: pipes whose bytes become STDOUT and STDERR frames. */
#ifndef FACTORY_AGENT_SESSION_OUTPUTS_H
#define FACTORY_AGENT_SESSION_OUTPUTS_H

#include "agent/session/agent.h"

/* Makes both pipes. The ends for the process go to `ends` (-1 where there is none): the caller
 * closes them, also after a failure. */
int outputs_open(struct task *task, int ends[2], struct error *err);

/* Reads once from one of the two and returns how many bytes came. After the task is answered they
 * are dropped: what a process left behind must neither block nor be heard. */
size_t outputs_read(struct task *task, struct watch *watch);

/* Reads what is in the pipes now, and no more: something that goes on writing must not hold this
 * up. For when the process has ended. */
void outputs_drain(struct task *task);

/* Nobody can write to them any more. */
bool outputs_closed(const struct task *task);

#endif
