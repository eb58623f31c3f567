/* Values from servers, all of them asked for at once and, if wanted, watched. What is not known
 * yet is answered with "later" while a template is rendered; when everything has come the template
 * is rendered again. */
#ifndef FACTORY_AGENT_SOURCE_LIVE_H
#define FACTORY_AGENT_SOURCE_LIVE_H

#include "agent/source/server.h"
#include "agent/source/source.h"
#include "common/loop.h"

struct live;
struct dependency; /* one value that templates want */

struct live_settings {
	const struct server_settings *consul, *vault, *nomad;
	uint32_t max_stale_ms, block_query_wait_ms;
	bool watch;     /* ask again and again */
	bool fail_fast; /* an answer such as 403 is final; else it is retried like an outage */
};

/* What it tells its owner, from the loop. */
struct live_owner {
	void *ctx;
	void (*changed)(void *ctx); /* a value came or changed */
	/* Retried too often, or of no use to retry: the owner takes the error. */
	void (*failed)(void *ctx, struct error *err);
	void (*note)(void *ctx, bool warning, const char *text); /* for the log */
};

/* Settings and the owner are copied; what they point to must stay. */
struct live *live_new(struct loop *loop, const struct live_settings *settings,
		      const struct live_owner *owner);
void live_free(struct live *live); /* NULL is fine */

/* A source that answers 1 ("later") for what is not known yet; live_free frees it. What is found
 * stays valid until the loop turns. */
struct source *live_source(struct live *live);

/* Begins what was wanted since; true when every value that was ever wanted is known. */
bool live_settle(struct live *live);

/* The dependencies that were wanted since the last call, for one rendering: an array that the
 * caller frees, and their number. */
struct dependency **live_take_used(struct live *live, size_t *count);

/* How often the value has changed; 0: it never came. */
unsigned live_generation(const struct dependency *dependency);

/* What it is, for --explain and --record. *value is NULL for a missing one. */
const struct want *live_want(const struct dependency *dependency);
const struct value *live_value(const struct dependency *dependency);
uint64_t live_index(const struct dependency *dependency);
const char *live_server(const struct dependency *dependency);

/* Forgets what is not among those marked by live_mark since the last sweep, and begins to watch
 * the others. */
void live_mark(struct dependency *dependency);
void live_sweep(struct live *live);

#endif
