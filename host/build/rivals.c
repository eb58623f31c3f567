#include "host/build/rivals.h"

#include "common/own.h"

/* Without a lock it goes on too: then the same may be built twice at once. */
static bool claim(struct rivals *rivals)
{
	auto_error struct error err = {0};
	if (rivals->claim.fd >= 0)
		return true;
	int status = claim_take(&rivals->claim, engine_endpoint(rivals->site->engine), rivals->key,
				&err);
	if (status < 0)
		report_notice(rivals->report, "others may build the same at once: %s", err.message);
	return status != 0;
}

static enum rivals_say look_at_fleet(struct rivals *rivals, const char **why)
{
	struct fleet_lot *lot = rivals->site->lot;
	if (!lot)
		return RIVALS_NONE;
	if (!rivals->shared)
		rivals->shared = fleet_claim(lot, rivals->key, rivals->manifest, rivals->changed,
					     rivals->ctx);
	enum fleet_claim_state state = fleet_claim_state(rivals->shared);
	if (state == FLEET_CLAIM_ASKED)
		return RIVALS_WAIT;
	if (state != FLEET_CLAIM_OTHERS)
		return RIVALS_NONE;
	const struct fleet_lot *where = fleet_claim_where(rivals->shared);
	if (where && where != lot && !rivals->stays) {
		rivals->elsewhere = where;
		return RIVALS_ELSEWHERE;
	}
	*why = "another driver builds the same: waiting for it (--no-cache would not)";
	return RIVALS_WAIT;
}

enum rivals_say rivals_look(struct rivals *rivals, const char **why)
{
	*why = NULL;
	if (claim(rivals))
		return look_at_fleet(rivals, why);
	*why = "the same is being built right now: waiting for it (--no-cache would not)";
	return RIVALS_WAIT;
}

void rivals_end(struct rivals *rivals)
{
	fleet_claim_end(STEAL(rivals->shared));
	claim_end(&rivals->claim);
}
