/* Many keys by one request: Consul's transactions
 * (https://developer.hashicorp.com/consul/api-docs/txn) read 64 keys at once. A transaction with a
 * missing key fails and names it: the others are asked for again. Keys that the token may not read
 * are left out of the answer: they are asked for alone, and get the refusal. */
#include "agent/source/live_parts.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"

#include <mbedtls/base64.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_KEYS = 64, FEW_KEYS = 4, LARGEST_ANSWER = 64 << 20 };

struct batch {
	struct link *link;
	struct dependency *keys[MOST_KEYS];
	bool answered[MOST_KEYS];
	bool renews; /* keys that are known: their change is not to be missed */
	uint64_t newest;
	size_t count;
	struct buf body;
	struct http_transfer *transfer;
	struct batch *next;
};

static bool belongs(const struct batch *batch, const struct dependency *dependency)
{
	const char *dc = dependency->want.datacenter;
	const char *other = batch->count ? batch->keys[0]->want.datacenter : dc;
	return batch->count < MOST_KEYS && pump_is_key(dependency) && !dependency->alone &&
	       !dc == !other && (!dc || strcmp(dc, other) == 0);
}

/* Moves the keys that belong together from the queue into the batch. */
static void gather(struct batch *batch, struct queue *queue)
{
	struct queue rest = {0};
	while (queue->first) {
		struct dependency *at = queue->first;
		queue->first = at->queue_next;
		at->queue_next = NULL;
		if (belongs(batch, at)) {
			at->queued = false;
			at->batched = true;
			batch->renews = batch->renews || at->known;
			batch->keys[batch->count++] = at;
			continue;
		}
		if (rest.last)
			rest.last->queue_next = at;
		else
			rest.first = at;
		rest.last = at;
		rest.len++;
	}
	*queue = rest;
}

static bool are_enough(const struct queue *queue)
{
	size_t count = 0;
	for (const struct dependency *at = queue->first; at && count < FEW_KEYS;
	     at = at->queue_next)
		count += pump_is_key(at) && !at->alone;
	return count >= FEW_KEYS;
}

static void write_body(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		const char *name = batch->keys[i]->want.name;
		name += *name == '/';
		buf_puts(&batch->body, i ? ",{\"KV\":{\"Verb\":\"get\",\"Key\":"
					 : "[{\"KV\":{\"Verb\":\"get\",\"Key\":");
		json_write_string(&batch->body, name, strlen(name));
		buf_puts(&batch->body, "}}");
	}
	buf_putc(&batch->body, ']');
}

/* Gives back the keys that have no answer: to a batch, or to be asked for alone. */
static void finish(struct batch *batch, bool alone)
{
	struct batch **at = &batch->link->batches;
	while (*at != batch)
		at = &(*at)->next;
	*at = batch->next;
	batch->link->asking--;
	for (size_t i = 0; i < batch->count; i++) {
		batch->keys[i]->batched = false;
		if (batch->answered[i]) {
			batch->keys[i]->as_of = batch->newest;
			pump_over(batch->keys[i]);
			continue;
		}
		batch->keys[i]->alone = batch->keys[i]->alone || alone;
		pump_want(batch->keys[i]);
	}
	buf_free(&batch->body);
	free(batch);
}

static void answer(struct batch *batch, size_t i, struct arena *arena, struct value *value,
		   uint64_t index)
{
	struct dependency *key = batch->keys[i];
	batch->answered[i] = true;
	batch->newest = index > batch->newest ? index : batch->newest;
	key->index = index;
	key->as_of = 0;
	key->attempts = 0;
	live_answer(key, arena, value);
}

/* The base64 of a value; null is empty. */
static struct value *decode(struct arena *arena, const struct value *text)
{
	size_t len = value_is(text, VALUE_STRING) ? text->string.len : 0, got = 0;
	char *bytes = arena_alloc(arena, len + 1);
	if (len && mbedtls_base64_decode((unsigned char *)bytes, len + 1, &got,
					 (const unsigned char *)text->string.data, len) != 0)
		return NULL;
	return value_stringn(arena, bytes, got);
}

/* Results come in the order of the keys, without those that may not be read. */
static bool take_results(struct batch *batch, const struct value *reply)
{
	const struct value *results = value_get(reply, "Results");
	size_t at = 0;
	if (!value_is(results, VALUE_LIST))
		return false;
	for (size_t i = 0; i < results->list.len; i++) {
		const struct value *pair = value_get(results->list.items[i], "KV");
		const char *name = value_text(value_get(pair, "Key"));
		const struct value *index = value_get(pair, "ModifyIndex");
		while (name && at < batch->count &&
		       strcmp(name, batch->keys[at]->want.name +
					    (*batch->keys[at]->want.name == '/')) != 0)
			at++;
		if (!name || at == batch->count || !value_is(index, VALUE_INT))
			return false;
		auto_arena struct arena arena = {0};
		struct value *value = decode(&arena, value_get(pair, "Value"));
		if (!value)
			return false;
		answer(batch, at++, &arena, value, (uint64_t)index->integer);
	}
	return true;
}

/* The keys that are missing. Whatever else may be wrong is better said to a key alone. */
static bool take_errors(struct batch *batch, const struct value *reply)
{
	const struct value *errors = value_get(reply, "Errors");
	if (!value_is(errors, VALUE_LIST))
		return false;
	for (size_t i = 0; i < errors->list.len; i++) {
		const struct value *at = value_get(errors->list.items[i], "OpIndex");
		const char *what = value_text(value_get(errors->list.items[i], "What"));
		if (!value_is(at, VALUE_INT) || at->integer < 0 ||
		    (size_t)at->integer >= batch->count || !what || !strstr(what, "doesn't exist"))
			return false;
		auto_arena struct arena arena = {0};
		answer(batch, (size_t)at->integer, &arena, NULL, 0);
	}
	return errors->list.len > 0;
}

static void done(void *ctx, struct http_response *response)
{
	struct batch *batch = ctx;
	struct link *link = batch->link;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	bool good = false;
	batch->transfer = NULL;
	if (response->failed) {
		finish(batch, false);
		pump_outage(link, &response->error);
		return;
	}
	const struct value *reply =
		response->status == 200 || response->status == 409
			? json_parse(&arena, link->server.http.name, buf_text(&response->body),
				     response->body.len, &err)
			: NULL;
	if (reply)
		good = response->status == 200 ? take_results(batch, reply)
					       : take_errors(batch, reply);
	if (good)
		pump_recovered(link);
	finish(batch, response->status != 409 || !good);
	pump_run(link);
}

static int send(struct batch *batch, struct error *err)
{
	auto_buf struct buf path = {0};
	const char *dc = batch->keys[0]->want.datacenter;
	/* A follower may be behind another one that has told of a change. */
	bool stale = batch->link->live->settings.max_stale_ms && !batch->renews;
	buf_puts(&path, stale ? "/v1/txn?stale" : "/v1/txn");
	if (dc) {
		buf_puts(&path, strchr(path.data, '?') ? "&dc=" : "?dc=");
		http_escape(&path, dc, "");
	}
	const struct http_request request = {
		.method = "PUT",
		.path = path.data,
		.headers = batch->link->server.headers,
		.body = batch->body.data,
		.body_len = batch->body.len,
		.body_limit = LARGEST_ANSWER,
		.timeout_ms = batch->link->server.settings->transport.answer_timeout_ms,
	};
	batch->transfer = http_start(batch->link->client, &request, done, batch, err);
	return batch->transfer ? 0 : -1;
}

bool batch_start(struct link *link)
{
	auto_error struct error err = {0};
	if (link->down || !are_enough(&link->first))
		return false;
	struct batch *batch = mem_alloc(sizeof *batch);
	batch->link = link;
	batch->next = link->batches;
	link->batches = batch;
	link->asking++;
	gather(batch, &link->first);
	write_body(batch);
	if (send(batch, &err) == 0)
		return true;
	finish(batch, true);
	return true;
}

void batch_cancel(struct link *link)
{
	while (link->batches) {
		http_cancel(link->batches->transfer);
		finish(link->batches, false);
	}
}
