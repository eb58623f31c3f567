/* One file from elsewhere: bounded, and its digest known before anyone looks at it. */
#ifndef FACTORY_HOST_MODULES_DOWNLOAD_H
#define FACTORY_HOST_MODULES_DOWNLOAD_H

#include "common/error.h"
#include "common/hash.h"

struct download {
	const char *url; /* http, https or file */
	size_t limit;    /* most bytes */
	/* Told what comes, once a second, when it takes longer than one; may be NULL. */
	void (*progress)(void *ctx, const char *line);
	void *ctx;
};

/* Writes what a URL names to `path`, which must not be there, and makes its SHA-256. Redirections
 * stay with http and https, and never go back from https to http. Blocks; a signal that waits
 * (interrupt.h) ends it. On failure nothing is left at `path`. */
int download_file(const struct download *download, const char *path, char hex[HASH_HEX],
		  struct error *err);

#endif
