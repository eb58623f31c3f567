/* travis.yml's matrix and phases. */
#ifndef FACTORY_HOST_MANIFEST_TRAVIS_H
#define FACTORY_HOST_MANIFEST_TRAVIS_H

#include "host/manifest/load.h"

struct travis_cell {
	struct value *root; /* the manifest of this cell, without the matrix */
	const char *name;   /* "python 3.12, DB=pg"; NULL: there is no matrix */
	bool may_fail;
	struct travis_cell *next;
};

struct travis_matrix {
	struct travis_cell *first;
	size_t count;
	bool fast_finish;
};

/* Whether a manifest is travis.yml's: by `dialect`, else by its file's name. */
bool travis_is(const char *path, const struct value *root);

/* Expands versions, `env` and `jobs` of a manifest to its cells, at most 200. -1 with problems. */
int travis_expand(struct reader *reader, const struct value *root, struct travis_matrix *matrix);

/* The image of a version of a language: of "python:3" and "3.12" that is "python:3.12". */
const char *travis_image(struct arena *arena, const char *language_image, const char *language,
			 const char *version);

/* Adds a language's own `install` and `script` to a cell that has none. */
void travis_defaults(struct arena *arena, struct value *root);

/* Makes of a manifest's phases what the graph knows. */
void travis_phases(struct manifest *manifest);

#endif
