/* Where facts are read: the living system, or a recorded tree of files below a root, so that tests
 * run on other systems' files. Paths are absolute and start below the root. */
#ifndef FACTORY_AGENT_FACTS_SYSTEM_H
#define FACTORY_AGENT_FACTS_SYSTEM_H

#include "common/arena.h"
#include "common/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/utsname.h>

struct facts_system {
	const char *root; /* put before every path; "" on the living system */
	bool living;      /* system calls speak of the same system as the files */
	struct utsname uts;
	const char *const *environment; /* "NAME=value", NULL-terminated; may be NULL */

	/* A descriptor for reading a file, -1 where it can't be read. */
	int (*open)(const struct facts_system *system, const char *path);

	/* Appends the kernel's answer to an rtnetlink dump request (RTM_GETLINK...); false where
	 * there is none. */
	bool (*dump)(const struct facts_system *system, uint16_t request, struct buf *out);
};

/* The system this process runs in. */
void facts_system_living(struct facts_system *system);

/* A tree of files; the caller fills in uts and environment, and `dump` where there is one. */
void facts_system_tree(struct facts_system *system, const char *root);

/* Appends a file's bytes, a NUL behind them; false where it can't be read or has more than 16 MiB.
 */
bool facts_read(const struct facts_system *system, const char *path, struct buf *out);

/* A file's first line without blanks at its ends; NULL where it is missing or empty. */
char *facts_line(const struct facts_system *system, struct arena *arena, const char *path);

/* A file that holds one decimal number. */
bool facts_number(const struct facts_system *system, const char *path, int64_t *number);

/* Where a symbolic link points; NULL where there is none. */
char *facts_link(const struct facts_system *system, struct arena *arena, const char *path);

bool facts_exists(const struct facts_system *system, const char *path);
bool facts_is_directory(const struct facts_system *system, const char *path);

/* A directory's names, sorted, without those that begin with a dot; none where it is missing. */
char **facts_names(const struct facts_system *system, struct arena *arena, const char *path,
		   size_t *count);

/* A variable of the environment, or NULL. */
const char *facts_variable(const struct facts_system *system, const char *name);

#endif
