#include "host/fleet/parts.h"

#include "common/memory.h"

#include <stdlib.h>

enum { PATIENCE_S = 60 };

struct fleet *fleet_open(const struct fleet_options *options, struct error *err)
{
	struct fleet *fleet = mem_alloc(sizeof *fleet);
	fleet->is = *options;
	if (!fleet->is.patience_s)
		fleet->is.patience_s = PATIENCE_S;
	if (fleet_consul_open(&fleet->consul, options->consul, options->loop, err) == 0 &&
	    fleet_session_begin(fleet, err) == 0 && fleet_watch_begin(fleet, err) == 0) {
		fleet->is_up = true;
		return fleet;
	}
	fleet_close(fleet);
	return NULL;
}

void fleet_close(struct fleet *fleet)
{
	if (!fleet)
		return;
	fleet_suspend(fleet);
	while (fleet->lots) {
		struct fleet_lot *lot = fleet->lots;
		fleet->lots = lot->next;
		fleet_lot_free(lot);
	}
	if (fleet->consul.client) {
		fleet_watch_end(fleet);
		fleet_session_end(fleet);
	}
	fleet_consul_close(&fleet->consul);
	fleet_view_free(&fleet->view);
	error_clear(&fleet->failure);
	free(fleet);
}

/* What one of them does may let another one end: the next is looked up before. */
void fleet_settle(struct fleet *fleet)
{
	for (struct fleet_claim *claim = fleet->claims, *next; claim; claim = next) {
		next = claim->next;
		fleet_claim_settle(claim);
	}
	for (struct fleet_lot *lot = fleet->lots; lot; lot = lot->next)
		fleet_lot_settle(lot);
}

void fleet_suspend(struct fleet *fleet)
{
	for (struct fleet_claim *claim = fleet->claims; claim; claim = claim->next)
		fleet_claim_suspend(claim);
	for (struct fleet_lot *lot = fleet->lots; lot; lot = lot->next)
		fleet_lot_suspend(lot);
}

static void ignore(void *ctx, enum fleet_reply reply, const struct http_response *response,
		   struct error *err)
{
	(void)ctx;
	(void)reply;
	(void)response;
	(void)err;
}

void fleet_drop(struct fleet *fleet, const char *key)
{
	struct fleet_question question = {0};
	if (!fleet->is_up)
		return;
	fleet_ask_to_drop(&question, key, fleet->session);
	fleet_ask(&fleet->consul, &question, ignore, NULL);
}

static bool keep(struct fleet *fleet, const struct fleet_entry *entry)
{
	for (struct fleet_claim *claim = fleet->claims; claim; claim = claim->next)
		if (fleet_claim_keep(claim, entry))
			return true;
	for (struct fleet_lot *lot = fleet->lots; lot; lot = lot->next)
		if (fleet_lot_keep(lot, entry))
			return true;
	return false;
}

void fleet_resume(struct fleet *fleet)
{
	for (struct fleet_claim *claim = fleet->claims; claim; claim = claim->next)
		fleet_claim_forget(claim);
	for (struct fleet_lot *lot = fleet->lots; lot; lot = lot->next)
		fleet_lot_forget(lot);
	for (size_t i = 0; i < fleet->view.count; i++) {
		const struct fleet_entry *entry = &fleet->view.entries[i];
		if (fleet_entry_is_of(entry, fleet->session) && !keep(fleet, entry))
			fleet_drop(fleet, entry->key);
	}
	fleet_settle(fleet);
}

void fleet_refuse(struct fleet *fleet)
{
	fleet_settle(fleet);
	for (struct fleet_lot *lot = fleet->lots; lot; lot = lot->next)
		fleet_offer(lot);
}
