/* Facts as text. */
#ifndef FACTORY_AGENT_FACTS_FORMAT_H
#define FACTORY_AGENT_FACTS_FORMAT_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

/* Writes a map of paths to facts. */
typedef int facts_format(struct buf *out, const struct value *facts, struct error *err);

/* "json", "yaml", "flat" (PATH=VALUE lines), "env" (FACT_PATH='VALUE' lines for a shell), "table"
 * (the same in columns); NULL for an unknown one. */
facts_format *facts_format_named(const char *name);
void facts_format_names(struct buf *out); /* "json, flat", for messages */

/* One fact alone: its text, or JSON for a map or a list. */
void facts_write_bare(struct buf *out, const struct value *fact);

/* A line NAME=VALUE for each fact of the map, with a tree as JSON. */
void facts_write_lines(struct buf *out, const struct value *facts);

#endif
