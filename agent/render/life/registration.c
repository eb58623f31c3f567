#include "agent/render/life/registration.h"

#include "agent/render/life/gather.h"
#include "agent/render/life/register.h"
#include "agent/render/life/register_node.h"
#include "common/consul.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

enum { ANSWER_MS = 30000, LARGEST_ANSWER = 64 << 20 };

struct registration {
	struct loop *loop;
	struct journal *journal;
	const struct facts_settings *facts;
	const struct server_settings *consul;
	char *prefix; /* without slashes around it; NULL: none */
	/* Until a round fails: what it needs may be made anew, as a token's file. */
	struct arena server_arena;
	struct server server;
	struct http_client *client;
	unsigned failures; /* one after the other */
	uint32_t timer;
	/* Of a round: */
	struct arena arena;
	struct gather *gather;
	struct http_transfer *transfer;
	struct value *known, *changes; /* facts; what is to be changed */
	size_t changed;                /* of these */
	struct buf body;
};

static void begin(void *ctx);

static void end_round(struct registration *registration, uint64_t pause_ms)
{
	arena_free(&registration->arena);
	buf_clear(&registration->body);
	registration->known = registration->changes = NULL;
	registration->changed = 0;
	registration->timer = loop_after(registration->loop, pause_ms, begin, registration);
}

static void forget_server(struct registration *registration)
{
	http_client_free(STEAL(registration->client));
	arena_free(&registration->server_arena);
}

static uint64_t backoff(const struct registration *registration)
{
	const struct retry_settings *retry = &registration->consul->retry;
	uint64_t ms = retry->backoff_ms ? retry->backoff_ms : 1;
	for (unsigned i = 1; i < registration->failures && ms < retry->max_backoff_ms; i++)
		ms *= 2;
	return ms < retry->max_backoff_ms ? ms : retry->max_backoff_ms;
}

/* Said once, however long it lasts. */
static void fail(struct registration *registration, const struct error *err)
{
	autofree char *text = error_text(err);
	journal_write(registration->journal, registration->failures ? JOURNAL_DEBUG : JOURNAL_WARN,
		      "(facts) not registered: %s (tried again until it works)", text);
	registration->failures++;
	end_round(registration, backoff(registration));
}

static void succeed(struct registration *registration)
{
	if (registration->failures)
		journal_write(registration->journal, JOURNAL_WARN, "(facts) registered again");
	registration->failures = 0;
	end_round(registration, registration->facts->interval_ms);
}

/* --- asking --- */

static int send(struct registration *registration, const char *method, struct buf *path,
		http_done *done, struct error *err)
{
	const struct server *server = &registration->server;
	if (server->query) {
		http_parameter(path);
		buf_puts(path, server->query);
	}
	const struct http_request request = {
		.method = method,
		.path = buf_text(path),
		.headers = server->headers,
		.body = registration->body.len ? registration->body.data : NULL,
		.body_len = registration->body.len,
		.body_limit = LARGEST_ANSWER,
		.timeout_ms = ANSWER_MS};
	registration->transfer =
		http_start(registration->client, &request, done, registration, err);
	return registration->transfer ? 0 : -1;
}

static int answer_of(struct registration *registration, const char *kind, const char *name,
		     struct http_response *response, struct value **answer, struct error *err)
{
	const struct consul_target target = {.name = (char *)registration->server.http.name};
	registration->transfer = NULL;
	buf_clear(&registration->body);
	return consul_answer(&registration->arena, &target, kind, name, response, answer, err);
}

/* Any kind that is plain JSON tells success and refusal apart. */
static int is_done(struct registration *registration, struct http_response *response,
		   struct error *err)
{
	struct value *answer;
	return answer_of(registration, "services", "", response, &answer, err);
}

static void ask(struct registration *registration, const char *kind, const char *name,
		http_done *done)
{
	auto_error struct error err = {0};
	auto_buf struct buf path = {0};
	const struct want want = {.kind = kind, .name = name};
	if (consul_path(&path, &want, &err) < 0 || send(registration, "GET", &path, done, &err) < 0)
		fail(registration, &err);
}

/* --- the catalog --- */

static void on_node_changed(void *ctx, struct http_response *response)
{
	struct registration *registration = ctx;
	auto_error struct error err = {0};
	if (is_done(registration, response, &err) < 0)
		fail(registration, &err);
	else
		succeed(registration);
}

static int change_node(struct registration *registration, const struct value *there,
		       struct error *err)
{
	auto_buf struct buf path = {0};
	if (register_node(&registration->arena, &registration->body, registration->facts->node,
			  registration->known, there, err) < 0)
		return -1;
	if (!registration->body.len) {
		succeed(registration);
		return 0;
	}
	journal_write(registration->journal, JOURNAL_INFO, "(facts) the node %s has changed",
		      registration->facts->node);
	buf_puts(&path, "/v1/catalog/register");
	return send(registration, "PUT", &path, on_node_changed, err);
}

static void on_node(void *ctx, struct http_response *response)
{
	struct registration *registration = ctx;
	auto_error struct error err = {0};
	struct value *there;
	if (answer_of(registration, "node", registration->facts->node, response, &there, &err) <
		    0 ||
	    change_node(registration, there, &err) < 0)
		fail(registration, &err);
}

static void go_on_with_node(struct registration *registration)
{
	if (registration->facts->node)
		ask(registration, "node", registration->facts->node, on_node);
	else
		succeed(registration);
}

/* --- keys --- */

static void change(struct registration *registration);

static void on_changed(void *ctx, struct http_response *response)
{
	enum { ROLLED_BACK = 409 };
	struct registration *registration = ctx;
	auto_error struct error err = {0};
	int status = is_done(registration, response, &err);
	if (response->status == ROLLED_BACK)
		status = register_refused(&registration->arena, registration->server.http.name,
					  registration->prefix, &response->body, &err);
	if (status < 0)
		fail(registration, &err);
	else
		change(registration);
}

static void change(struct registration *registration)
{
	auto_error struct error err = {0};
	auto_buf struct buf path = {0};
	if (registration->changed == registration->changes->map.len) {
		if (registration->changed)
			journal_write(registration->journal, JOURNAL_INFO,
				      "(facts) %zu keys changed below %s/", registration->changed,
				      registration->prefix);
		go_on_with_node(registration);
		return;
	}
	registration->changed += register_body(&registration->body, registration->prefix,
					       registration->changes, registration->changed);
	buf_puts(&path, "/v1/txn");
	if (send(registration, "PUT", &path, on_changed, &err) < 0)
		fail(registration, &err);
}

static void on_keys(void *ctx, struct http_response *response)
{
	struct registration *registration = ctx;
	auto_error struct error err = {0};
	struct value *keys;
	if (answer_of(registration, "tree", registration->prefix, response, &keys, &err) < 0) {
		fail(registration, &err);
		return;
	}
	registration->changes = register_changes(&registration->arena, registration->known, keys,
						 gather_patterns(registration->facts));
	change(registration);
}

static int find_server(struct registration *registration, struct error *err)
{
	if (registration->failures)
		forget_server(registration);
	if (registration->client)
		return 0;
	if (server_find("Consul", registration->consul, &registration->server_arena,
			&registration->server, err) < 0)
		return -1;
	registration->client = http_client_new(registration->loop, &registration->server.http, err);
	return registration->client ? 0 : -1;
}

/* --- a round --- */

static void on_facts(void *ctx, struct value *facts, struct error *err)
{
	struct registration *registration = ctx;
	registration->gather = NULL;
	registration->known = facts;
	if (!facts || find_server(registration, err) < 0)
		fail(registration, err);
	else if (registration->prefix)
		ask(registration, "tree", registration->prefix, on_keys);
	else
		go_on_with_node(registration);
}

static void begin(void *ctx)
{
	struct registration *registration = ctx;
	auto_error struct error err = {0};
	registration->timer = 0;
	registration->gather = gather_start(registration->loop, registration->facts,
					    &registration->arena, on_facts, registration, &err);
	if (!registration->gather)
		fail(registration, &err);
}

/* Slashes around it add nothing to a key. */
static char *trim(const char *prefix)
{
	prefix += strspn(prefix, "/");
	size_t len = strlen(prefix);
	while (len && prefix[len - 1] == '/')
		len--;
	return mem_strndup(prefix, len);
}

struct registration *registration_new(struct loop *loop, struct journal *journal,
				      const struct facts_settings *facts,
				      const struct server_settings *consul)
{
	struct registration *registration = mem_alloc(sizeof *registration);
	*registration = (struct registration){.loop = loop,
					      .journal = journal,
					      .facts = facts,
					      .consul = consul,
					      .prefix = facts->prefix ? trim(facts->prefix) : NULL};
	registration->timer = loop_after(loop, 0, begin, registration);
	return registration;
}

void registration_free(struct registration *registration)
{
	if (!registration)
		return;
	loop_cancel(registration->loop, registration->timer);
	gather_cancel(registration->gather);
	if (registration->transfer)
		http_cancel(registration->transfer);
	forget_server(registration);
	arena_free(&registration->arena);
	buf_free(&registration->body);
	free(registration->prefix);
	free(registration);
}
