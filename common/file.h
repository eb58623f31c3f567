/* Whole files: read, and written so that a reader sees the old or the new one, never a part. */
#ifndef FACTORY_COMMON_FILE_H
#define FACTORY_COMMON_FILE_H

#include "common/buffer.h"
#include "common/error.h"

#include <stdbool.h>
#include <sys/types.h>

/* Appends a file's bytes; more than `limit` (0: 256 MiB) is an error. "-" is standard input. */
int file_read(const char *path, size_t limit, struct buf *out, struct error *err);

/* Writes all of it, whatever interrupts; -1: errno says why. */
int file_write_all(int fd, const void *data, size_t len);

/* Writes to a temporary file in the same directory, fsync, mode and owner, rename. uid and gid -1
 * leave the owner as it is made. On failure the old file stays and the temporary one is removed. */
int file_replace(const char *path, const void *data, size_t len, mode_t mode, uid_t uid, gid_t gid,
		 struct error *err);

/* The same, mode 0600, for what is only kept to save time: without fsync, so that nothing waits for
 * the disk. Where the machine crashes it may be lost, or be empty. */
int file_renew(const char *path, const void *data, size_t len, struct error *err);

/* The two halves of file_replace: the temporary file's name, which the caller frees, and the
 * rename. */
char *file_stage(const char *path, const void *data, size_t len, mode_t mode, uid_t uid, gid_t gid,
		 struct error *err);
int file_commit(const char *temporary, const char *path, struct error *err);

/* Whether an open file still has that name: whoever had it before may have removed or replaced it.
 */
bool file_has_name(int fd, const char *path);

/* Makes all directories above path that are missing, mode 0755. */
int file_make_parents(const char *path, struct error *err);

/* Removes a file or a whole directory; a missing one is fine. */
int file_remove_tree(const char *path, struct error *err);

#endif
