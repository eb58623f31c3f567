/* Reads anything as Consul's list of a fleet's keys, and decides by it whose turn it is; the first
 * byte says what the driver knows of itself, and how many slots there are. */
#include "host/fleet/turn.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct fleet_view *view, const char *prefix)
{
	for (size_t i = 0; i < view->count; i++) {
		const struct fleet_entry *entry = &view->entries[i];
		if (strncmp(entry->key, prefix, strlen(prefix)) != 0 || !*entry->session ||
		    !*entry->place || !strstr(entry->key, entry->place))
			abort();
	}
}

/* A slot that is to be taken is nobody's. */
static void check_turn(const struct fleet_view *view, unsigned slots, const struct fleet_turn *turn)
{
	if (turn->what != FLEET_TAKE)
		return;
	if (turn->slot >= slots)
		abort();
	for (size_t i = 0; i < view->count; i++)
		if (view->entries[i].kind == FLEET_SLOT &&
		    fleet_entry_is_at(&view->entries[i], "e") &&
		    view->entries[i].number == turn->slot)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned held[] = {0, 2};
	__attribute__((cleanup(fleet_view_free))) struct fleet_view view = {0};
	auto_error struct error err = {0};
	if (!size)
		return 0;
	unsigned slots = 1 + data[0] % 8;
	const struct fleet_self self = {.session = "me",
					.held = held,
					.held_count = data[0] >> 3 & 1,
					.ticket = data[0] & 16 ? "f/endpoints/e/queue/me-1" : NULL,
					.owes = (data[0] & 32) != 0};
	if (fleet_view_read(&view, "f", (const char *)data + 1, size - 1, &err) == 0) {
		struct fleet_turn turn = fleet_turn(&view, "e", slots, &self);
		check(&view, "f/");
		check_turn(&view, slots, &turn);
	}
	return 0;
}
