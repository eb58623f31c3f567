/* An endpoint of the Docker Engine API: found, and its version agreed upon. */
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/docker/parts.h"
#include "host/engine/podman/podman.h"
#include "host/exit_codes.h"

#include <errno.h>
#include <string.h>

/* Versions of the API (docs.docker.com/reference/api/engine) are 1.MINOR. The newest that we know
 * is 1.44, and engines up to 1.52 (Docker 29) take it. */
enum { API_MINOR = 44, API_MINOR_SEEN = 52, OPEN_TIMEOUT_MS = 10000 };

static uint64_t open_ms(const struct docker *docker)
{
	uint64_t patience = engine_patience(&docker->engine);
	return patience < OPEN_TIMEOUT_MS ? patience : OPEN_TIMEOUT_MS;
}

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
		autofree char *reason = error_take(err);
		error_set(err, "%s: %s", reason, known[i].advice);
		err->code = known[i].code;
	}
}

/* Such as a server of TLS that is spoken to without. */
static int no_engine(const struct docker *docker, const struct http_response *response,
		     struct error *err)
{
	const char *said = buf_text(&response->body);
	error_set(err, "%s answered with status %ld: is it one? It says: %.*s",
		  docker->endpoint.name, response->status, (int)strcspn(said, "\r\n"), said);
	return error_class(err, EXIT_ENGINE, ERROR_ENGINE_OTHER);
}

static int ask(struct docker *docker, const char *path, struct http_response *response,
	       struct error *err)
{
	const struct http_request request = {
		.method = "GET", .path = path, .timeout_ms = open_ms(docker)};
	if (http_perform(docker->client, &request, response, err) < 0) {
		add_advice(response, err);
		return -1;
	}
	return response->status == 200 ? 0 : no_engine(docker, response, err);
}

/* The minor number of version 1.MINOR; -1 for any other. */
static int minor_of(const char *version)
{
	unsigned major, minor;
	if (!version || sscanf(version, "%u.%u", &major, &minor) != 2 || major != 1 || minor > 999)
		return -1;
	return (int)minor;
}

/* What an engine says about itself. */
struct greeting {
	int newest, oldest; /* minor versions of the API; -1: not said */
	bool podman;
	char *version; /* owned; NULL: not said */
};

static void free_greeting(struct greeting *greeting)
{
	free(STEAL(greeting->version));
}

/* The headers of /_ping, which every engine answers at once: /version takes Docker 4 ms and Podman
 * 260, for each asks the programs that it uses for theirs. False: something is missing. */
static bool read_ping(const struct http_response *response, struct greeting *greeting)
{
	auto_buf struct buf value = {0};
	greeting->newest = minor_of(http_header(response, "Api-Version", &value));
	greeting->podman = http_header(response, "Libpod-Api-Version", &value) != NULL;
	const char *server = http_header(response, "Server", &value);
	const char *slash = server ? strchr(server, '/') : NULL;
	bool itself = slash && strncmp(server, greeting->podman ? "Libpod/" : "Docker/", 7) == 0;
	if (itself) /* and no proxy before it */
		greeting->version = mem_strndup(slash + 1, strcspn(slash + 1, " "));
	return itself && greeting->newest >= 0 && greeting->newest <= API_MINOR_SEEN;
}

static bool names_podman(const struct value *version)
{
	const struct value *components = value_get(version, "Components");
	for (size_t i = 0; value_is(components, VALUE_LIST) && i < components->list.len; i++) {
		const char *name = value_text(value_get(components->list.items[i], "Name"));
		if (name && strncmp(name, "Podman", 6) == 0)
			return true;
	}
	return false;
}

static int read_version(const struct docker *docker, const struct http_response *response,
			struct greeting *greeting, struct error *err)
{
	auto_arena struct arena arena = {0};
	const struct value *version = json_parse(
		&arena, docker->endpoint.name, buf_text(&response->body), response->body.len, err);
	if (!version)
		return error_class(err, EXIT_ENGINE, ERROR_ENGINE_OTHER);
	const char *number = value_text(value_get(version, "Version"));
	free_greeting(greeting);
	*greeting = (struct greeting){
		.newest = minor_of(value_text(value_get(version, "ApiVersion"))),
		.oldest = minor_of(value_text(value_get(version, "MinAPIVersion"))),
		.podman = names_podman(version),
		.version = mem_strdup(number ? number : ""),
	};
	return 0;
}

static int greet(struct docker *docker, struct greeting *greeting, struct error *err)
{
	auto_response struct http_response ping = {0}, version = {0};
	int status = ask(docker, "/_ping", &ping, err);
	if (status == 0 && !read_ping(&ping, greeting)) {
		status = ask(docker, "/version", &version, err);
		if (status == 0)
			status = read_version(docker, &version, greeting, err);
	}
	return status;
}

/* The newest that both know; or their oldest, for what we use changes seldom. */
static int agree(struct docker *docker, struct greeting *greeting, struct error *err)
{
	int newest = greeting->newest, oldest = greeting->oldest;
	docker->engine.version = STEAL(greeting->version);
	if (newest < 0) {
		error_set(err, "%s speaks no version of the API that factory knows",
			  docker->endpoint.name);
		return error_class(err, EXIT_ENGINE, ERROR_ENGINE_OTHER);
	}
	int minor = newest < API_MINOR ? newest : oldest > API_MINOR ? oldest : API_MINOR;
	snprintf(docker->prefix, sizeof docker->prefix, "/v1.%d", minor);
	if (greeting->podman)
		docker->engine.driver = &podman_driver;
	return 0;
}

static int find(struct docker *docker, const struct engine_address *address, struct error *err)
{
	if (endpoint_parse(&docker->endpoint, address->url, address->tls, err) < 0)
		return error_class(err, EXIT_ENGINE, ERROR_ENGINE_ENDPOINT);
	docker->engine.endpoint = mem_strdup(docker->endpoint.url);
	docker->engine.local = docker->endpoint.unix_socket != NULL;
	docker->engine.patience_ms = address->patience_ms;
	endpoint_server(&docker->endpoint, &docker->server);
	docker->server.connect_ms = (uint32_t)open_ms(docker);
	docker->client = http_client_new(docker->engine.loop, &docker->server, err);
	return docker->client ? 0 : -1;
}

static int connect_to(struct docker *docker, const struct engine_address *address,
		      struct error *err)
{
	__attribute__((cleanup(free_greeting))) struct greeting greeting = {.oldest = -1};
	if (find(docker, address, err) < 0 || greet(docker, &greeting, err) < 0)
		return -1;
	return agree(docker, &greeting, err);
}

static const struct engine_driver docker_driver = {
	.inventory = &docker_inventory,
	.name = "docker",
	.image_list = docker_image_list,
	.close = docker_close,
	.create = docker_create,
	.commit = docker_commit,
	.list_named = docker_list_named,
	.image_inspect = docker_image_inspect,
	.image_import = docker_image_import,
	DOCKER_OPERATIONS,
};

struct engine *docker_open(struct loop *loop, const struct engine_address *address,
			   struct error *err)
{
	struct docker *docker = mem_alloc(sizeof *docker);
	docker->engine.driver = &docker_driver;
	docker->engine.loop = loop;
	return docker_connect(docker, address, err);
}

struct engine *docker_knock(struct loop *loop, const struct engine_address *address,
			    engine_done *done, void *ctx, struct error *err)
{
	struct docker *docker = mem_alloc(sizeof *docker);
	docker->engine.driver = &docker_driver;
	docker->engine.loop = loop;
	auto_engine struct engine *engine = &docker->engine;
	if (find(docker, address, err) < 0)
		return NULL;
	docker->engine.patience_ms = open_ms(docker);
	docker_ping(&docker->engine, done, ctx);
	return STEAL(engine);
}

struct engine *docker_connect(struct docker *docker, const struct engine_address *address,
			      struct error *err)
{
	auto_engine struct engine *engine = &docker->engine;
	return connect_to(docker, address, err) == 0 ? STEAL(engine) : NULL;
}

void docker_close(struct engine *engine)
{
	struct docker *docker = (struct docker *)engine;
	docker_abandon(engine);
	error_clear(&docker->lost);
	http_client_free(docker->client);
	endpoint_free(&docker->endpoint);
	engine_release(engine);
}
