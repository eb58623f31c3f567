#include "host/fleet/question.h"

#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"

#include <stdlib.h>
#include <string.h>

enum { SHORT_MS = 5000 };

/* --- questions --- */

static void begin(struct fleet_question *question, enum fleet_asks asks, const char *path,
		  const char *name)
{
	question->asks = asks;
	question->patience_ms = SHORT_MS;
	buf_puts(&question->path, path);
	http_escape(&question->path, name, "/");
}

/* Without a delay for others: what a session held is free when the session ends. */
void fleet_ask_for_session(struct fleet_question *question, const char *name)
{
	begin(question, FLEET_ASKS_SESSION, "/v1/session/create", "");
	buf_puts(&question->body, "{\"Name\":");
	json_write_string(&question->body, name, strlen(name));
	buf_printf(&question->body,
		   ",\"TTL\":\"%ds\",\"Behavior\":\"delete\",\"LockDelay\":\"0s\"}", FLEET_TTL_S);
}

void fleet_ask_for_renewal(struct fleet_question *question, const char *session)
{
	begin(question, FLEET_ASKS_RENEWAL, "/v1/session/renew/", session);
}

void fleet_ask_for_end(struct fleet_question *question, const char *session)
{
	begin(question, FLEET_ASKS_END, "/v1/session/destroy/", session);
}

void fleet_ask_for_key(struct fleet_question *question, const char *key, const char *session,
		       const char *value)
{
	begin(question, FLEET_ASKS_KEY, "/v1/kv/", key);
	buf_puts(&question->path, "?acquire=");
	http_escape(&question->path, session, "");
	buf_puts(&question->body, value);
}

/* Not a plain DELETE: where the session has ended meanwhile, the key may be somebody else's. */
void fleet_ask_to_drop(struct fleet_question *question, const char *key, const char *session)
{
	struct buf *body = &question->body;
	begin(question, FLEET_ASKS_DROP, "/v1/txn", "");
	buf_puts(body, "[{\"KV\":{\"Verb\":\"check-session\",\"Key\":");
	json_write_string(body, key, strlen(key));
	buf_puts(body, ",\"Session\":");
	json_write_string(body, session, strlen(session));
	buf_puts(body, "}},{\"KV\":{\"Verb\":\"delete\",\"Key\":");
	json_write_string(body, key, strlen(key));
	buf_puts(body, "}}]");
}

/* Consul adds up to a sixteenth to the time for which it waits. */
void fleet_ask_for_view(struct fleet_question *question, const char *prefix, uint64_t index)
{
	begin(question, FLEET_ASKS_VIEW, "/v1/kv/", prefix);
	buf_puts(&question->path, "/?recurse");
	if (!index)
		return;
	buf_printf(&question->path, "&index=%llu&wait=%ds", (unsigned long long)index,
		   FLEET_WATCH_S);
	question->patience_ms = SHORT_MS + FLEET_WATCH_S * 1000 * 17 / 16;
}

void fleet_question_free(struct fleet_question *question)
{
	buf_free(&question->path);
	buf_free(&question->body);
}

/* --- replies --- */

static bool says(const struct http_response *response, const char *text)
{
	const char *body = buf_text(&response->body);
	size_t len = strlen(text);
	return strncmp(body, text, len) == 0 && !body[len + strspn(body + len, " \r\n")];
}

static enum fleet_reply strange(const struct consul_target *consul, struct error *err)
{
	error_set(err, "%s gave no answer that is one: is something else listening there?",
		  consul->name);
	error_class(err, EXIT_VALUES, ERROR_CONSUL_ANSWER);
	return FLEET_BAD;
}

/* Statuses that say more than "it went wrong", by what was asked. */
static const struct {
	enum fleet_asks asked;
	long status;
	enum fleet_reply reply;
} meanings[] = {
	{FLEET_ASKS_RENEWAL, 404, FLEET_LOST},
	{FLEET_ASKS_END, 404, FLEET_YES},
	{FLEET_ASKS_DROP, 409, FLEET_NO},
	{FLEET_ASKS_VIEW, 404, FLEET_YES}, /* there are no keys */
};

/* A server that has no leader, or too much to do. */
static bool is_passing(long status)
{
	return status >= 500 || status == 429;
}

static enum fleet_reply judge(enum fleet_asks asked, const struct consul_target *consul,
			      const struct http_response *response, struct error *err)
{
	for (size_t i = 0; i < COUNT_OF(meanings); i++)
		if (meanings[i].asked == asked && meanings[i].status == response->status)
			return meanings[i].reply;
	if (asked == FLEET_ASKS_KEY && response->status == 500 &&
	    strstr(buf_text(&response->body), "invalid session"))
		return FLEET_LOST;
	consul_refused(consul, response,
		       "allow `session` and `key_prefix` to be written, for a fleet", err);
	return is_passing(response->status) ? FLEET_AWAY : FLEET_BAD;
}

enum fleet_reply fleet_reply(enum fleet_asks asked, const struct consul_target *consul,
			     const struct http_response *response, struct error *err)
{
	if (response->failed) {
		consul_unreachable(response, err);
		return FLEET_AWAY;
	}
	if (response->status != 200)
		return judge(asked, consul, response, err);
	if (asked != FLEET_ASKS_KEY || says(response, "true"))
		return FLEET_YES;
	return says(response, "false") ? FLEET_NO : strange(consul, err);
}

char *fleet_reply_session(const struct http_response *response)
{
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	const struct value *reply = json_parse(&arena, "the session", buf_text(&response->body),
					       response->body.len, &ignored);
	const char *id = value_text(value_get(reply, "ID"));
	return id && *id ? mem_strdup(id) : NULL;
}

uint64_t fleet_reply_index(const struct http_response *response)
{
	auto_buf struct buf text = {0};
	const char *index = http_header(response, "X-Consul-Index", &text);
	return index ? strtoull(index, NULL, 10) : 0;
}
