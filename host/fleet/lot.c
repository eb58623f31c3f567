/* An endpoint's slots: as many are held as work, one more while somebody waits or has booked it,
 * and none else. One question at a time is under way; what comes next follows from what is held
 * then. */
#include "host/fleet/parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/fleet/turn.h"
#include "host/fleet/who.h"

#include <stdlib.h>
#include <string.h>

/* --- what is asked --- */

static char *slot_key(const struct fleet_lot *lot, unsigned number)
{
	return mem_printf("%s/endpoints/%s/slots/%u", lot->fleet->is.prefix, lot->engine, number);
}

struct fleet_ask *fleet_lot_ask(const struct fleet_lot *lot, const char *key, const char *manifest,
				fleet_answered *answered, void *ctx)
{
	struct fleet *fleet = lot->fleet;
	struct fleet_question question = {0};
	auto_buf struct buf who = {0};
	fleet_who_write(&who, &(struct fleet_who){.manifest = manifest,
						  .endpoint = lot->address,
						  .engine = lot->engine});
	fleet_ask_for_key(&question, key, fleet->session, buf_text(&who));
	return fleet_ask(&fleet->consul, &question, answered, ctx);
}

static void ask_for(struct fleet_lot *lot, const char *key, fleet_answered *answered)
{
	lot->ask = fleet_lot_ask(lot, key, lot->fleet->is.manifests, answered, lot);
}

static void drop(struct fleet_lot *lot, const char *key, fleet_answered *answered)
{
	struct fleet_question question = {0};
	fleet_ask_to_drop(&question, key, lot->fleet->session);
	lot->ask = fleet_ask(&lot->fleet->consul, &question, answered, lot);
}

/* Whether there was an answer to what was asked. */
static bool take_reply(struct fleet_lot *lot, enum fleet_reply reply, struct error *err)
{
	lot->ask = NULL;
	if (reply == FLEET_YES || reply == FLEET_NO)
		return true;
	fleet_trouble(lot->fleet, reply, err);
	return false;
}

/* --- what is answered --- */

static void forget_ticket(struct fleet_lot *lot)
{
	free(STEAL(lot->ticket));
	lot->is_used_up = false;
}

void fleet_offer(struct fleet_lot *lot)
{
	lot->wanted = false;
	if (lot->slots->freed)
		lot->slots->freed(lot->slots->ctx);
	lot->ready = 0;
	fleet_lot_settle(lot);
}

static void add_held(struct fleet_lot *lot, unsigned number)
{
	lot->held = mem_resize(lot->held, lot->held_count + 1, sizeof *lot->held);
	lot->held[lot->held_count++] = number;
}

static void on_slot(void *ctx, enum fleet_reply reply, const struct http_response *response,
		    struct error *err)
{
	struct fleet_lot *lot = ctx;
	(void)response;
	if (!take_reply(lot, reply, err))
		return;
	if (reply == FLEET_NO) {
		lot->tried = lot->fleet->serial;
		fleet_lot_settle(lot);
		return;
	}
	add_held(lot, lot->asked);
	bool is_spare = lot->held_count > lot->used; /* else it is for what works already */
	if (is_spare && !lot->wanted && lot->booking == BOOKING) {
		lot->booking = BOOKED;
		is_spare = false;
	}
	if (!is_spare) {
		fleet_lot_settle(lot);
		return;
	}
	lot->is_used_up = lot->ticket != NULL;
	lot->ready++;
	fleet_offer(lot);
}

static void on_slot_dropped(void *ctx, enum fleet_reply reply, const struct http_response *response,
			    struct error *err)
{
	struct fleet_lot *lot = ctx;
	(void)response;
	lot->held_count--;
	if (take_reply(lot, reply, err))
		fleet_lot_settle(lot);
}

static void tell_that_it_waits(const struct fleet_lot *lot)
{
	const struct fleet *fleet = lot->fleet;
	auto_buf struct buf holders = {0};
	size_t told = 0;
	for (size_t i = 0; i < fleet->view.count && told < 3; i++) {
		const struct fleet_entry *entry = &fleet->view.entries[i];
		if (entry->kind != FLEET_SLOT || !fleet_entry_is_at(entry, lot->engine) ||
		    fleet_entry_is_of(entry, fleet->session))
			continue;
		buf_puts(&holders, told++ ? ", " : ": ");
		fleet_who_tell(&holders, entry->who);
	}
	report_notice(fleet->is.report, "waiting for a slot of %s, which other drivers use%s",
		      lot->address, buf_text(&holders));
}

static void on_ticket(void *ctx, enum fleet_reply reply, const struct http_response *response,
		      struct error *err)
{
	struct fleet_lot *lot = ctx;
	(void)response;
	if (!take_reply(lot, reply, err)) {
		forget_ticket(lot);
		return;
	}
	tell_that_it_waits(lot);
	fleet_lot_settle(lot);
}

static void on_ticket_dropped(void *ctx, enum fleet_reply reply,
			      const struct http_response *response, struct error *err)
{
	struct fleet_lot *lot = ctx;
	(void)response;
	forget_ticket(lot);
	if (take_reply(lot, reply, err))
		fleet_lot_settle(lot);
}

/* --- what is next --- */

static void queue_up(struct fleet_lot *lot)
{
	struct fleet *fleet = lot->fleet;
	lot->ticket = mem_printf("%s/endpoints/%s/queue/%s-%u", fleet->is.prefix, lot->engine,
				 fleet->session, ++fleet->tickets);
	ask_for(lot, lot->ticket, on_ticket);
}

static void try_slot(struct fleet_lot *lot, unsigned number)
{
	autofree char *key = slot_key(lot, number);
	lot->asked = number;
	ask_for(lot, key, on_slot);
}

static bool owes(const struct fleet_lot *lot)
{
	return lot->held_count < lot->used;
}

static struct fleet_turn find_turn(const struct fleet_lot *lot)
{
	const struct fleet *fleet = lot->fleet;
	const struct fleet_self self = {.session = fleet->session,
					.held = lot->held,
					.held_count = lot->held_count,
					.ticket = lot->ticket,
					.owes = owes(lot)};
	return fleet_turn(&fleet->view, lot->engine, lot->slots->total, &self);
}

static void want_slot(struct fleet_lot *lot)
{
	const struct fleet *fleet = lot->fleet;
	struct fleet_turn turn = find_turn(lot);
	bool may_take = owes(lot) || !fleet->grace_timer;
	if (turn.what == FLEET_TAKE && may_take && lot->tried != fleet->serial)
		try_slot(lot, turn.slot);
	else if (turn.what == FLEET_QUEUE_UP && (lot->wanted || owes(lot)))
		queue_up(lot);
}

static size_t count_needed(const struct fleet_lot *lot)
{
	return lot->used + lot->ready + (lot->booking == BOOKED);
}

void fleet_lot_settle(struct fleet_lot *lot)
{
	size_t needed = count_needed(lot);
	bool wants_more = lot->wanted || lot->booking == BOOKING;
	if (lot->ask || !lot->fleet->is_up)
		return;
	if (lot->ticket && (lot->is_used_up || !lot->wanted)) {
		drop(lot, lot->ticket, on_ticket_dropped);
	} else if (lot->held_count > needed) {
		autofree char *key = slot_key(lot, lot->held[lot->held_count - 1]);
		drop(lot, key, on_slot_dropped);
	} else if (lot->held_count < needed + wants_more && !lot->fleet->is_final) {
		want_slot(lot);
	}
}

/* --- the lender of slots --- */

static bool take(void *lender)
{
	struct fleet_lot *lot = lender;
	if (lot->ready || lot->booking == BOOKED) {
		if (lot->ready)
			lot->ready--;
		else
			lot->booking = NOT_BOOKED;
		lot->used++;
		return true;
	}
	lot->wanted = true;
	fleet_lot_settle(lot);
	return false;
}

/* While nobody else waits it goes from one container to the next. */
static void give(void *lender)
{
	struct fleet_lot *lot = lender;
	const struct fleet *fleet = lot->fleet;
	lot->used--;
	lot->wanted = false;
	if (fleet->is_up && lot->held_count > count_needed(lot) &&
	    !fleet_others_wait(&fleet->view, lot->engine, fleet->session))
		lot->ready++;
}

static void rest(void *lender)
{
	struct fleet_lot *lot = lender;
	lot->ready = 0;
	fleet_lot_settle(lot);
}

static const struct error *failure(void *lender)
{
	const struct fleet_lot *lot = lender;
	return error_is_set(&lot->fleet->failure) ? &lot->fleet->failure : NULL;
}

static const struct slots_lender lender = {take, give, rest, failure};

struct fleet_lot *fleet_join(struct fleet *fleet, struct slots *slots, const char *engine,
			     const char *address)
{
	struct fleet_lot *lot = mem_alloc(sizeof *lot);
	lot->fleet = fleet;
	lot->slots = slots;
	memcpy(lot->engine, engine, HASH_HEX);
	lot->address = mem_strdup(address);
	lot->next = fleet->lots;
	fleet->lots = lot;
	slots->lender = &lender;
	slots->lender_ctx = lot;
	return lot;
}

struct fleet_lot *fleet_lot_of(const struct fleet *fleet, const char *engine)
{
	for (struct fleet_lot *lot = fleet->lots; engine && lot; lot = lot->next)
		if (strcmp(lot->engine, engine) == 0)
			return lot;
	return NULL;
}

const char *fleet_has(const struct fleet *fleet, const char *engine)
{
	const struct fleet_lot *lot = fleet_lot_of(fleet, engine);
	return lot ? lot->address : NULL;
}

void fleet_lot_free(struct fleet_lot *lot)
{
	lot->slots->lender = NULL;
	fleet_ask_cancel(lot->ask);
	free(lot->ticket);
	free(lot->address);
	free(lot->held);
	free(lot);
}

unsigned fleet_load(const struct fleet_lot *lot)
{
	return fleet_others(&lot->fleet->view, lot->engine, lot->fleet->session);
}

bool fleet_waits(const struct fleet_lot *lot)
{
	return lot->ticket && !lot->is_used_up;
}

/* --- a build that waits elsewhere --- */

bool fleet_has_room(const struct fleet_lot *lot)
{
	if (lot->booking == BOOKED)
		return true;
	return lot->fleet->is_up && !lot->ticket && find_turn(lot).what == FLEET_TAKE;
}

bool fleet_book(struct fleet_lot *lot)
{
	if (lot->booking == NOT_BOOKED) {
		lot->booking = BOOKING;
		fleet_lot_settle(lot);
	}
	return lot->booking == BOOKED;
}

void fleet_unbook(struct fleet_lot *lot)
{
	if (lot->booking == NOT_BOOKED)
		return;
	lot->booking = NOT_BOOKED;
	fleet_lot_settle(lot);
}

/* --- times in which Consul is away --- */

void fleet_lot_suspend(struct fleet_lot *lot)
{
	fleet_ask_cancel(STEAL(lot->ask));
}

/* A ticket is made anew: of the one there was it is not known how it fared. */
void fleet_lot_forget(struct fleet_lot *lot)
{
	lot->held_count = 0;
	lot->booking = NOT_BOOKED;
	forget_ticket(lot);
}

bool fleet_lot_keep(struct fleet_lot *lot, const struct fleet_entry *entry)
{
	if (entry->kind != FLEET_SLOT || !fleet_entry_is_at(entry, lot->engine))
		return false;
	add_held(lot, entry->number);
	return true;
}
