/* An expression over facts, in Jinja2: `os.id == "debian" and memory.total > 2**30`. */
#ifndef FACTORY_HOST_COMMANDS_FACTS_WHERE_H
#define FACTORY_HOST_COMMANDS_FACTS_WHERE_H

#include "common/error.h"
#include "common/value.h"

#include <stdbool.h>

struct facts_where;

/* NULL on failure, with exit code EXIT_USAGE. Lives in the arena. */
struct facts_where *facts_where_parse(struct arena *arena, const char *expression,
				      struct error *err);

/* May it read this fact of the top level? */
bool facts_where_reads(const struct facts_where *where, const char *name);

/* 1 or 0, as it is true of these facts or not; -1 where it can't be said: a fact is missing. */
int facts_where_holds(const struct facts_where *where, const struct value *facts,
		      struct error *err);

#endif
