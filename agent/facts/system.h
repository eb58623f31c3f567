/* Where facts are read: the living system, or a recorded tree of files below a root, so that tests
 * run on other systems' files. Paths are absolute and start below the root. */
#ifndef FACTORY_AGENT_FACTS_SYSTEM_H
#define FACTORY_AGENT_FACTS_SYSTEM_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/utsname.h>

struct facts_mounts;

struct facts_system {
	const char *root; /* put before every path; "" on the living system */
	bool living;      /* system calls speak of the same system as the files */
	struct utsname uts;
	const char *const *environment; /* "NAME=value", NULL-terminated; may be NULL */

	/* A descriptor for reading a file, -1 where it can't be read. */
	int (*open)(struct facts_system *system, const char *path);

	/* Appends the kernel's answer to an rtnetlink dump request (RTM_GETLINK...); false where
	 * there is none. */
	bool (*dump)(struct facts_system *system, uint16_t request, struct buf *out);

	/* Why a file that is there could not be read, by its path, and where that lives; NULL:
	 * nobody wants to know. */
	struct value *errors;
	struct arena *errors_arena;

	/* What several families ask for is found out once; it lives in the first one's arena. */
	struct {
		const struct value *status;
		const struct facts_mounts *mounts;
		const char *engine, *hypervisor;
		bool engine_known, hypervisor_known;
	} memo;
};

/* The system this process runs in. */
void facts_system_living(struct facts_system *system);

/* A tree of files; the caller fills in uts and environment, and `dump` where there is one. */
void facts_system_tree(struct facts_system *system, const char *root);

/* Opens a file for reading; -1 where it can't be, with the reason in `errors` unless it just isn't
 * there. */
int facts_open(struct facts_system *system, const char *path);

/* A file's bytes, a NUL behind them, in the arena; NULL where it can't be read or has more than
 * 16 MiB. len may be NULL. */
char *facts_bytes(struct facts_system *system, struct arena *arena, const char *path, size_t *len);
char *facts_text(struct facts_system *system, struct arena *arena, const char *path);

/* The same for a file that is kept from most: that is nothing to report. */
char *facts_hint(struct facts_system *system, struct arena *arena, const char *path, size_t *len);

/* A file's first line without blanks at its ends; NULL where it is missing or empty. */
char *facts_line(struct facts_system *system, struct arena *arena, const char *path);

/* A file that holds one decimal number. */
bool facts_number(struct facts_system *system, struct arena *arena, const char *path,
		  int64_t *number);

/* Calls `found` for each piece of a file of any size, until it returns false. A piece is whole
 * lines with their ends, but for the file's last one and for lines of more than 64 KiB. False where
 * the file can't be read. */
typedef bool facts_chunk_found(void *ctx, const char *text, size_t len);
bool facts_each_chunk(struct facts_system *system, const char *path, facts_chunk_found *found,
		      void *ctx);

/* The same for each line, without its end; of an overlong line pieces count as lines. */
typedef bool facts_line_found(void *ctx, const char *line, size_t len);
bool facts_each_line(struct facts_system *system, const char *path, facts_line_found *found,
		     void *ctx);

/* Where a symbolic link points; NULL where there is none. */
char *facts_link(struct facts_system *system, struct arena *arena, const char *path);

bool facts_exists(struct facts_system *system, const char *path);

/* Two paths with the same place are one directory. False where there is none. */
struct facts_place {
	uint64_t device, inode;
};
bool facts_directory(struct facts_system *system, const char *path, struct facts_place *place);

/* A descriptor of a directory for facts_exists_in, or -1: looking for many names in one is faster
 * so.
 */
int facts_open_directory(struct facts_system *system, const char *path);
bool facts_exists_in(int directory, const char *name);

/* A directory's names, sorted, without those that begin with a dot; none where it is missing. */
char **facts_names(struct facts_system *system, struct arena *arena, const char *path,
		   size_t *count);

/* A variable of the environment, or NULL. */
const char *facts_variable(struct facts_system *system, const char *name);

#endif
