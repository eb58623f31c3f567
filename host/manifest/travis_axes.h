/* The axes of a matrix, and what a cell's values on them mean. */
#ifndef FACTORY_HOST_MANIFEST_TRAVIS_AXES_H
#define FACTORY_HOST_MANIFEST_TRAVIS_AXES_H

#include "host/manifest/reader.h"

enum { AXES_MOST = 24 };

struct axis {
	const char *key; /* "python", "env" */
	struct value **values;
	size_t count;
};

struct axes {
	struct axis items[AXES_MOST];
	size_t count;
	bool crossed;               /* there is a matrix, if only of one cell */
	bool own_env;               /* `env` is travis.yml's and settled here */
	const struct value *global; /* map, or NULL */
	const char *language;
};

/* Finds the axes of a manifest. -1 with problems. */
int axes_read(struct reader *reader, const struct value *root, struct axes *axes);

/* Gives a cell its environment and its image, and takes the axes' keys away. */
int axes_settle(struct reader *reader, const struct axes *axes, struct value *root);

/* "python 3.12, DB=pg" */
const char *axes_name(struct arena *arena, const struct axes *axes, const struct value *root);

/* Whether two values are the same scalar, as text. */
bool axes_same(const struct value *has, const struct value *want);
/* Whether one environment has all variables of another. */
bool axes_same_env(struct reader *reader, const struct value *has, const struct value *want);

/* Adds "A=1 B='x y'", a list of such, or a map to `map`. -1 with a problem. */
int variables_add(struct reader *reader, const struct value *from, struct value *map);

#endif
