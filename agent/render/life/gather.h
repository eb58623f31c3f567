/* Facts gathered beside the loop, by a process of their own: a file system that hangs or a slow
 * program keeps nobody from passing signals on. */
#ifndef FACTORY_AGENT_RENDER_LIFE_GATHER_H
#define FACTORY_AGENT_RENDER_LIFE_GATHER_H

#include "agent/render/config/settings.h"
#include "common/loop.h"

struct gather;

/* A map of paths to texts, in the arena it was begun with; NULL with the error set. The gathering
 * is over: it may not be cancelled any more. */
typedef void gather_done(void *ctx, struct value *facts, struct error *err);

/* The patterns that count: a few facts without secrets where the settings name none. */
const char *const *gather_patterns(const struct facts_settings *settings);

/* NULL on failure. Settings and arena must stay until `done`. */
struct gather *gather_start(struct loop *loop, const struct facts_settings *settings,
			    struct arena *arena, gather_done *done, void *ctx, struct error *err);
void gather_cancel(struct gather *gather); /* NULL is fine */

#endif
