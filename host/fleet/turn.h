/* Whose turn it is to take one of an endpoint's slots. Every driver decides this for itself, of
 * what Consul has told it; two that decide the same are told apart by Consul, which gives a slot to
 * one.
 *
 * Who finds a slot free and nobody waiting takes it. Everybody else queues up, and those that came
 * first take the free slots, the first the first. */
#ifndef FACTORY_HOST_FLEET_TURN_H
#define FACTORY_HOST_FLEET_TURN_H

#include "host/fleet/view.h"

struct fleet_turn {
	enum { FLEET_WAIT, FLEET_TAKE, FLEET_QUEUE_UP } what;
	unsigned slot; /* to be taken */
};

/* What a driver knows of itself, which Consul may not have told yet. */
struct fleet_self {
	const char *session;
	const unsigned *held; /* the slots that it has there */
	size_t held_count;
	const char *ticket; /* its key: it waits in the queue; or NULL */
	bool owes; /* more of its containers run there than it has slots: it needs no turn */
};

struct fleet_turn fleet_turn(const struct fleet_view *view, const char *endpoint, unsigned slots,
			     const struct fleet_self *self);

/* How many others have a slot there or wait for one. */
unsigned fleet_others(const struct fleet_view *view, const char *endpoint, const char *session);

/* Whether any of them waits. */
bool fleet_others_wait(const struct fleet_view *view, const char *endpoint, const char *session);

#endif
