/* Commands that a configuration names. */
#ifndef FACTORY_AGENT_RENDER_COMMAND_H
#define FACTORY_AGENT_RENDER_COMMAND_H

#include "agent/render/config/settings.h"

/* Whether there is one to run. */
bool command_given(const struct exec_settings *exec);

/* Whether both name the same command. */
bool command_equal(const struct exec_settings *a, const struct exec_settings *b);

/* -1 for a command that needs a shell where there is none. */
int command_check(const struct exec_settings *exec, struct error *err);

/* In a new process: its environment, its own process group, no signal blocked or ignored; then the
 * command: by /bin/sh, or directly where it is a list. */
_Noreturn void command_become(const struct exec_settings *exec);

/* -1 for a command that ended with another exit code than 0, by waitpid's status. */
int command_judge(const struct exec_settings *exec, int status, struct error *err);

/* Runs it and waits, for as long as its time-out allows; then its process group is killed. */
int command_run(const struct exec_settings *exec, struct error *err);

#endif
