/* How facts are printed. */
#ifndef FACTORY_AGENT_FACTS_FORMAT_H
#define FACTORY_AGENT_FACTS_FORMAT_H

#include "common/buffer.h"
#include "common/value.h"

/* A map of what was asked for, by the names that were used. */
typedef void facts_format(struct buf *out, const struct value *facts);

/* NULL for a name that is none. */
facts_format *facts_format_named(const char *name);

/* "json, flat", for messages; appended. */
void facts_format_names(struct buf *out);

/* A single fact: a scalar bare, all else as JSON. */
void facts_write_bare(struct buf *out, const struct value *fact);

/* NAME=VALUE lines; lists and maps as JSON on their line. */
facts_format facts_write_lines;

#endif
