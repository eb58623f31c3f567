/* What templates would read now: the keys of a manifest and of the command line, and Consul. */
#include "host/commands/locking.h"
#include "host/commands/workshop.h"

/* Those who answer for one cell. */
struct answering {
	struct consul_target consul;
	bool has_consul;
};

static int open_values(struct workshop *shop, const struct manifest *cell,
		       struct answering *answering, struct values **values, struct error *err)
{
	if (workshop_consul(shop, cell, &answering->consul, &answering->has_consul, err) < 0)
		return -1;
	*values = values_new(shop->site.loop, values_keys(&shop->arena, cell->kv, shop->kv),
			     answering->has_consul ? &answering->consul : NULL, err);
	return *values ? 0 : -1;
}

int workshop_values(struct workshop *shop, struct locking *locking, const struct manifest *manifest,
		    const struct value *names, struct error *err)
{
	size_t count = manifest->cell_count;
	struct answering *answering = arena_alloc(&shop->arena, count * sizeof *answering);
	struct values **values = arena_alloc(&shop->arena, count * sizeof(struct values *));
	int status = 0;
	for (size_t i = 0; i < count && status == 0; i++)
		status = open_values(shop, manifest->cells[i], &answering[i], &values[i], err);
	if (status == 0)
		status = locking_values(locking, values, count, names, err);
	for (size_t i = 0; i < count; i++) {
		values_free(values[i]);
		consul_target_free(&answering[i].consul);
	}
	return status;
}
