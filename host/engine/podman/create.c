/* Creating a container. Podman fills a volume only when a container first mounts it, and asks for
 * limits that a small machine may not give. */
#include "host/engine/podman/parts.h"

#include <string.h>
#include <sys/resource.h>

/* What Podman asks of the kernel for a container where nobody says otherwise; and how many
 * processes it leaves to itself at most, where it may not ask for more. */
enum { ASKED = 1048576, OWN_PROCESSES = 32768 };

/* One limit where this machine's own is lower than what Podman would ask for: asking would fail. */
static void add_limit(struct arena *arena, struct value *list, const char *name, int resource,
		      rlim_t most)
{
	struct rlimit limit;
	if (getrlimit(resource, &limit) < 0 || limit.rlim_max >= ASKED)
		return;
	int64_t hard = (int64_t)(limit.rlim_max < most ? limit.rlim_max : most);
	int64_t soft = (int64_t)limit.rlim_cur;
	struct value *entry = value_map(arena);
	value_set(arena, entry, "Name", value_string(arena, name));
	value_set(arena, entry, "Soft", value_int(arena, soft < hard ? soft : hard));
	value_set(arena, entry, "Hard", value_int(arena, hard));
	value_append(arena, list, entry);
}

/* Only for an engine on this machine: of another one's limits nothing is known. */
static void set_limits(const struct docker *docker, struct arena *arena, struct value *host)
{
	struct value *limits = value_list(arena);
	if (!docker->endpoint.unix_socket)
		return;
	add_limit(arena, limits, "nofile", RLIMIT_NOFILE, ASKED);
	add_limit(arena, limits, "nproc", RLIMIT_NPROC, OWN_PROCESSES);
	if (limits->list.len)
		value_set(arena, host, "Ulimits", limits);
}

/* What follows once the data container is known to be filled. */
struct creation {
	const char *name;
	const struct value *spec;
	char *data; /* container, or NULL */
};

static void create_now(struct operation *operation)
{
	const struct creation *creation = operation->work;
	operation->proceed = NULL;
	docker_send_creation(operation, creation->name, creation->spec);
}

/* Whatever became of the start, creating says what is wrong. */
static bool data_started(struct operation *operation, const struct http_response *response)
{
	(void)response;
	create_now(operation);
	return true;
}

/* Starting it once fills its volumes; what its program does then does not matter, nor its end. */
static bool data_inspected(struct operation *operation, const struct http_response *response)
{
	const struct creation *creation = operation->work;
	const struct value *found = podman_json(operation, response);
	const char *state = value_text(value_path(found, "State.Status"));
	bool empty = state && (strcmp(state, "created") == 0 || strcmp(state, "configured") == 0);
	auto_buf struct buf path = {0};
	if (!empty)
		return data_started(operation, response);
	operation->proceed = data_started;
	path_container(&path, creation->data, "/start");
	operation_send(operation, "POST", &path, NULL);
	return true;
}

static void look_at_data(struct operation *operation)
{
	const struct creation *creation = operation->work;
	auto_buf struct buf path = {0};
	operation->proceed = data_inspected;
	path_container(&path, creation->data, "/json");
	operation_send(operation, "GET", &path, NULL);
}

/* As Docker says that a name is in use: by a status of its own. */
static void interpret(struct operation *operation, const struct http_response *response,
		      struct engine_result *result)
{
	operation_interpret(operation, response, result);
	if (result->status == ENGINE_FAILED && strstr(buf_text(&response->body), "already in use"))
		result->status = ENGINE_CONFLICT;
}

void podman_create(struct engine *engine, const struct engine_container *container,
		   engine_done *done, void *ctx)
{
	struct docker *docker = (struct docker *)engine;
	struct operation *operation = operation_new(engine, done, ctx);
	struct arena *arena = &operation->arena;
	struct engine_container ours = *container;
	struct creation *creation = arena_alloc(arena, sizeof *creation);
	if (!ours.session && !ours.network) /* it will only be started to be filled */
		ours.network = "none";
	struct value *spec = docker_container_spec(arena, &ours);
	set_limits(docker, arena, value_get(spec, "HostConfig"));
	creation->spec = spec;
	creation->name = ours.name ? arena_strdup(arena, ours.name) : NULL;
	if (ours.volumes_from)
		creation->data =
			arena_strndup(arena, ours.volumes_from, strcspn(ours.volumes_from, ":"));
	operation->interpret = interpret;
	operation->work = creation;
	if (creation->data)
		look_at_data(operation);
	else
		create_now(operation);
}
