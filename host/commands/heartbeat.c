/* An engine that is silent in mid-build is noticed by a ping now and then: nothing else would tell
 * a long step from one whose engine has gone without a word. */
#include "host/commands/endpoints.h"

enum { BEATS_A_PATIENCE = 3, SHORTEST_MS = 100, LONGEST_MS = 20000, MOST_MISSES = 2 };

/* One endpoint. */
struct pulse {
	struct heartbeat *heartbeat;
	struct pulse *next;
	size_t number; /* of the site */
	bool is_asked;
	unsigned misses; /* one after another */
	uint64_t asked_us;
};

/* All of it is in the shop's arena, for a ping that is under way keeps it until the engine is
 * closed.
 */
struct heartbeat {
	struct workshop *shop;
	bool is_over;
	struct pulse *pulses; /* the last site's first */
	uint64_t pause_ms;
	uint64_t beat_us, late_us; /* the last beat; the last that came late */
	uint32_t timer;
};

static struct engine *engine_of(const struct pulse *pulse)
{
	return pulse->heartbeat->shop->sites[pulse->number]->engine;
}

static void lose(struct pulse *pulse, struct error *why)
{
	struct workshop *shop = pulse->heartbeat->shop;
	report_notice(shop->report, "%s does not answer any more: it is given up (%s)",
		      engine_endpoint(engine_of(pulse)), why->message);
	engine_lose(engine_of(pulse), why);
	endpoints_lose(shop, pulse->number);
}

/* Something else kept the loop from turning: an answer may be there that nobody has read. */
static bool was_away(const struct heartbeat *heartbeat, uint64_t since_us)
{
	return heartbeat->late_us > since_us ||
	       loop_now_us() - heartbeat->beat_us > 2000 * heartbeat->pause_ms;
}

/* Silence for the whole patience is enough; a connection that fails may be an engine that is being
 * started anew. */
static void on_pong(void *ctx, const struct engine_result *result)
{
	struct pulse *pulse = ctx;
	if (pulse->heartbeat->is_over)
		return;
	uint64_t took_ms = (loop_now_us() - pulse->asked_us) / 1000;
	pulse->is_asked = false;
	if (result->status == ENGINE_OK)
		pulse->misses = 0;
	else if (was_away(pulse->heartbeat, pulse->asked_us))
		return;
	else if (++pulse->misses == MOST_MISSES || took_ms >= engine_patience(engine_of(pulse)))
		lose(pulse, result->error);
}

static void add_pulses(struct heartbeat *heartbeat)
{
	size_t count = heartbeat->pulses ? heartbeat->pulses->number + 1 : 0;
	for (; count < heartbeat->shop->site_count; count++) {
		struct pulse *pulse = arena_alloc(&heartbeat->shop->arena, sizeof *pulse);
		*pulse = (struct pulse){
			.heartbeat = heartbeat, .next = heartbeat->pulses, .number = count};
		heartbeat->pulses = pulse;
	}
}

static void beat(void *ctx)
{
	struct heartbeat *heartbeat = ctx;
	const struct workshop *shop = heartbeat->shop;
	uint64_t now_us = loop_now_us();
	if (now_us - heartbeat->beat_us > 2000 * heartbeat->pause_ms)
		heartbeat->late_us = now_us;
	heartbeat->beat_us = now_us;
	add_pulses(heartbeat);
	heartbeat->timer = loop_after(shop->site.loop, heartbeat->pause_ms, beat, heartbeat);
	for (struct pulse *pulse = heartbeat->pulses; pulse; pulse = pulse->next) {
		if (pulse->is_asked || !places_live(shop->places, pulse->number))
			continue;
		pulse->asked_us = now_us;
		pulse->is_asked = engine_ping(engine_of(pulse), on_pong, pulse);
	}
}

static uint64_t pause_between(const struct workshop *shop)
{
	uint64_t ms = engine_patience(shop->site.engine) / BEATS_A_PATIENCE;
	if (ms < SHORTEST_MS)
		return SHORTEST_MS;
	return ms > LONGEST_MS ? LONGEST_MS : ms;
}

struct heartbeat *heartbeat_start(struct workshop *shop)
{
	struct heartbeat *heartbeat = arena_alloc(&shop->arena, sizeof *heartbeat);
	*heartbeat = (struct heartbeat){
		.shop = shop, .pause_ms = pause_between(shop), .beat_us = loop_now_us()};
	heartbeat->timer = loop_after(shop->site.loop, heartbeat->pause_ms, beat, heartbeat);
	return heartbeat;
}

void heartbeat_stop(struct heartbeat *heartbeat)
{
	heartbeat->is_over = true;
	loop_cancel(heartbeat->shop->site.loop, heartbeat->timer);
}
