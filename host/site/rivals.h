/* Who else builds the same: other processes of this user on this host (claim.h), and where
 * endpoints are shared, other drivers (host/fleet/). */
#ifndef FACTORY_HOST_SITE_RIVALS_H
#define FACTORY_HOST_SITE_RIVALS_H

#include "host/fleet/fleet.h"
#include "host/site/claim.h"
#include "host/site/site.h"

struct rivals {
	struct site *site;
	const char *key; /* of the image to be */
	const char *manifest;
	struct report *report;
	const struct fleet_lot *followed; /* it came here for that: it does not go there again */
	fleet_claim_changed *changed;
	void *ctx;
	struct claim claim; /* its fd is -1 at the beginning */
	struct fleet_claim *shared;
	struct fleet_claim *brought; /* from another endpoint, until it is looked at; or NULL */
	const struct fleet_lot *elsewhere; /* where to go, of the fleet's */
};

enum rivals_say {
	RIVALS_NONE,     /* it is ours until rivals_end, or nobody can tell */
	RIVALS_WAIT,     /* to be asked again after a while, and when `changed` was called */
	RIVALS_ELSEWHERE /* see `elsewhere` */
};

/* Looks who does; *why is for people, where it takes longer than a moment, else NULL. Never waits.
 */
enum rivals_say rivals_look(struct rivals *rivals, const char **why);
void rivals_end(struct rivals *rivals);

#endif
