/* An event as one line of JSON; docs/events.md describes it. */
#ifndef FACTORY_HOST_PROGRESS_JSON_H
#define FACTORY_HOST_PROGRESS_JSON_H

#include "common/buffer.h"
#include "host/progress/event.h"

#include <stdio.h>

enum { PROGRESS_JSON_VERSION = 1 };

/* The first line: the format's version, factory's, and the time from which the others count. */
void progress_json_head(struct buf *out);
void progress_json_write(struct buf *out, const struct progress_event *event);

const char *progress_kind_name(enum progress_kind kind); /* "build", "node", "output"... */

#endif
