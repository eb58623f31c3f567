#include "host/site/claim.h"

#include "common/file.h"
#include "common/own.h"
#include "host/user_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>

int claim_take(struct claim *claim, const char *endpoint, const char *key, struct error *err)
{
	autofree char *path = user_cache_of("claims", endpoint, key);
	if (!path)
		return 1;
	if (file_make_parents(path, err) < 0)
		return -1;
	autoclose int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_errno(err, "can't open %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? 0 : error_errno(err, "can't lock %s", path);
	/* Whoever had it before removed the file as it ended: a lock on what has no name is worth
	 * nothing. */
	if (!file_has_name(fd, path))
		return 0;
	claim->path = STEAL(path);
	claim->fd = fd;
	fd = -1;
	return 1;
}

void claim_end(struct claim *claim)
{
	if (claim->fd < 0)
		return;
	unlink(claim->path);
	own_close(&claim->fd);
	free(STEAL(claim->path));
	claim->fd = -1;
}
