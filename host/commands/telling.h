/* How `check` tells what is wrong: lines for people, or one list in JSON for editors. */
#ifndef FACTORY_HOST_COMMANDS_TELLING_H
#define FACTORY_HOST_COMMANDS_TELLING_H

#include "host/manifest/manifest.h"

struct telling {
	bool json;
	struct arena arena;
	struct value *list; /* of problems, for JSON; NULL: none yet */
};

/* Prints what `make` writes, such as a schema. Returns EXIT_OK. */
int telling_print(void (*make)(struct buf *out));

/* To standard error at once; in JSON when all are there. */
void telling_add(struct telling *telling, const struct manifest_problems *problems);

/* Prints what was kept, where `print`; and releases it. */
void telling_end(struct telling *telling, bool print);

#endif
