/* The command line of `agent render`, which is consul-template's. */
#ifndef FACTORY_AGENT_RENDER_CONFIG_FLAGS_H
#define FACTORY_AGENT_RENDER_CONFIG_FLAGS_H

#include "agent/render/config/settings.h"

/* consul-template's own exit codes. */
enum render_code {
	CODE_ERROR = 11,
	CODE_INTERRUPT = 12,
	CODE_FLAGS = 13,
	CODE_RUNNER = 14,
	CODE_CONFIG = 15,
};

struct render_flags {
	bool help, version;
};

/* Reads configurations first, then the flags over them, whatever their order. A mistake's exit
 * code is CODE_FLAGS or CODE_CONFIG. Everything is in `arena`; argv must stay. */
int render_command_line(int argc, char **argv, struct arena *arena,
			struct render_settings *settings, struct render_flags *flags,
			struct error *err);

void render_print_help(void);

#endif
