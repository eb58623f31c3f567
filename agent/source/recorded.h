/* What `agent render -record` writes and `-kv` reads again: answers of servers, as JSON. */
#ifndef FACTORY_AGENT_SOURCE_RECORDED_H
#define FACTORY_AGENT_SOURCE_RECORDED_H

#include "agent/source/source.h"
#include "common/buffer.h"

enum { RECORDED_FORMAT = 1 };

/* The key of a recording's root that holds its format. */
#define RECORDED_MARK "factory_values"

/* Whether a file's text is a recording: it begins with the mark. */
bool recorded_is(const struct buf *text);

/* A source of the answers in it; what was not recorded is an error. `path` is copied; NULL with
 * the error where the text is damaged. */
struct source *source_recorded(const char *path, const struct buf *text, struct error *err);

#endif
