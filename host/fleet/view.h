/* Everything that the drivers of a fleet hold, as Consul last told: the keys below the fleet's
 * prefix, each held by the session of the driver that made it, with who that is as its value.
 *
 *   PREFIX/endpoints/ENDPOINT/slots/N        one of an endpoint's slots, numbered from 0
 *   PREFIX/endpoints/ENDPOINT/queue/SESSION  a driver that waits for one
 *   PREFIX/builds/KEY                        a build that is under way
 *
 * ENDPOINT is a digest of what the engine is (identity.h), KEY that of the image to be. */
#ifndef FACTORY_HOST_FLEET_VIEW_H
#define FACTORY_HOST_FLEET_VIEW_H

#include "common/error.h"
#include "common/value.h"

#include <stdbool.h>
#include <stdint.h>

enum fleet_kind { FLEET_SLOT, FLEET_TICKET, FLEET_BUILD, FLEET_KIND_COUNT };

struct fleet_entry {
	enum fleet_kind kind;
	const char *place;   /* the endpoint; of a build: its key */
	unsigned number;     /* of a slot */
	const char *key;     /* the whole of it */
	const char *session; /* who holds it */
	uint64_t created;    /* Consul's index: what came first has the lower one */
	struct value *who;   /* a map (who.h), or NULL where that can't be read */
};

struct fleet_view {
	struct arena arena;
	struct fleet_entry *entries;
	size_t count;
};

/* Reads Consul's list of the keys below the prefix. What nobody holds, or is called otherwise, is
 * left out. */
int fleet_view_read(struct fleet_view *view, const char *prefix, const char *text, size_t len,
		    struct error *err);
void fleet_view_free(struct fleet_view *view);

/* Whether an entry is of an endpoint. */
bool fleet_entry_is_at(const struct fleet_entry *entry, const char *endpoint);
bool fleet_entry_is_of(const struct fleet_entry *entry, const char *session);

/* Who builds a key, or NULL. */
const struct fleet_entry *fleet_view_build(const struct fleet_view *view, const char *key);

#endif
