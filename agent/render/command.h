/* The command that a template names, run after its file has changed. */
#ifndef FACTORY_AGENT_RENDER_COMMAND_H
#define FACTORY_AGENT_RENDER_COMMAND_H

#include "agent/render/render.h"

/* Runs it and waits: by /bin/sh, or directly where it is a list. -1 for a command that can't be
 * run, or ends with another exit code than 0. */
int render_command_run(const struct render_template *tmpl, struct error *err);

/* Whether both name the same command. */
bool render_command_equal(const struct render_template *a, const struct render_template *b);

#endif
