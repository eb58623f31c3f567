/* An endpoint of the Docker Engine API: found, and its version agreed upon. */
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/parts.h"
#include "host/exit_codes.h"

#include <errno.h>
#include <string.h>

/* 1.43 is the newest version of the API that we know (docs.docker.com/reference/api/engine). */
enum { API_MINOR = 43, OPEN_TIMEOUT_MS = 10000 };

/* What to do about it, behind what is wrong. */
static void add_advice(const struct http_response *response, struct error *err)
{
	static const struct {
		int number;
		enum error_code code;
		const char *advice;
	} known[] = {
		{EACCES, ERROR_ENGINE_PERMISSION, "are you in the group docker?"},
		{ENOENT, ERROR_ENGINE_UNREACHABLE,
		 "start dockerd, or name another engine by --endpoint or DOCKER_HOST"},
		{ECONNREFUSED, ERROR_ENGINE_UNREACHABLE,
		 "start dockerd, or name another engine by --endpoint or DOCKER_HOST"},
	};
	err->code = ERROR_ENGINE_UNREACHABLE;
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		if (known[i].number != response->os_error)
			continue;
		autofree char *reason = STEAL(err->message);
		error_set(err, "%s: %s", reason, known[i].advice);
		err->code = known[i].code;
	}
}

/* Such as a server of TLS that is spoken to without. */
static int no_engine(const struct engine *engine, const struct http_response *response,
		     struct error *err)
{
	const char *said = buf_text(&response->body);
	error_set(err, "%s answered with status %ld: is it one? It says: %.*s",
		  engine->endpoint.name, response->status, (int)strcspn(said, "\r\n"), said);
	return error_class(err, EXIT_ENGINE, ERROR_ENGINE_OTHER);
}

static int read_version(const struct engine *engine, struct arena *arena,
			const struct http_response *response, struct value **version,
			struct error *err)
{
	*version = json_parse(arena, engine->endpoint.name, buf_text(&response->body),
			      response->body.len, err);
	if (*version)
		return 0;
	return error_class(err, EXIT_ENGINE, ERROR_ENGINE_OTHER);
}

static int ask_version(struct engine *engine, struct arena *arena, struct value **version,
		       struct error *err)
{
	struct http_request request = {
		.method = "GET", .path = "/version", .timeout_ms = OPEN_TIMEOUT_MS};
	struct http_response response = {0};
	int status = http_perform(engine->client, &request, &response, err);
	if (status < 0)
		add_advice(&response, err);
	else if (response.status != 200)
		status = no_engine(engine, &response, err);
	else
		status = read_version(engine, arena, &response, version, err);
	http_response_free(&response);
	return status;
}

static bool is_podman(const struct value *version)
{
	const struct value *components = value_get(version, "Components");
	for (size_t i = 0; value_is(components, VALUE_LIST) && i < components->list.len; i++) {
		const char *name = value_text(value_get(components->list.items[i], "Name"));
		if (name && strncmp(name, "Podman", 6) == 0)
			return true;
	}
	return false;
}

/* The minor number of version 1.MINOR; -1 for any other. */
static int minor_of(const char *version)
{
	unsigned major, minor;
	if (!version || sscanf(version, "%u.%u", &major, &minor) != 2 || major != 1 || minor > 999)
		return -1;
	return (int)minor;
}

/* The newest that both know; or their oldest (Docker 29 refuses what is older than 1.44, and what
 * we use has not changed since). */
static int agree(struct engine *engine, const struct value *version, struct error *err)
{
	int newest = minor_of(value_text(value_get(version, "ApiVersion")));
	int oldest = minor_of(value_text(value_get(version, "MinAPIVersion")));
	const char *number = value_text(value_get(version, "Version"));
	if (newest < 0) {
		error_set(err, "%s speaks no version of the API that factory knows",
			  engine->endpoint.name);
		return error_class(err, EXIT_ENGINE, ERROR_ENGINE_OTHER);
	}
	int minor = newest < API_MINOR ? newest : oldest > API_MINOR ? oldest : API_MINOR;
	snprintf(engine->prefix, sizeof engine->prefix, "/v1.%d", minor);
	engine->answers_late = is_podman(version);
	engine->name = mem_strdup(engine->answers_late ? "podman" : "docker");
	engine->version = mem_strdup(number ? number : "");
	return 0;
}

static int connect_to(struct engine *engine, const char *url, struct error *err)
{
	auto_arena struct arena arena = {0};
	struct value *version = NULL;
	if (endpoint_parse(&engine->endpoint, url, err) < 0)
		return error_class(err, EXIT_ENGINE, ERROR_ENGINE_ENDPOINT);
	endpoint_server(&engine->endpoint, &engine->server);
	engine->client = http_client_new(engine->loop, &engine->server, err);
	if (!engine->client || ask_version(engine, &arena, &version, err) < 0)
		return -1;
	return agree(engine, version, err);
}

struct engine *engine_open(struct loop *loop, const char *endpoint, struct error *err)
{
	struct engine *engine = mem_alloc(sizeof *engine);
	engine->loop = loop;
	engine->patience_ms = ENGINE_PATIENCE_MS;
	if (connect_to(engine, endpoint, err) == 0)
		return engine;
	err->exit_code = EXIT_ENGINE;
	engine_close(engine);
	return NULL;
}

void engine_close(struct engine *engine)
{
	if (!engine)
		return;
	engine_abandon(engine);
	http_client_free(engine->client);
	endpoint_free(&engine->endpoint);
	free(engine->name);
	free(engine->version);
	free(engine);
}

void engine_set_patience(struct engine *engine, uint64_t ms)
{
	engine->patience_ms = ms;
}

uint64_t engine_patience(const struct engine *engine)
{
	return engine->patience_ms;
}

const char *engine_endpoint(const struct engine *engine)
{
	return engine->endpoint.url;
}

const char *engine_name(const struct engine *engine)
{
	return engine->name;
}

const char *engine_version(const struct engine *engine)
{
	return engine->version;
}
