/* Builds that one driver makes at a time. Those that wait for one try again whenever Consul tells
 * of a change: the first one gets it. */
#include "host/fleet/parts.h"

#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

static char *key_of(const struct fleet_claim *claim)
{
	return mem_printf("%s/builds/%s", claim->lot->fleet->is.prefix, claim->key);
}

static void become(struct fleet_claim *claim, enum fleet_claim_state state)
{
	if (claim->state == state)
		return;
	claim->state = state;
	claim->changed(claim->ctx);
}

/* Another build of this driver that claims the same; `holds`: and has it, or asks for it. To Consul
 * they are one. */
static const struct fleet_claim *find_sibling(const struct fleet_claim *claim, bool holds)
{
	const struct fleet_claim *other = claim->lot->fleet->claims;
	for (; other; other = other->next)
		if (other != claim && strcmp(other->key, claim->key) == 0 &&
		    (!holds || other->is_held || other->ask))
			return other;
	return NULL;
}

static const struct fleet_entry *find_other(const struct fleet_claim *claim)
{
	const struct fleet *fleet = claim->lot->fleet;
	const struct fleet_entry *entry = fleet_view_build(&fleet->view, claim->key);
	return entry && !fleet_entry_is_of(entry, fleet->session) ? entry : NULL;
}

static void on_replied(void *ctx, enum fleet_reply reply, const struct http_response *response,
		       struct error *err)
{
	struct fleet_claim *claim = ctx;
	(void)response;
	claim->ask = NULL;
	if (reply != FLEET_YES && reply != FLEET_NO) {
		fleet_trouble(claim->lot->fleet, reply, err);
		return;
	}
	claim->is_held = reply == FLEET_YES;
	claim->tried = claim->lot->fleet->serial;
	if (claim->state != FLEET_CLAIM_OURS)
		become(claim, claim->is_held ? FLEET_CLAIM_OURS : FLEET_CLAIM_OTHERS);
}

static void ask(struct fleet_claim *claim)
{
	autofree char *key = key_of(claim);
	claim->ask = fleet_lot_ask(claim->lot, key, claim->manifest, on_replied, claim);
}

/* Where it was lost while it is built, it is taken again, unless somebody else was faster: then the
 * same is built twice, which costs time only. */
void fleet_claim_settle(struct fleet_claim *claim)
{
	const struct fleet *fleet = claim->lot->fleet;
	if (claim->state == FLEET_CLAIM_NONE || claim->is_held || claim->ask)
		return;
	bool is_ours = claim->state == FLEET_CLAIM_OURS;
	if (error_is_set(&fleet->failure) && !is_ours) {
		become(claim, FLEET_CLAIM_NONE);
		return;
	}
	if (!fleet->is_up)
		return;
	bool is_taken = find_sibling(claim, true) || find_other(claim);
	if (is_taken && !is_ours)
		become(claim, FLEET_CLAIM_OTHERS);
	else if (!is_taken && claim->tried != fleet->serial && (is_ours || !fleet->grace_timer))
		ask(claim);
}

struct fleet_claim *fleet_claim(struct fleet_lot *lot, const char *key, const char *manifest,
				fleet_claim_changed *changed, void *ctx)
{
	struct fleet_claim *claim = mem_alloc(sizeof *claim);
	claim->lot = lot;
	claim->key = mem_strdup(key);
	claim->manifest = mem_strdup(manifest);
	claim->changed = changed;
	claim->ctx = ctx;
	claim->next = lot->fleet->claims;
	lot->fleet->claims = claim;
	fleet_claim_settle(claim);
	return claim;
}

enum fleet_claim_state fleet_claim_state(const struct fleet_claim *claim)
{
	return claim->state;
}

struct fleet_lot *fleet_claim_where(const struct fleet_claim *claim)
{
	const struct fleet_claim *sibling = find_sibling(claim, true);
	const struct fleet_entry *other = find_other(claim);
	if (sibling)
		return sibling->lot;
	return other ? fleet_lot_of(claim->lot->fleet, value_text(value_get(other->who, "engine")))
		     : NULL;
}

/* It is taken again, so that others are told of the new place. */
void fleet_claim_move(struct fleet_claim *claim, struct fleet_lot *lot,
		      fleet_claim_changed *changed, void *ctx)
{
	claim->changed = changed;
	claim->ctx = ctx;
	claim->lot = lot;
	claim->is_held = false;
	claim->tried = 0;
	fleet_ask_cancel(STEAL(claim->ask));
	fleet_claim_settle(claim);
}

const char *fleet_claim_key(const struct fleet_claim *claim)
{
	return claim->key;
}

static void free_claim(struct fleet_claim *claim)
{
	fleet_ask_cancel(claim->ask);
	free(claim->key);
	free(claim->manifest);
	free(claim);
}

void fleet_claim_end(struct fleet_claim *claim)
{
	if (!claim)
		return;
	struct fleet *fleet = claim->lot->fleet;
	struct fleet_claim **at = &fleet->claims;
	while (*at != claim)
		at = &(*at)->next;
	*at = claim->next;
	autofree char *key = key_of(claim);
	if ((claim->is_held || claim->ask) && !find_sibling(claim, false))
		fleet_drop(fleet, key);
	free_claim(claim);
	for (struct fleet_claim *other = fleet->claims; other; other = other->next)
		fleet_claim_settle(other);
}

/* --- times in which Consul is away --- */

void fleet_claim_suspend(struct fleet_claim *claim)
{
	fleet_ask_cancel(STEAL(claim->ask));
}

void fleet_claim_forget(struct fleet_claim *claim)
{
	claim->is_held = false;
}

bool fleet_claim_keep(struct fleet_claim *claim, const struct fleet_entry *entry)
{
	if (entry->kind != FLEET_BUILD || claim->state != FLEET_CLAIM_OURS ||
	    strcmp(entry->place, claim->key) != 0)
		return false;
	claim->is_held = true;
	return true;
}
