/* What a `.factoryignore` leaves out of a copied directory, by the rules of a .dockerignore
 * (https://docs.docker.com/build/concepts/context/#dockerignore-files). */
#ifndef FACTORY_HOST_TREE_IGNORE_H
#define FACTORY_HOST_TREE_IGNORE_H

#include "common/error.h"
#include "common/own.h"

#include <stdbool.h>
#include <stddef.h>

#define IGNORE_FILE ".factoryignore"

struct ignore;

/* Reads patterns, one a line; `name` is what errors call the text. NULL on failure. */
struct ignore *ignore_parse(const char *name, const char *text, size_t len, struct error *err);
void ignore_free(struct ignore *ignore);
OWNED_BY(struct ignore, ignore_free)
#define auto_ignore __attribute__((cleanup(own_ignore_free)))

size_t ignore_count(const struct ignore *ignore); /* of patterns */
/* Whether something below an excluded directory may come back by a `!`. */
bool ignore_has_exceptions(const struct ignore *ignore);

/* Whether a path (from the root, without a slash at its beginning) is left out. A pattern that
 * fits a directory fits all below it: `parent` has which ones fit the directory that the path is in
 * (NULL: the root itself), `own` gets which fit this path; both have ignore_count elements. */
bool ignore_covers(const struct ignore *ignore, const char *relative, const bool *parent,
		   bool *own);

#endif
