/* An endpoint of the Docker Engine API: found, and its version agreed upon. */
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/parts.h"
#include "host/exit_codes.h"

#include <errno.h>
#include <string.h>

/* The newest version of the API that we know (docs.docker.com/reference/api/engine). */
enum { API_MAJOR = 1, API_MINOR = 43, OPEN_TIMEOUT_MS = 10000 };

static void add_advice(const struct http_response *response, struct error *err)
{
	if (response->os_error == EACCES)
		error_wrap(err, "permission denied (are you in the group docker?)");
	else if (response->os_error == ENOENT || response->os_error == ECONNREFUSED)
		error_wrap(err, "is an engine running? Name another by --endpoint or DOCKER_HOST");
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
		status = error_set(err, "%s answered with status %ld: is it one?",
				   engine->endpoint.name, response.status);
	else
		*version = json_parse(arena, engine->endpoint.name, buf_text(&response.body),
				      response.body.len, err);
	http_response_free(&response);
	return status < 0 || !*version ? -1 : 0;
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

static int agree(struct engine *engine, const struct value *version, struct error *err)
{
	const char *theirs = value_text(value_get(version, "ApiVersion"));
	const char *number = value_text(value_get(version, "Version"));
	unsigned major = 0, minor = 0;
	if (!theirs || sscanf(theirs, "%u.%u", &major, &minor) != 2 || major != API_MAJOR)
		return error_set(err, "%s speaks no version of the API that factory knows",
				 engine->endpoint.name);
	if (minor > API_MINOR)
		minor = API_MINOR;
	snprintf(engine->prefix, sizeof engine->prefix, "/v%u.%u", major, minor);
	engine->name = mem_strdup(is_podman(version) ? "podman" : "docker");
	engine->version = mem_strdup(number ? number : "");
	return 0;
}

static int connect_to(struct engine *engine, const char *url, struct error *err)
{
	auto_arena struct arena arena = {0};
	struct value *version = NULL;
	if (endpoint_parse(&engine->endpoint, url, err) < 0)
		return -1;
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
