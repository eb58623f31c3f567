#include "agent/commands.h"
#include "agent/session/agent.h"

#include <stdio.h>
#include <string.h>

enum { USAGE = 2 };

static const char usage[] = "usage: agent session\n"
			    "\n"
			    "Runs steps, writes and renders files and gathers facts for a driver "
			    "that speaks the session\n"
			    "protocol on standard input and output. Meant to be the first process "
			    "of a container; ends,\n"
			    "and ends all that it started, when its input ends.\n";

int agent_session(int argc, char **argv, struct error *err)
{
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc > 1) {
		error_set(err, "session takes no arguments, but got \"%s\"", argv[1]);
		err->exit_code = USAGE;
		return -1;
	}
	return agent_serve(0, 1, err);
}
