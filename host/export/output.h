/* A file that is there as a whole or not at all, however its writer ends. */
#ifndef FACTORY_HOST_EXPORT_OUTPUT_H
#define FACTORY_HOST_EXPORT_OUTPUT_H

#include "common/error.h"

#include <stddef.h>

struct output {
	int fd;
	const char *path; /* "-": standard output, which gets what is written at once */
	char *temporary;  /* while it has such a name, else NULL */
};

int output_open(struct output *output, const char *path, struct error *err);

/* Writes all of it; -1 with errno. */
int output_write(const struct output *output, const void *data, size_t len);

/* Puts it in its place; output_discard releases it, and removes what was not put there. */
int output_commit(struct output *output, struct error *err);
void output_discard(struct output *output);

/* A file without a name, beside `path` (in TMPDIR where that is "-"); -1 with the error. */
int output_scratch(const char *path, struct error *err);

#endif
