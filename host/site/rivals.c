#include "host/site/rivals.h"

#include "common/own.h"

#include <string.h>

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

/* With another base it may be another image that is built here. */
static void claim_shared(struct rivals *rivals, struct fleet_lot *lot)
{
	struct fleet_claim *brought = STEAL(rivals->brought);
	if (brought && strcmp(fleet_claim_key(brought), rivals->key) == 0) {
		fleet_claim_move(brought, lot, rivals->changed, rivals->ctx);
		rivals->shared = brought;
		return;
	}
	fleet_claim_end(brought);
	rivals->shared =
		fleet_claim(lot, rivals->key, rivals->manifest, rivals->changed, rivals->ctx);
}

static enum rivals_say look_at_fleet(struct rivals *rivals, const char **why)
{
	struct fleet_lot *lot = rivals->site->lot;
	if (!lot)
		return RIVALS_NONE;
	if (!rivals->shared)
		claim_shared(rivals, lot);
	enum fleet_claim_state state = fleet_claim_state(rivals->shared);
	if (state == FLEET_CLAIM_ASKED)
		return RIVALS_WAIT;
	if (state != FLEET_CLAIM_OTHERS)
		return RIVALS_NONE;
	const struct fleet_lot *where = fleet_claim_where(rivals->shared);
	if (where && where != lot && where != rivals->followed) {
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
	fleet_claim_end(STEAL(rivals->brought));
	claim_end(&rivals->claim);
}
