#include "host/container/values.h"

#include "common/digest.h"
#include "common/kv.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"

#include <string.h>

struct values {
	const struct value *kv;
	const struct consul_target *consul;
	struct http_server server;
	struct http_client *client; /* to Consul, or NULL */
};

struct values *values_new(struct loop *loop, const struct value *kv,
			  const struct consul_target *consul, struct error *err)
{
	struct values *values = mem_alloc(sizeof *values);
	values->kv = kv;
	values->consul = consul;
	if (!consul)
		return values;
	consul_server(consul, &values->server);
	values->client = http_client_new(loop, &values->server, err);
	if (values->client)
		return values;
	values_free(values);
	return NULL;
}

void values_free(struct values *values)
{
	if (!values)
		return;
	http_client_free(values->client);
	free(values);
}

const struct value *values_keys(struct arena *arena, const struct value *own,
				const struct value *given)
{
	if (!own || !given)
		return own ? own : given;
	struct value *merged = value_copy(arena, own);
	for (size_t i = 0; i < given->map.len; i++)
		value_set(arena, merged, given->map.entries[i].key, given->map.entries[i].value);
	return merged;
}

/* A question under way. */
struct question {
	struct values *values;
	struct arena arena;
	struct want want;
	values_answer *answer;
	void *ctx;
	struct http_transfer *transfer; /* while Consul is being asked */
};

static struct question *question_new(struct values *values, const struct value *want,
				     values_answer *answer, void *ctx)
{
	struct question *question = mem_alloc(sizeof *question);
	question->values = values;
	question->answer = answer;
	question->ctx = ctx;
	question->want = want_from_value(&question->arena, want);
	return question;
}

static void question_free(struct question *question)
{
	arena_free(&question->arena);
	free(question);
}

static int from_kv(struct question *question, struct value **found, struct error *err)
{
	static const struct value none = {.kind = VALUE_MAP};
	const struct value *kv = question->values->kv ? question->values->kv : &none;
	return kv_answer(&question->arena, kv, question->want.kind, question->want.name, found,
			 err);
}

/* Consul has no such key, or nothing below the prefix: then the manifest's keys may. */
static bool is_nothing(const struct value *found)
{
	return !found || (found->kind == VALUE_LIST && found->list.len == 0);
}

static int from_consul(struct question *question, struct http_response *response,
		       struct value **found, struct error *err)
{
	struct values *values = question->values;
	if (consul_answer(&question->arena, values->consul, question->want.kind,
			  question->want.name, response, found, err) < 0)
		return -1;
	return is_nothing(*found) && values->kv ? from_kv(question, found, err) : 0;
}

static void finish(struct question *question, struct value *found, struct error *err)
{
	bool failed = error_is_set(err);
	if (failed && !err->exit_code)
		err->exit_code = EXIT_VALUES;
	question->answer(question->ctx, failed ? NULL : found, failed ? err : NULL);
	question_free(question);
}

static void consul_replied(void *ctx, struct http_response *response)
{
	struct question *question = ctx;
	auto_error struct error err = {0};
	struct value *found = NULL;
	from_consul(question, response, &found, &err);
	finish(question, found, &err);
}

enum { CONSUL_TIMEOUT_MS = 30000 };

/* A GET to Consul and the strings it is made of. */
struct consul_get {
	struct buf path;
	char *token;
	const char *headers[2];
	struct http_request request;
};

static void consul_get_free(struct consul_get *get)
{
	buf_free(&get->path);
	free(get->token);
}

static int consul_get(struct consul_get *get, const struct question *question, struct error *err)
{
	const struct consul_target *consul = question->values->consul;
	if (consul_path(&get->path, &question->want, err) < 0)
		return -1;
	if (consul->token)
		get->token = mem_printf("X-Consul-Token: %s", consul->token);
	get->headers[0] = get->token;
	get->request = (struct http_request){.method = "GET",
					     .path = get->path.data,
					     .headers = get->headers,
					     .timeout_ms = CONSUL_TIMEOUT_MS};
	return 0;
}

static int ask_consul(struct question *question, struct error *err)
{
	__attribute__((cleanup(consul_get_free))) struct consul_get get = {0};
	if (consul_get(&get, question, err) < 0)
		return -1;
	question->transfer =
		http_start(question->values->client, &get.request, consul_replied, question, err);
	return question->transfer ? 0 : -1;
}

struct question *values_ask(struct values *values, const struct value *want, values_answer *answer,
			    void *ctx)
{
	struct question *question = question_new(values, want, answer, ctx);
	auto_error struct error err = {0};
	struct value *found = NULL;
	if (values->client) {
		if (ask_consul(question, &err) == 0)
			return question;
	} else {
		from_kv(question, &found, &err);
	}
	finish(question, found, &err);
	return NULL;
}

void values_cancel(struct question *question)
{
	if (!question)
		return;
	http_cancel(question->transfer);
	question_free(question);
}

static int look_up(struct question *question, struct value **found, struct error *err)
{
	struct values *values = question->values;
	if (!values->client)
		return from_kv(question, found, err);
	__attribute__((cleanup(consul_get_free))) struct consul_get get = {0};
	if (consul_get(&get, question, err) < 0)
		return -1;
	auto_response struct http_response response = {0};
	int status = http_perform(values->client, &get.request, &response, err);
	if (status == 0)
		status = from_consul(question, &response, found, err);
	return status;
}

bool values_only_in_target(const char *kind)
{
	return strcmp(kind, "fact") == 0 || strcmp(kind, "env") == 0 || strcmp(kind, "file") == 0;
}

int values_digest(struct values *values, const struct value *want, char hex[HASH_HEX],
		  struct error *err)
{
	struct question *question = question_new(values, want, NULL, NULL);
	struct value *found = NULL;
	int status = look_up(question, &found, err);
	digest_value(status == 0 ? found : NULL, hex);
	question_free(question);
	return status;
}

static int has_changed(struct values *values, const struct value *read, bool *changed,
		       struct error *err)
{
	char hex[HASH_HEX];
	const char *kind = value_text(value_get(read, "kind"));
	const char *before = value_text(value_get(read, "hash"));
	*changed = false;
	if (kind && values_only_in_target(kind))
		return 0;
	int status = values_digest(values, read, hex, err);
	*changed = status < 0 || !before || strcmp(before, hex) != 0;
	return status;
}

int values_changed(struct values *values, const struct value *reads, struct arena *arena,
		   struct value *changed, struct error *err)
{
	for (size_t i = 0; value_is(reads, VALUE_LIST) && i < reads->list.len; i++) {
		bool one = false;
		if (has_changed(values, reads->list.items[i], &one, err) < 0) {
			if (!err->exit_code)
				err->exit_code = EXIT_VALUES;
			return -1;
		}
		if (one)
			value_append(arena, changed, reads->list.items[i]);
	}
	return 0;
}
