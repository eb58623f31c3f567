/* What the files that make up a fleet share: fleet.c has its beginning and its end, session.c the
 * driver's session, watch.c what Consul tells, lot.c an endpoint's slots, claim.c the builds. */
#ifndef FACTORY_HOST_FLEET_PARTS_H
#define FACTORY_HOST_FLEET_PARTS_H

#include "common/hash.h"
#include "host/fleet/ask.h"
#include "host/fleet/fleet.h"
#include "host/fleet/view.h"

struct fleet {
	struct fleet_options is;
	struct fleet_consul consul;
	char *session; /* NULL: there is none any more */
	bool is_up;    /* the session lives as far as we know, and the view is not from before it */
	struct fleet_ask *beat; /* for the session, under way */
	uint32_t beat_timer;    /* until the next one */
	uint32_t grace_timer;   /* until something new may be taken, after a session was lost */
	bool was_lost;          /* the one before */
	uint64_t lost_us;       /* since when nothing can be taken, while it is not up */
	bool is_told;           /* that it is away */
	struct error failure;   /* why nobody need wait any more */
	bool is_final;          /* that can't change */

	struct fleet_view view;
	uint64_t index, serial;  /* of the view: Consul's, and ours, which only grows */
	struct fleet_ask *watch; /* for the next view */
	uint32_t watch_timer;

	struct fleet_lot *lots;
	struct fleet_claim *claims;
	unsigned tickets; /* made so far */
};

/* An endpoint's slots. */
struct fleet_lot {
	struct fleet_lot *next;
	struct fleet *fleet;
	struct slots *slots;
	char engine[HASH_HEX];
	char *address;
	unsigned *held; /* the slots that are this driver's, by number */
	size_t held_count;
	unsigned used, ready; /* how many work, and how many may be taken now */
	bool wanted;          /* one more, at least */
	enum { NOT_BOOKED, BOOKING, BOOKED } booking; /* one for a build that is elsewhere yet */
	char *ticket;    /* its key, while it waits in the queue; else NULL */
	bool is_used_up; /* the ticket: its slot is there */
	uint64_t tried;  /* the view by which one was tried in vain */
	unsigned asked;  /* the slot that is being asked for */
	struct fleet_ask *ask;
};

struct fleet_claim {
	struct fleet_claim *next;
	struct fleet_lot *lot;
	char *key; /* of the build */
	char *manifest;
	enum fleet_claim_state state;
	bool is_held;   /* by this driver's session, as far as is known */
	uint64_t tried; /* as above */
	fleet_claim_changed *changed;
	void *ctx;
	struct fleet_ask *ask;
};

/* session.c. Makes it; blocks. */
int fleet_session_begin(struct fleet *fleet, struct error *err);
void fleet_session_end(struct fleet *fleet);
/* A reply that is neither yes nor no, to whatever was asked; err is taken. */
void fleet_trouble(struct fleet *fleet, enum fleet_reply reply, struct error *err);
/* The session is there and so is the view: all of it goes on. */
void fleet_back(struct fleet *fleet);

/* watch.c. The first view; blocks. */
int fleet_watch_begin(struct fleet *fleet, struct error *err);
void fleet_watch_anew(struct fleet *fleet); /* of all there is now */
void fleet_watch_end(struct fleet *fleet);

/* fleet.c. Does what is next, by what is known. */
void fleet_settle(struct fleet *fleet);
/* After some time in which it is not known what was done: what the view shows counts. */
void fleet_resume(struct fleet *fleet);
/* What was asked is not known any more. */
void fleet_suspend(struct fleet *fleet);
/* Nobody need wait: see fleet->failure. */
void fleet_refuse(struct fleet *fleet);
/* Gives a key back that nobody asks for any more. */
void fleet_drop(struct fleet *fleet, const char *key);

/* lot.c. That of an engine (NULL: of none), or NULL. */
struct fleet_lot *fleet_lot_of(const struct fleet *fleet, const char *engine);

/* Asks for a key, to be held by this driver for a manifest at the lot's endpoint. */
struct fleet_ask *fleet_lot_ask(const struct fleet_lot *lot, const char *key, const char *manifest,
				fleet_answered *answered, void *ctx);

/* lot.c and claim.c: the same of each. `keep` takes over what the view shows as this driver's;
 * false: it has no use for it. */
void fleet_lot_settle(struct fleet_lot *lot);
void fleet_lot_suspend(struct fleet_lot *lot);
void fleet_lot_forget(struct fleet_lot *lot); /* what it holds: `keep` follows */
bool fleet_lot_keep(struct fleet_lot *lot, const struct fleet_entry *entry);
void fleet_lot_free(struct fleet_lot *lot);

void fleet_claim_settle(struct fleet_claim *claim);
void fleet_claim_suspend(struct fleet_claim *claim);
void fleet_claim_forget(struct fleet_claim *claim);
bool fleet_claim_keep(struct fleet_claim *claim, const struct fleet_entry *entry);

#endif
