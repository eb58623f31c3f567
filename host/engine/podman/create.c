/* Creating a container. Podman fills a volume only when a container first mounts it, forgets labels
 * of one that is made with its container, and asks for limits that a small machine may not give. */
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
	char *data;            /* container, or NULL */
	struct value *volumes; /* requests for those that have labels */
	size_t volume;         /* the next of them */
	bool fills;            /* it holds data, that its volumes must get */
	const char *id;        /* of that, once it is there */
};

static bool volume_made(struct operation *operation, const struct http_response *response);

/* One whose volumes are mounted by their names is not started by who does that. */
static bool created(struct operation *operation, const struct http_response *response)
{
	struct creation *creation = operation->work;
	struct buf path = {0};
	operation->proceed = NULL;
	if (podman_is_good(response))
		creation->id = value_text(value_get(podman_json(operation, response), "Id"));
	if (!creation->id)
		return false;
	path_container(&path, creation->id, "/start");
	operation_send(operation, "POST", &path, NULL);
	return true;
}

/* Its volumes first. */
static void create_now(struct operation *operation)
{
	struct creation *creation = operation->work;
	const struct value *volumes = creation->volumes;
	operation->proceed = NULL;
	if (creation->volume == volumes->list.len) {
		operation->proceed = creation->fills ? created : NULL;
		docker_send_creation(operation, creation->name, creation->spec);
		return;
	}
	struct buf path = {0};
	operation->proceed = volume_made;
	buf_puts(&path, "/volumes/create");
	operation_send(operation, "POST", &path, volumes->list.items[creation->volume++]);
}

/* One that was there stays as it is; what else is wrong says the container's creation. */
static bool volume_made(struct operation *operation, const struct http_response *response)
{
	(void)response;
	create_now(operation);
	return true;
}

static void note_volume(struct arena *arena, struct value *volumes,
			const struct engine_volume *volume)
{
	struct value *request = value_map(arena), *labels = value_map(arena);
	for (const char *const *at = volume->labels; *at; at += 2)
		value_set(arena, labels, at[0], value_string(arena, at[1]));
	value_set(arena, request, "Name", value_string(arena, volume->source));
	value_set(arena, request, "Labels", labels);
	value_append(arena, volumes, request);
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
	struct buf path = {0};
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
	struct buf path = {0};
	operation->proceed = data_inspected;
	path_container(&path, creation->data, "/json");
	operation_send(operation, "GET", &path, NULL);
}

/* As Docker says that a name is in use: by a status of its own. */
static void interpret(struct operation *operation, const struct http_response *response,
		      struct engine_result *result)
{
	const struct creation *creation = operation->work;
	if (creation->id) { /* what became of the start does not matter */
		result->status = ENGINE_OK;
		result->id = creation->id;
		return;
	}
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
	creation->fills = !ours.session;
	creation->volumes = value_list(arena);
	for (size_t i = 0; i < ours.volume_count; i++)
		if (ours.volumes[i].labels)
			note_volume(arena, creation->volumes, &ours.volumes[i]);
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
