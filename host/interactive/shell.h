/* A person's standard files and a shell in a container, connected. With a terminal it is a real one
 * in there too: keys, sizes and colours go through. Without one it is a pipe. */
#ifndef FACTORY_HOST_INTERACTIVE_SHELL_H
#define FACTORY_HOST_INTERACTIVE_SHELL_H

#include "host/container/aside.h"

#include "common/loop.h"

struct shell;

/* Once: `exit` is what it ended with, or NULL and err why there was none (may be moved away). The
 * terminal is as it was before. */
typedef void shell_ended(void *ctx, const struct session_exit *exit, struct error *err);

struct shell_setup {
	struct loop *loop;
	const char *const *argv; /* a program instead of the shell, NULL-terminated; or NULL */
	const char *user;        /* NULL: that of steps */
	shell_ended *ended;
	void *ctx;
};

/* Begins one in a container that is ready; `setup` is copied. NULL: the terminal can't be used. */
struct shell *shell_begin(const struct shell_setup *setup, struct container *container,
			  struct error *err);

/* Gives the terminal back, whatever became of the shell: also where the container ended first. */
void shell_free(struct shell *shell);

/* The exit code that a shell gives for such an end. */
int shell_exit_code(const struct session_exit *exit);

#endif
