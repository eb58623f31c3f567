/* Who is asked when: first answers before new ones, few connections at a time, and a server that
 * fails is left alone for a while, longer each time. */
#include "agent/source/live_parts.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

enum {
	FIRST_AT_ONCE = 8,
	WATCHED_AT_ONCE = 48, /* Consul allows a client 200 connections */
	TURN_MS = 1000,       /* of a blocking query while others wait for a connection */
	QUICK_US = 50000,     /* a blocking query that is answered sooner did not wait */
	BURST = 8,            /* so many quick answers are nothing unusual */
	PAUSE_MS = 100,
	POLL_MS = 30000, /* between questions that can't be blocking queries */
	JITTER_PERCENT = 25,
};

static void push(struct queue *queue, struct dependency *dependency)
{
	dependency->queue_next = NULL;
	dependency->queued = true;
	if (queue->last)
		queue->last->queue_next = dependency;
	else
		queue->first = dependency;
	queue->last = dependency;
	queue->len++;
}

static struct dependency *pop(struct queue *queue)
{
	struct dependency *first = queue->first;
	queue->first = first->queue_next;
	if (!queue->first)
		queue->last = NULL;
	queue->len--;
	first->queued = false;
	return first;
}

static void take_out(struct queue *queue, struct dependency *dependency)
{
	size_t count = queue->len;
	for (size_t i = 0; i < count; i++) {
		struct dependency *at = pop(queue);
		if (at != dependency)
			push(queue, at);
	}
}

/* --- when --- */

/* A quarter less, at random, so that many agents don't come back at the same moment. */
static uint64_t jitter(struct link *link, uint64_t ms)
{
	link->random = link->random * 6364136223846793005u + 1442695040888963407u;
	return ms - ms * ((link->random >> 33) % JITTER_PERCENT) / 100;
}

static uint64_t backoff(struct link *link, unsigned attempts)
{
	const struct retry_settings *retry = &link->server.settings->retry;
	uint64_t ms = retry->backoff_ms;
	for (unsigned i = 1; i < attempts && ms < retry->max_backoff_ms; i++)
		ms *= 2;
	return jitter(link, ms < retry->max_backoff_ms ? ms : retry->max_backoff_ms);
}

static bool may_retry(const struct link *link, unsigned attempts)
{
	const struct retry_settings *retry = &link->server.settings->retry;
	return retry->enabled && (!retry->attempts || attempts <= retry->attempts);
}

static void note_retry(struct link *link, const struct error *err, uint64_t ms, unsigned attempts)
{
	const struct live_owner *owner = &link->live->owner;
	unsigned most = link->server.settings->retry.attempts;
	autofree char *text = error_text(err);
	autofree char *limit = most ? mem_printf(" of %u", most) : mem_strdup("");
	autofree char *line = mem_printf("%s (asking again in %llums, attempt %u%s)", text,
					 (unsigned long long)ms, attempts, limit);
	owner->note(owner->ctx, true, line);
}

uint64_t pump_retry(struct link *link, const struct error *err, unsigned attempts)
{
	if (!may_retry(link, attempts))
		return 0;
	uint64_t ms = backoff(link, attempts);
	note_retry(link, err, ms, attempts);
	return ms ? ms : 1;
}

static void up_again(void *ctx)
{
	struct link *link = ctx;
	link->timer = 0;
	link->probing = true;
	pump_run(link);
}

void pump_recovered(struct link *link)
{
	const struct live_owner *owner = &link->live->owner;
	if (link->attempts) {
		autofree char *line = mem_printf("%s answers again", link->server.http.name);
		owner->note(owner->ctx, true, line);
	}
	link->down = link->probing = false;
	link->attempts = 0;
}

/* Many requests fail together: the first one counts. */
bool pump_outage(struct link *link, struct error *err)
{
	const struct live_owner *owner = &link->live->owner;
	if (link->timer)
		return true;
	link->down = true;
	link->probing = false;
	uint64_t ms = pump_retry(link, err, ++link->attempts);
	if (!ms) {
		owner->failed(owner->ctx, err);
		return false;
	}
	link->timer = loop_after(link->live->loop, ms, up_again, link);
	return true;
}

/* --- one dependency --- */

static void first_again(void *ctx)
{
	struct dependency *dependency = ctx;
	dependency->timer = 0;
	pump_want(dependency);
	pump_run(dependency->link);
}

static void watch_again(void *ctx)
{
	struct dependency *dependency = ctx;
	dependency->timer = 0;
	push(&dependency->link->again, dependency);
	pump_run(dependency->link);
}

static bool is_busy(const struct dependency *dependency)
{
	return dependency->queued || dependency->ask || dependency->batched || dependency->timer;
}

void pump_want(struct dependency *dependency)
{
	if (!is_busy(dependency))
		push(&dependency->link->first, dependency);
}

void pump_renew(struct dependency *dependency)
{
	dependency->renew = dependency->ask || dependency->batched;
	pump_want(dependency);
}

void pump_over(struct dependency *dependency)
{
	bool renew = dependency->renew;
	dependency->renew = false;
	if (renew)
		pump_want(dependency);
}

/* Those without an index are polled; a server that answers at once all the time is slowed down. */
void pump_watch(struct dependency *dependency)
{
	uint64_t ms = 0;
	dependency->watched = true;
	if (is_busy(dependency) || dependency->group)
		return;
	if (dependency->again_s)
		ms = dependency->again_s * UINT64_C(1000);
	else if (!dependency->index && !pump_is_key(dependency) && !dependency->is_group)
		ms = POLL_MS;
	else if (dependency->burst > BURST)
		ms = PAUSE_MS;
	if (ms)
		dependency->timer = loop_after(dependency->live->loop, ms, watch_again, dependency);
	else
		push(&dependency->link->again, dependency);
}

/* Its index may be of a server that has lost its memory. */
static void begin_anew(struct dependency *dependency)
{
	dependency->index = 0;
	if (dependency->is_group)
		group_doubt(dependency);
}

/* What is internal is watched from the beginning: first answers may have to wait for it. */
static bool is_first(const struct dependency *dependency)
{
	return !dependency->known && !dependency->internal;
}

/* An answer such as 403, or 500: not the whole server is ill. */
static void refused(struct dependency *dependency, struct error *err, bool final)
{
	struct live *live = dependency->live;
	if (share_refused(dependency, err))
		return;
	dependency->attempts++;
	error_wrap(err, "%s \"%s\"", dependency->want.kind, dependency->want.name);
	uint64_t ms = final ? 0 : pump_retry(dependency->link, err, dependency->attempts);
	if (!ms) {
		live->owner.failed(live->owner.ctx, err);
		return;
	}
	begin_anew(dependency);
	dependency->timer = loop_after(
		live->loop, ms, is_first(dependency) ? first_again : watch_again, dependency);
}

static void failed(struct dependency *dependency, const struct ask_end *end)
{
	struct link *link = dependency->link;
	if (end->no_answer) {
		begin_anew(dependency);
		push(is_first(dependency) ? &link->first : &link->again, dependency);
		pump_outage(link, end->err);
		return;
	}
	pump_recovered(link);
	if (dependency->is_group && !end->unwell)
		group_disband(dependency);
	else
		refused(dependency, end->err, link->live->settings.fail_fast && !end->unwell);
}

static void count_bursts(struct dependency *dependency, bool blocking)
{
	bool quick = loop_now_us() - dependency->asked_us < QUICK_US;
	dependency->burst = blocking && quick ? dependency->burst + 1 : 0;
}

/* An index that goes backwards is that of a server that was restored: begin anew. */
static void answered(struct dependency *dependency, struct inquiry *inquiry)
{
	uint64_t before = dependency->index;
	count_bursts(dependency, dependency->blocking);
	pump_recovered(dependency->link);
	dependency->attempts = 0;
	dependency->alone = false; /* whatever it was may be over */
	dependency->index = dependency->as_of = inquiry->index;
	if (inquiry->index < before)
		begin_anew(dependency);
	dependency->again_s = inquiry->again_s;
	live_answer(dependency, inquiry->arena, inquiry->found);
	if (dependency->is_group && dependency->index != before)
		group_answered(dependency);
	if (dependency->watched)
		pump_watch(dependency);
}

static void done(void *ctx, struct inquiry *inquiry, const struct ask_end *end)
{
	struct dependency *dependency = ctx;
	struct link *link = dependency->link;
	dependency->ask = NULL;
	if (dependency->blocking)
		link->watching--;
	else
		link->asking--;
	if (end->err)
		failed(dependency, end);
	else
		answered(dependency, inquiry);
	pump_over(dependency);
	pump_run(link);
}

static void begin(struct dependency *dependency, bool blocking)
{
	struct link *link = dependency->link;
	auto_error struct error err = {0};
	/* A known one is asked for because somebody has told of a change. */
	bool leader = dependency->known && !blocking;
	struct inquiry inquiry = {.want = &dependency->want, .leader = leader};
	link->probing = false;
	if (blocking) {
		bool crowded = link->again.len > 0;
		inquiry.index = dependency->index;
		inquiry.wait_ms = crowded ? TURN_MS : link->live->settings.block_query_wait_ms;
	}
	dependency->asked_us = loop_now_us();
	dependency->blocking = blocking;
	dependency->ask = ask_start(&link->ask, &inquiry, done, dependency, &err);
	if (dependency->ask) {
		if (blocking)
			link->watching++;
		else
			link->asking++;
		return;
	}
	link->live->owner.failed(link->live->owner.ctx, &err);
}

/* --- all of a server's --- */

static size_t most_watched(const struct link *link)
{
	unsigned said = link->server.settings->transport.max_connections;
	return said ? said : WATCHED_AT_ONCE;
}

/* After an outage one request goes first. */
static bool may_begin(const struct link *link, size_t under_way, size_t most)
{
	if (link->timer)
		return false;
	if (link->down)
		return link->probing;
	return under_way < most;
}

void pump_run(struct link *link)
{
	if (may_begin(link, 0, 1))
		share_run(link);
	while (link->first.len && !share_holds(link) &&
	       may_begin(link, link->asking, FIRST_AT_ONCE))
		if (!batch_start(link))
			begin(pop(&link->first), false);
	while (link->again.len && may_begin(link, link->watching, most_watched(link)))
		begin(pop(&link->again), true);
}

bool pump_is_key(const struct dependency *dependency)
{
	return strcmp(dependency->want.kind, "key") == 0 && !dependency->want.args;
}

void pump_drop(struct dependency *dependency)
{
	struct link *link = dependency->link;
	if (dependency->ask) {
		link->probing = link->down && !link->timer; /* it was what tells of the server */
		if (dependency->blocking)
			link->watching--;
		else
			link->asking--;
		/* If it was the one that goes first after an outage, another does. */
		link->probing = link->down;
	}
	if (dependency->batched)
		batch_cancel(link);
	ask_cancel(STEAL(dependency->ask));
	loop_cancel(link->live->loop, dependency->timer);
	dependency->timer = 0;
	if (dependency->queued) {
		take_out(&link->first, dependency);
		take_out(&link->again, dependency);
	}
}
