/* What a RUN frame asks for. */
#ifndef FACTORY_AGENT_SESSION_COMMAND_H
#define FACTORY_AGENT_SESSION_COMMAND_H

#include "common/error.h"
#include "common/value.h"

#include <sys/ioctl.h>
#include <sys/types.h>

struct command {
	char **argv, **env; /* NULL-terminated */
	const char *cwd;
	const char *user; /* NULL: the agent's own */
	mode_t umask;
	uint64_t timeout_us; /* 0: none */
	bool input;          /* DATA frames follow */
	bool has_terminal;
	struct winsize size; /* the terminal's */
};

/* Reads a RUN request into `command`; all of it lives in `arena`. shell: NULL where the target has
 * none. */
int command_read(const struct value *request, const char *shell, struct arena *arena,
		 struct command *command, struct error *err);

/* A terminal's {"rows","cols"}, each from 1 to 65535. */
int command_read_size(const struct value *asked, struct winsize *size, struct error *err);

/* As docker does: HOME is the account's where the environment has none. */
void command_add_home(struct command *command, const char *home, struct arena *arena);

#endif
