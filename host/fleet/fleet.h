/* Drivers on many hosts that share endpoints: what each one takes stands in Consul, held by a
 * session that Consul ends when nothing is heard of its driver any more. Consul alone decides who
 * gets what (view.h tells the keys, turn.h whose turn it is).
 *
 * All of it goes on while the loop turns. When Consul is gone, what runs goes on; nothing is taken
 * before it is back, and who waits for a slot then fails when patience is at its end. Where Consul
 * has ended the session, what is still in use is taken again. */
#ifndef FACTORY_HOST_FLEET_FLEET_H
#define FACTORY_HOST_FLEET_FLEET_H

#include "common/consul.h"
#include "host/progress/report.h"
#include "host/site/slots.h"

struct fleet_options {
	struct loop *loop;
	const struct consul_target *consul;
	const char *prefix;    /* of the keys, without a slash at its end */
	const char *manifests; /* what this driver builds, for people */
	unsigned patience_s;   /* how long Consul may be away; 0: a minute */
	struct report *report;
};

/* Begins a session. Blocks. What the options point to must outlive the fleet. */
struct fleet;
struct fleet *fleet_open(const struct fleet_options *options, struct error *err);

/* Gives everything back, as far as Consul is there. Blocks, for a few seconds at most. */
void fleet_close(struct fleet *fleet);

/* An endpoint's slots, in turn with other drivers; the fleet's. The slots are lent from now on,
 * until fleet_close. engine: its digest (identity.h), of which there is one. */
struct fleet_lot;
struct fleet_lot *fleet_join(struct fleet *fleet, struct slots *slots, const char *engine,
			     const char *address);

/* The address of an engine that has joined, or NULL. */
const char *fleet_has(const struct fleet *fleet, const char *engine);

/* How many slots of it others have, or wait for. */
unsigned fleet_load(const struct fleet_lot *lot);

/* Whether this driver waits for one. */
bool fleet_waits(const struct fleet_lot *lot);

/* Whether one is free that nobody waits for, as far as is known. */
bool fleet_has_room(const struct fleet_lot *lot);

/* Asks for such a one, for a build that waits elsewhere. True: it is there, until it is taken or
 * given up. To be called again while it is wanted. */
bool fleet_book(struct fleet_lot *lot);
void fleet_unbook(struct fleet_lot *lot);

/* Those that wait for one there are asked anew: to take it, to fail, or whether any is left. */
void fleet_offer(struct fleet_lot *lot);

/* A build that only one driver is to make at a time. */
enum fleet_claim_state {
	FLEET_CLAIM_ASKED,  /* it is not known yet */
	FLEET_CLAIM_OURS,   /* until fleet_claim_end */
	FLEET_CLAIM_OTHERS, /* somebody else builds it */
	FLEET_CLAIM_NONE    /* Consul does not tell: others may build the same at once */
};

/* Claims a key for a build at the lot's endpoint; `changed` is called whenever its state has
 * changed. */
struct fleet_claim;
typedef void fleet_claim_changed(void *ctx);
struct fleet_claim *fleet_claim(struct fleet_lot *lot, const char *key, const char *manifest,
				fleet_claim_changed *changed, void *ctx);
enum fleet_claim_state fleet_claim_state(const struct fleet_claim *claim);

/* Where somebody else builds it: one of this driver's endpoints, or NULL. */
struct fleet_lot *fleet_claim_where(const struct fleet_claim *claim);

/* One that is ours goes to another endpoint with its build. */
void fleet_claim_move(struct fleet_claim *claim, struct fleet_lot *lot,
		      fleet_claim_changed *changed, void *ctx);

const char *fleet_claim_key(const struct fleet_claim *claim);
void fleet_claim_end(struct fleet_claim *claim); /* NULL is fine */

#endif
