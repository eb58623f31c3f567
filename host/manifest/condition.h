/* An expression over facts, in Jinja2: `os.id == "debian" and memory.total > 2**30`. */
#ifndef FACTORY_HOST_MANIFEST_CONDITION_H
#define FACTORY_HOST_MANIFEST_CONDITION_H

#include "common/error.h"
#include "common/value.h"

#include <stdbool.h>

struct condition;

/* `name` is what errors call it; their columns are those of the expression. NULL on failure. Lives
 * in the arena. */
struct condition *condition_parse(struct arena *arena, const char *name, const char *expression,
				  struct error *err);

/* May it read this fact of the top level? */
bool condition_reads(const struct condition *condition, const char *name);

/* 1 or 0, as it is true of these facts or not; -1 where it can't be said: a fact is missing. */
int condition_holds(const struct condition *condition, const struct value *facts,
		    struct error *err);

#endif
