/* A first manifest from what stands in a directory. */
#ifndef FACTORY_HOST_INIT_INIT_H
#define FACTORY_HOST_INIT_INIT_H

#include "common/buffer.h"
#include "common/error.h"

/* Writes a manifest for the directory to `out`: a Dockerfile's translation where there is one, else
 * what the language's files ask for. `found` says in a few words what it is made of. -1 where a
 * file that is there can't be read. */
int init_write(const char *directory, struct buf *out, const char **found, struct error *err);

/* A Dockerfile as a manifest; what can't be translated becomes a comment. */
void init_dockerfile(const char *text, size_t len, struct buf *out);

/* A text as a YAML scalar on one line. */
void init_quote(struct buf *out, const char *text, size_t len);

#endif
