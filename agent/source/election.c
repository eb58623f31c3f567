/* One session at Consul, one lock, and the requests about them: one at a time. */
#include "agent/source/share_parts.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

enum {
	LEAST_TTL_MS = 10000, /* Consul takes none that is shorter, or longer than a day */
	MOST_TTL_MS = 86400000,
	PAUSE_MS = 1000, /* as long as Consul keeps a lost lock from everybody */
	TIMEOUT_MS = 10000,
	END_MS = 1000, /* for giving the session back */
	SHOWN = 200,   /* of an error's text */
};

/* --- paths --- */

static void create_path(const struct share *share, struct buf *path)
{
	(void)share;
	buf_puts(path, "/v1/session/create");
}

static void renew_path(const struct share *share, struct buf *path)
{
	buf_printf(path, "/v1/session/renew/%s", share->session);
}

static void add_key_path(const struct share *share, const char *key, struct buf *path)
{
	buf_puts(path, "/v1/kv/");
	http_escape(path, key, "/");
	buf_printf(path, "?acquire=%s", share->session);
}

static void acquire_path(const struct share *share, struct buf *path)
{
	add_key_path(share, share->lock_name, path);
}

/* By the lock as well: who has lost the session can't write any more. */
static void publish_path(const struct share *share, struct buf *path)
{
	add_key_path(share, share->data_name, path);
}

/* --- bodies --- */

static void create_body(struct share *share)
{
	buf_printf(&share->body,
		   "{\"Name\":\"factory agent render\",\"TTL\":\"%us\",\"Behavior\":\"delete\","
		   "\"LockDelay\":\"1s\"}",
		   share->ttl_ms / 1000);
}

static void acquire_body(struct share *share)
{
	buf_puts(&share->body, share->session);
}

static void publish_body(struct share *share)
{
	buf_add(&share->body, share->text.data, share->text.len);
}

/* --- timers --- */

static void half_over(void *ctx);

static void start_timer(struct share *share)
{
	loop_cancel(share->link->live->loop, share->timer);
	share->timer = loop_after(share->link->live->loop, share->ttl_ms / 2, half_over, share);
}

static void half_over(void *ctx)
{
	struct share *share = ctx;
	share->timer = 0;
	start_timer(share);
	share->due[SHARE_RENEW] = true;
	share->due[SHARE_ACQUIRE] = share->role != SHARE_LEADER;
	pump_run(share->link);
}

static void pause_over(void *ctx)
{
	struct share *share = ctx;
	share->pause = 0;
	if (share->role != SHARE_LEADER)
		election_try(share);
	else
		share_settle(share->link);
	pump_run(share->link);
}

static void rest(struct share *share)
{
	if (!share->pause)
		share->pause = loop_after(share->link->live->loop, PAUSE_MS, pause_over, share);
}

/* --- answers --- */

static void stop(struct share *share)
{
	struct loop *loop = share->link->live->loop;
	http_cancel(STEAL(share->transfer));
	loop_cancel(loop, share->timer);
	loop_cancel(loop, share->pause);
	loop_cancel(loop, share->retry);
	share->timer = share->pause = share->retry = 0;
	memset(share->due, 0, sizeof share->due);
}

/* Consul has forgotten the session: it came too late, or the server is another one. */
static void lose_session(struct share *share)
{
	stop(share);
	free(STEAL(share->session));
	share->due[SHARE_CREATE] = true;
	share_resigns(share, "its session has ended");
}

static void created(struct share *share, const struct http_response *response)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	const struct value *reply = json_parse(&arena, "a session", buf_text(&response->body),
					       response->body.len, &err);
	const char *id = value_text(value_get(reply, "ID"));
	if (!id || strspn(id, "0123456789abcdef-") != strlen(id)) {
		share_off(share, "the answer names no session");
		return;
	}
	share->session = mem_strdup(id);
	start_timer(share);
	election_try(share);
}

static void renewed(struct share *share, const struct http_response *response)
{
	(void)share;
	(void)response;
}

static bool is_true(const struct http_response *response)
{
	return strncmp(buf_text(&response->body), "true", 4) == 0;
}

static void acquired(struct share *share, const struct http_response *response)
{
	if (is_true(response)) {
		share_leads(share);
		return;
	}
	share_follows(share);
	/* Nobody has it: Consul keeps it for a while. */
	if (share->lock->known && !share->lock->value)
		rest(share);
}

static void published(struct share *share, const struct http_response *response)
{
	share->changed = share->changed || !is_true(response);
	rest(share);
}

static const struct {
	void (*path)(const struct share *share, struct buf *path);
	void (*body)(struct share *share); /* NULL: none */
	void (*take)(struct share *share, const struct http_response *response);
} actions[] = {
	[SHARE_CREATE] = {create_path, create_body, created},
	[SHARE_RENEW] = {renew_path, NULL, renewed},
	[SHARE_ACQUIRE] = {acquire_path, acquire_body, acquired},
	[SHARE_PUBLISH] = {publish_path, publish_body, published},
};

static bool is_session_lost(const struct share *share, const struct http_response *response)
{
	return (share->action == SHARE_RENEW && response->status == 404) ||
	       (response->status >= 400 && strstr(buf_text(&response->body), "invalid session"));
}

static char *what_it_said(const struct http_response *response)
{
	return mem_printf("it answers %ld: %.*s", response->status, SHOWN,
			  buf_text(&response->body));
}

static void retry_over(void *ctx)
{
	struct share *share = ctx;
	share->retry = 0;
	pump_run(share->link);
}

/* Consul is not well, or not for this: its answers may be had all the same. */
static void retry(struct share *share, const char *said)
{
	auto_error struct error err = {0};
	error_set(&err, "%s: sharing: %s", share->link->server.http.name, said);
	uint64_t ms = pump_retry(share->link, &err, ++share->attempts);
	if (ms)
		share->retry = loop_after(share->link->live->loop, ms, retry_over, share);
	else
		share_off(share, said);
}

static void refused(struct share *share, const struct http_response *response)
{
	autofree char *said = what_it_said(response);
	pump_recovered(share->link);
	if (is_session_lost(share, response)) {
		lose_session(share);
	} else if (response->status >= 500) {
		retry(share, said);
	} else {
		share_off(share, said);
	}
}

/* What got no answer is still due: it is asked for again when the link may be used. */
static void done(void *ctx, struct http_response *response)
{
	struct share *share = ctx;
	share->transfer = NULL;
	if (response->failed) {
		pump_outage(share->link, &response->error);
	} else if (response->status != 200) {
		refused(share, response);
	} else {
		share->attempts = 0;
		share->due[share->action] = false;
		pump_recovered(share->link);
		actions[share->action].take(share, response);
	}
	pump_run(share->link);
}

static int send(struct share *share, enum share_action action, struct error *err)
{
	auto_buf struct buf path = {0};
	const struct server *server = &share->link->server;
	actions[action].path(share, &path);
	if (server->query) {
		http_parameter(&path);
		buf_puts(&path, server->query);
	}
	buf_clear(&share->body);
	if (actions[action].body)
		actions[action].body(share);
	const struct http_request request = {
		.method = "PUT",
		.path = path.data,
		.headers = server->headers,
		.body = share->body.data,
		.body_len = share->body.len,
		.timeout_ms = TIMEOUT_MS,
	};
	share->action = action;
	share->link->probing = false;
	share->transfer = http_start(share->link->client, &request, done, share, err);
	return share->transfer ? 0 : -1;
}

/* --- what share.c asks for --- */

void election_begin(struct share *share)
{
	if (share->ttl_ms < LEAST_TTL_MS)
		share->ttl_ms = LEAST_TTL_MS;
	if (share->ttl_ms > MOST_TTL_MS)
		share->ttl_ms = MOST_TTL_MS;
	share->due[SHARE_CREATE] = true;
}

void election_run(struct share *share)
{
	auto_error struct error err = {0};
	size_t action = 0;
	while (action < SHARE_ACTIONS && !share->due[action])
		action++;
	if (share->transfer || share->retry || action == SHARE_ACTIONS)
		return;
	if (send(share, (enum share_action)action, &err) < 0) {
		autofree char *text = error_text(&err);
		share_off(share, text);
	}
}

void election_try(struct share *share)
{
	share->due[SHARE_ACQUIRE] = share->session != NULL;
}

static void destroy_session(const struct share *share)
{
	auto_buf struct buf path = {0};
	auto_error struct error ignored = {0};
	auto_response struct http_response response = {0};
	buf_printf(&path, "/v1/session/destroy/%s", share->session);
	if (share->link->server.query)
		buf_printf(&path, "?%s", share->link->server.query);
	const struct http_request request = {.method = "PUT",
					     .path = path.data,
					     .headers = share->link->server.headers,
					     .timeout_ms = END_MS};
	http_perform(share->link->client, &request, &response, &ignored);
}

void election_end(struct share *share)
{
	stop(share);
	if (share->session && !share->link->down)
		destroy_session(share);
	free(STEAL(share->session));
	buf_free(&share->body);
}
