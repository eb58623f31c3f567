#include "host/engine/podman/podman.h"

#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/podman/parts.h"
#include "host/engine/podman/service.h"
#include "host/exit_codes.h"

#include <string.h>

struct value *podman_json(struct operation *operation, const struct http_response *response)
{
	auto_error struct error ignored = {0};
	return json_parse(&operation->arena, "Podman's answer", buf_text(&response->body),
			  response->body.len, &ignored);
}

/* --- images --- */

/* Podman's own form of the answer has the health check, the one in Docker's form has not. */
static void interpret_image(struct operation *operation, const struct http_response *response,
			    struct engine_result *result)
{
	struct arena *arena = &operation->arena;
	operation_interpret(operation, response, result);
	podman_familiarize(arena, result->body);
	struct value *config = value_get(result->body, "Config");
	struct value *check = value_get(result->body, "Healthcheck");
	if (result->status != ENGINE_OK || !config || !result->id)
		return;
	if (value_is(check, VALUE_MAP))
		value_set(arena, config, "Healthcheck", check);
	result->id = arena_printf(arena, "sha256:%s", result->id);
	value_set(arena, result->body, "Id", value_string(arena, result->id));
}

static void podman_image_inspect(struct engine *engine, const char *ref, engine_done *done,
				 void *ctx)
{
	struct operation *operation = operation_new(engine, done, ctx);
	auto_buf struct buf path = {0};
	operation->interpret = interpret_image;
	buf_puts(&path, "/libpod/images/");
	http_escape(&path, ref, "/:@");
	buf_puts(&path, "/json");
	operation_get(operation, &path);
}

/* Podman does not look at the tag's parameter, but at what is behind the name. */
static void podman_image_import(struct engine *engine, const void *tar, size_t len,
				const char *repo, const char *tag, const char *const *changes,
				engine_done *done, void *ctx)
{
	autofree char *name = tag ? mem_printf("%s:%s", repo, tag) : mem_strdup(repo);
	docker_image_import(engine, tar, len, name, NULL, changes, done, ctx);
}

/* --- opening --- */

static void podman_close(struct engine *engine)
{
	struct service *service = ((struct docker *)engine)->service;
	docker_close(engine);
	service_end(service);
}

/* The socket of this user's own service, or NULL. */
static char *own_socket(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	if (geteuid() == 0)
		return mem_strdup("/run/podman/podman.sock");
	return runtime ? mem_printf("%s/podman/podman.sock", runtime) : NULL;
}

static struct docker *new_docker(struct loop *loop)
{
	struct docker *docker = mem_alloc(sizeof *docker);
	docker->engine.driver = &podman_driver;
	docker->engine.loop = loop;
	return docker;
}

static struct engine *open_own(struct loop *loop)
{
	auto_error struct error ignored = {0};
	autofree char *socket = own_socket();
	if (!socket || access(socket, F_OK) < 0)
		return NULL;
	autofree char *url = mem_printf("unix://%s", socket);
	return docker_connect(new_docker(loop), &(struct engine_address){.url = url}, &ignored);
}

static struct engine *open_service(struct loop *loop, const char *storage, struct error *err)
{
	struct service *service = service_start(storage, err);
	if (!service) {
		error_class(err, EXIT_ENGINE, ERROR_ENGINE_UNREACHABLE);
		return NULL;
	}
	struct docker *docker = new_docker(loop);
	docker->service = service;
	autofree char *url = mem_printf("unix://%s", service_socket(service));
	return docker_connect(docker, &(struct engine_address){.url = url}, err);
}

static struct engine *refuse_endpoint(const char *endpoint, struct error *err)
{
	error_set(err, "the endpoint '%s' is none: use podman: or podman:/DIRECTORY", endpoint);
	error_class(err, EXIT_ENGINE, ERROR_ENGINE_ENDPOINT);
	return NULL;
}

struct engine *podman_open(struct loop *loop, const struct engine_address *address,
			   struct error *err)
{
	const char *endpoint = address->url;
	const char *storage = strchr(endpoint, ':') + 1;
	if (strncmp(storage, "//", 2) == 0)
		storage += 2;
	if (*storage && *storage != '/')
		return refuse_endpoint(endpoint, err);
	struct engine *engine = *storage ? NULL : open_own(loop);
	if (!engine)
		engine = open_service(loop, *storage ? storage : NULL, err);
	if (!engine)
		return NULL;
	free(STEAL(engine->endpoint));
	engine->endpoint = mem_strdup(endpoint);
	return engine;
}

const struct engine_driver podman_driver = {
	.inventory = &podman_inventory,
	.name = "podman",
	.image_list = podman_image_list,
	.close = podman_close,
	.create = podman_create,
	.commit = podman_commit,
	.list_named = podman_list_named,
	.image_inspect = podman_image_inspect,
	.image_import = podman_image_import,
	DOCKER_OPERATIONS,
};
