/* What a build would run, and which input of it has changed since the manifest's last build. */
#ifndef FACTORY_HOST_BUILD_REASONS_H
#define FACTORY_HOST_BUILD_REASONS_H

#include "host/build/plan.h"
#include "host/cache/record.h"

/* A list of {"id", "label", "cached": BOOL, "reasons": [TEXT]} in `arena`, one for each node. A
 * reason is the name of an input ("command", "env PATH", "file src/app.py", "value app/name", "base
 * image"...), "parent" for that of a node before it, "never built", "by option"
 * (--no-cache, --from-step), or "not kept": nothing has changed, but its state was not worth an
 * image. */
struct value *reasons_of_plan(const struct plan *plan, struct record *record, struct arena *arena);

#endif
