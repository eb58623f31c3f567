#include "common/memory.h"
#include "common/own.h"
#include "host/services/parts.h"

#include <sys/random.h>
#include <time.h>

enum { AGAIN_MS = 50, PATIENCE_US = 10000000, OLD_SECONDS = 86400 };

/* --- those that others left --- */

static void swept(void *ctx, const struct engine_result *result)
{
	struct services *services = ctx;
	(void)result; /* one that is in use stays */
	services->outstanding--;
	services_go_on(services);
}

/* Of a driver that this machine can't know of, only its age tells. */
static bool is_old(const struct value *network)
{
	const char *created = value_text(value_get(network, "Created"));
	struct tm when = {0};
	if (!created || !strptime(created, "%Y-%m-%dT%H:%M:%S", &when))
		return false;
	return time(NULL) - timegm(&when) > OLD_SECONDS;
}

static void listed(void *ctx, const struct engine_result *result)
{
	struct services *services = ctx;
	services->outstanding--;
	bool ok = result->status == ENGINE_OK && value_is(result->body, VALUE_LIST);
	for (size_t i = 0; ok && i < result->body->list.len; i++) {
		const struct value *network = result->body->list.items[i];
		const char *id = value_text(value_get(network, "Id"));
		const struct value *labels = value_get(network, "Labels");
		const char *owner = value_text(value_get(labels, SERVICES_LABEL));
		if (!id || !owner || !(owner_is_gone(owner) || is_old(network)))
			continue;
		services->outstanding++;
		engine_network_remove(services_engine(services), id, swept, services);
	}
	services_go_on(services);
}

void services_sweep(struct services *services)
{
	struct site *site = services->setup->site;
	if (site->has_swept)
		return;
	site->has_swept = true;
	services->outstanding++;
	engine_network_list(site->engine, SERVICES_LABEL, listed, services);
}

/* --- our own --- */

static void made(void *ctx, const struct engine_result *result)
{
	struct services *services = ctx;
	struct error err = {0};
	services->outstanding--;
	if (result->status == ENGINE_OK) {
		services->network_id = mem_strdup(result->id);
	} else {
		error_move(&err, result->error);
		error_wrap(&err, "can't make a network for the services");
		services_fail(services, &err);
	}
	services_go_on(services);
}

void services_make_network(struct services *services)
{
	uint32_t number = 0;
	if (getrandom(&number, sizeof number, 0) < 0)
		number = (uint32_t)loop_now_us();
	autofree char *owner = owner_label();
	services->network = mem_printf("factory-%d-%08x", (int)getpid(), number);
	const struct engine_network network = {.name = services->network,
					       .label = SERVICES_LABEL,
					       .value = owner,
					       .internal = services->setup->internal};
	services->outstanding++;
	engine_network_create(services_engine(services), &network, made, services);
}

static void on_time(void *ctx)
{
	struct services *services = ctx;
	services->timer = 0;
	services_remove_network(services);
}

/* Containers that have ended are in it until the engine has removed them. */
static void removed(void *ctx, const struct engine_result *result)
{
	struct services *services = ctx;
	bool waits = loop_now_us() - services->stopping_us < PATIENCE_US;
	services->outstanding--;
	if (result->status != ENGINE_OK && waits) {
		services->timer = loop_after(services_loop(services), AGAIN_MS, on_time, services);
		return;
	}
	if (result->status != ENGINE_OK)
		report_notice(services->setup->report, "the network %s is left: %s",
			      services->network, result->error->message);
	free(STEAL(services->network_id));
	services_go_on(services);
}

void services_remove_network(struct services *services)
{
	services->outstanding++;
	engine_network_remove(services_engine(services), services->network_id, removed, services);
}
