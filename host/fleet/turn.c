#include "host/fleet/turn.h"

#include "common/memory.h"
#include "common/own.h"

#include <string.h>

static bool is_ticket(const struct fleet_entry *entry, const char *endpoint)
{
	return entry->kind == FLEET_TICKET && fleet_entry_is_at(entry, endpoint);
}

/* When the driver's own ticket was made; UINT64_MAX: Consul has told of none. A used one that it
 * still tells of is another. */
static uint64_t find_ticket(const struct fleet_view *view, const struct fleet_self *self)
{
	for (size_t i = 0; self->ticket && i < view->count; i++)
		if (strcmp(view->entries[i].key, self->ticket) == 0)
			return view->entries[i].created;
	return UINT64_MAX;
}

/* Each of those has a right to a free slot. */
static size_t count_before(const struct fleet_view *view, const char *endpoint,
			   const struct fleet_self *self, uint64_t created)
{
	size_t before = 0;
	for (size_t i = 0; i < view->count; i++) {
		const struct fleet_entry *entry = &view->entries[i];
		before += is_ticket(entry, endpoint) && entry->created < created &&
			  !fleet_entry_is_of(entry, self->session);
	}
	return before;
}

static bool *find_taken(const struct fleet_view *view, const char *endpoint, unsigned slots,
			const struct fleet_self *self)
{
	bool *taken = mem_alloc(slots * sizeof *taken);
	for (size_t i = 0; i < view->count; i++) {
		const struct fleet_entry *entry = &view->entries[i];
		if (entry->kind == FLEET_SLOT && fleet_entry_is_at(entry, endpoint) &&
		    entry->number < slots)
			taken[entry->number] = true;
	}
	for (size_t i = 0; i < self->held_count; i++)
		if (self->held[i] < slots)
			taken[self->held[i]] = true;
	return taken;
}

static struct fleet_turn take_free(const bool *taken, unsigned slots, size_t before)
{
	for (unsigned i = 0; i < slots; i++)
		if (!taken[i] && before-- == 0)
			return (struct fleet_turn){FLEET_TAKE, i};
	return (struct fleet_turn){FLEET_WAIT, 0};
}

struct fleet_turn fleet_turn(const struct fleet_view *view, const char *endpoint, unsigned slots,
			     const struct fleet_self *self)
{
	autofree bool *taken = find_taken(view, endpoint, slots, self);
	uint64_t created = find_ticket(view, self);
	size_t before = count_before(view, endpoint, self, created);
	if (self->owes)
		return take_free(taken, slots, 0);
	if (self->ticket && created == UINT64_MAX) /* where in the queue is still to be told */
		return (struct fleet_turn){FLEET_WAIT, 0};
	if (self->ticket)
		return take_free(taken, slots, before);
	struct fleet_turn turn = take_free(taken, slots, 0);
	if (before || turn.what != FLEET_TAKE)
		turn.what = FLEET_QUEUE_UP;
	return turn;
}

unsigned fleet_others(const struct fleet_view *view, const char *endpoint, const char *session)
{
	unsigned others = 0;
	for (size_t i = 0; i < view->count; i++)
		others += fleet_entry_is_at(&view->entries[i], endpoint) &&
			  !fleet_entry_is_of(&view->entries[i], session);
	return others;
}

bool fleet_others_wait(const struct fleet_view *view, const char *endpoint, const char *session)
{
	for (size_t i = 0; i < view->count; i++) {
		const struct fleet_entry *entry = &view->entries[i];
		if (is_ticket(entry, endpoint) && !fleet_entry_is_of(entry, session))
			return true;
	}
	return false;
}
