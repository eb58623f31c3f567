/* How facts of one or several targets are shown. */
#ifndef FACTORY_HOST_COMMANDS_FACTS_SHOW_H
#define FACTORY_HOST_COMMANDS_FACTS_SHOW_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

/* What was found out of one target. */
struct facts_of {
	const char *target;
	const struct value *facts;
};

/* What is to be shown of each. */
struct facts_view {
	const char *const *names; /* paths or patterns */
	size_t count;             /* 0: all facts, or a table's usual columns */
	const char *format;       /* "json", "jsonl", "table"; NULL: what fits */
};

/* The columns of a table for which nobody named any. */
extern const char *const facts_columns[];
extern const size_t facts_column_count;

/* Of one target alone, without a format: all as JSON, a value bare, several as NAME=VALUE lines; a
 * name that is no fact is an error. Else each target as a row (where a fact is missing, a dash), a
 * line of JSON, or an entry of one JSON object. */
int facts_show(const struct facts_of *targets, size_t count, const struct facts_view *view,
	       struct buf *out, struct error *err);

/* Lines "- PATH=VALUE" and "+ PATH=VALUE" for what differs, without what moves by itself (load,
 * free memory, addresses...) unless it is named. Returns how many facts differ. */
size_t facts_show_difference(const struct facts_of *a, const struct facts_of *b,
			     const struct facts_view *view, struct buf *out);

#endif
