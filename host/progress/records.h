/* The records of builds: files of events (docs/events.md) in one directory, the newest kept. */
#ifndef FACTORY_HOST_PROGRESS_RECORDS_H
#define FACTORY_HOST_PROGRESS_RECORDS_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

enum { RECORDS_KEPT = 50, RECORD_LARGEST = 16 << 20 };

/* $XDG_STATE_HOME/factory/builds, else ~/.local/state/...; NULL without a home. Freed by the
 * caller. */
char *records_directory(void);

/* The ids of all records, oldest first: a list of texts; empty where there are none. */
struct value *records_list(struct arena *arena);

/* What became of its builds, for people: "m.yml failed", "m.yml passed, n.yml passed", "not over".
 */
void records_describe(const char *id, struct buf *out);

/* The path of a record by its id, the begin of one that only one has, or "last". NULL with the
 * error; freed by the caller. */
char *records_find(const char *id, struct error *err);

#endif
