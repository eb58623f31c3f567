/* What `agent render` and `agent init` have in common. */
#ifndef FACTORY_AGENT_COMMANDS_RENDER_H
#define FACTORY_AGENT_COMMANDS_RENDER_H

#include "agent/render/config/flags.h"

/* Does what a command line asks for that was read: tells what it ignores, checks the templates or
 * lives on until the end. Returns the exit code, or -1. */
int render_obey(int argc, char **argv, struct render_settings *settings,
		const struct render_flags *asked, struct error *err);

#endif
