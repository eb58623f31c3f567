/* What live.c (the table), pump.c (who is asked when), batch.c (many keys by one request) and
 * group.c (many keys watched by one query) share. */
#ifndef FACTORY_AGENT_SOURCE_LIVE_PARTS_H
#define FACTORY_AGENT_SOURCE_LIVE_PARTS_H

#include "agent/source/ask.h"
#include "agent/source/live.h"

/* First in, first out. */
struct queue {
	struct dependency *first, *last;
	size_t len;
};

/* A server and what goes on with it. */
struct link {
	struct live *live;
	struct arena arena;
	struct server server;
	struct http_client *client;
	struct ask_settings ask;
	struct queue first, again; /* never answered yet; to be watched */
	size_t asking, watching;   /* requests under way of either kind */
	struct batch *batches;
	bool down; /* it failed: nothing is asked until the timer, then one request first */
	bool probing;
	unsigned attempts;
	uint32_t timer;
	uint64_t random;
};

struct dependency {
	struct live *live;
	struct link *link;
	struct arena own; /* of the want and its key */
	struct want want;
	const char *key;
	bool known, marked, used, queued, watched;
	bool alone;          /* a key that no batch can answer */
	struct value *value; /* NULL: there is no such thing */
	struct arena arena;  /* of the value */
	unsigned generation;
	uint64_t index;
	uint64_t as_of; /* of a key: no change up to this index is missing in its value */
	uint32_t again_s;
	struct ask *ask;
	bool blocking; /* the ask is a blocking query */
	bool batched;
	unsigned attempts; /* that failed in a row */
	unsigned burst;    /* quick answers in a row */
	uint64_t asked_us;
	uint32_t timer;
	/* Keys: who watches them; a group: how many it watches. */
	struct dependency *group;
	bool is_group;
	bool internal; /* no template wants it: nobody waits for it or is told of it */
	size_t members;
	struct dependency *next, *queue_next;
};

struct live {
	struct source source; /* first: the two are one */
	struct loop *loop;
	struct live_settings settings;
	struct live_owner owner;
	struct arena index_arena;
	struct value *index; /* key -> object whose data is the dependency */
	struct dependency *all;
	struct link *links[3];
	struct dependency **used;
	size_t used_count, used_room;
	size_t unknown; /* dependencies that were never answered */
};

/* live.c */
struct dependency *live_find(struct live *live, const struct want *want, struct error *err);
void live_make_internal(struct dependency *dependency);
/* A new value (NULL: missing) in `arena`, which is taken over when it differs from the old one. */
void live_answer(struct dependency *dependency, struct arena *arena, struct value *value);

/* pump.c */
void pump_want(struct dependency *dependency);  /* a first answer, or a new one of a key at once */
void pump_watch(struct dependency *dependency); /* the next answer, when there is one */
void pump_run(struct link *link);               /* starts what may be started */
void pump_drop(struct dependency *dependency);  /* nothing of it goes on afterwards */
/* A request ended well, or badly: true where it is to be asked again later. */
void pump_recovered(struct link *link);
bool pump_outage(struct link *link, struct error *err);
bool pump_is_key(const struct dependency *dependency); /* one that a batch may ask for */

/* batch.c: takes keys off the queue of first ones and asks for them together. False where there
 * are too few. */
bool batch_start(struct link *link);
void batch_cancel(struct link *link);

/* group.c */
void group_plan(struct live *live);            /* finds watchers for new keys */
void group_answered(struct dependency *group); /* its index has moved */
void group_doubt(struct dependency *group);    /* the server may have lost its memory */
void group_disband(struct dependency *group);  /* its keys are watched one by one */

#endif
