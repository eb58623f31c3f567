/* A container's beginning and end, as the engine sees it. */
#include "host/container/parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/cache/resume.h"
#include "host/container/name.h"
#include "host/exit_codes.h"
#include "host/tree/epoch.h"

#include <string.h>

bool container_is_late(struct container *container)
{
	container->outstanding--;
	if (!error_is_set(&container->failure))
		return false;
	if (!container->outstanding)
		container_handle(container, EVENT_FAILED);
	return true;
}

static void take_reason(struct error *err, const struct engine_result *result, const char *what)
{
	error_move(err, result->error);
	error_wrap(err, "%s", what);
	if (!err->exit_code)
		err->exit_code = EXIT_ENGINE;
	error_code(err, ERROR_ENGINE_CONTAINER);
}

void container_engine_failed(struct container *container, const struct engine_result *result,
			     const char *what)
{
	struct error err = {0};
	take_reason(&err, result, what);
	container_fail(container, &err);
}

static void started(void *ctx, const struct engine_result *result)
{
	struct container *container = ctx;
	/* The stream has ended, too, where it could not be started: this says why. */
	if (result->status != ENGINE_OK && container->failure.code == ERROR_AGENT_GONE)
		take_reason(&container->failure, result, "can't start the container");
	/* That the agent speaks is the better answer. */
	if (container_is_late(container) || container->state != STATE_STARTING)
		return;
	if (result->status != ENGINE_OK)
		container_engine_failed(container, result, "can't start the container");
	else
		container_expect(container);
}

static void attached(void *ctx, const struct engine_result *result)
{
	struct container *container = ctx;
	if (container_is_late(container))
		return;
	if (result->status != ENGINE_OK) {
		container_engine_failed(container, result, "can't attach to the container");
		return;
	}
	container->outstanding++;
	engine_start(container->setup->engine, container->id, started, container);
}

static void created(void *ctx, const struct engine_result *result)
{
	struct container *container = ctx;
	if (result->status == ENGINE_OK)
		container->id = mem_strdup(result->id);
	else
		container->may_be = result->status == ENGINE_FAILED;
	if (container_is_late(container))
		return;
	if (result->status != ENGINE_OK) {
		container_engine_failed(container, result, "can't create a container");
		return;
	}
	container->outstanding++;
	session_attach(container->session, container->setup->engine, container->id, attached,
		       container);
}

/* A read-only root is for tests: install steps are there to change theirs. */
static void set_limits(const struct container *container, struct engine_container *spec)
{
	const struct limits *limits = &container->setup->manifest->limits;
	spec->memory = limits->memory;
	spec->nano_cpus = (uint64_t)(limits->cpus * 1e9);
	spec->pids = limits->pids;
	spec->no_new_privileges = limits->no_new_privileges;
	spec->drop = limits->drop;
	spec->read_only = limits->read_only && container->is_test;
	if (limits->no_network)
		spec->network = "none";
}

/* Where they leave a mount point in the image, or in the tmpfs that every engine makes at /dev. */
static const char *const *mount_tools(const struct container_setup *setup,
				      struct engine_container *spec, struct arena *arena)
{
	static const char *const in_tools[] = {"/tools/agent", "session", NULL};
	static const char *const in_dev[] = {"/dev/factory/agent", "session", NULL};
	const struct engine_volume tools = {
		.source = setup->toolbox_volume, .target = "/dev/factory", .read_only = true};
	if (!setup->toolbox_volume) {
		spec->volumes_from = arena_printf(arena, "%s:ro", setup->toolbox);
		return in_tools;
	}
	size_t count = spec->volume_count++;
	struct engine_volume *volumes =
		arena_grow(arena, spec->volumes, count, count + 1, sizeof *volumes);
	volumes[count] = tools;
	spec->volumes = volumes;
	return in_dev;
}

static void set_place(const struct container *container, struct engine_container *spec)
{
	if (!container->place)
		return;
	spec->network = container->place->network;
	spec->hosts = container->place->hosts;
}

/* Files are only put into it: not even a template is rendered there. A network that has a name must
 * be there all the same. */
static bool runs_nothing(const struct container *container)
{
	const struct container_setup *setup = container->setup;
	const struct manifest *manifest = setup->manifest;
	if (manifest->network && strcmp(manifest->network, "none") != 0)
		return false;
	return !container->is_test && !container->events->facts && !setup->holds &&
	       !manifest->install.count && !manifest->files_count;
}

static void create(void *ctx)
{
	struct container *container = ctx;
	const struct container_setup *setup = container->setup;
	auto_arena struct arena arena = {0};
	container->name = container_name_new();
	struct engine_container spec = {.name = container->name,
					.image = container->image,
					.network = setup->manifest->network,
					.isolated = runs_nothing(container),
					.session = true};
	spec.volumes = caches_volumes(setup->caches, &spec.volume_count);
	set_limits(container, &spec);
	set_place(container, &spec);
	artifact_disguise(setup->artifact, mount_tools(setup, &spec, &arena), &spec);
	container->began_us = loop_now_us();
	container->outstanding++;
	engine_create(setup->engine, &spec, created, container);
}

void container_create(struct container *container)
{
	engine_turn_await(container->setup->engine, &container->turn, create, container);
}

static void commit_done(void *ctx, const struct engine_result *result)
{
	struct container *container = ctx;
	if (result->status == ENGINE_OK) {
		free(STEAL(container->committed));
		container->committed = mem_strdup(result->id);
	}
	if (container_is_late(container))
		return;
	if (result->status != ENGINE_OK)
		container_engine_failed(container, result, "can't commit the container");
	else
		container_handle(container, EVENT_COMMITTED);
}

void container_make_image(struct container *container)
{
	const char *before = container->setup->trail, *own = buf_text(&container->trail);
	autofree char *trail =
		mem_printf("%s%s%s", before ? before : "", before && *own ? "," : "", own);
	autofree char *comment = resume_comment(container_reads(container), trail);
	bool named = !container->setup->throwaway && container->key;
	struct engine_commit request = {.container = container->id,
					.repo = named ? CACHE_REPOSITORY : NULL,
					.tag = named ? container->key : NULL,
					.comment = comment,
					.config = container->config,
					.bare = container->setup->toolbox_volume != NULL};
	if (named && container->setup->uses)
		uses_take(container->setup->uses, container->key);
	container->outstanding++;
	engine_commit(container->setup->engine, &request, commit_done, container);
}

static void settle(struct container *container, const struct value *config)
{
	const char *epoch = container->setup->manifest->epoch;
	container->config = config;
	if (epoch)
		container->request = session_settle(container->session, epoch_seconds(epoch));
	else
		container_make_image(container);
}

void container_make_checkpoint(struct container *container)
{
	settle(container, container->setup->artifact->checkpoint_config);
}

void container_make_artifact(struct container *container)
{
	settle(container, container->setup->artifact->config);
}

static void removed(void *ctx, const struct engine_result *result)
{
	struct container *container = ctx;
	/* One that runs still goes once its agent has seen the stream's end; others stay. */
	if (result && result->status != ENGINE_OK)
		report_notice(container->setup->report,
			      "the container %s may be left, until the next build on this engine "
			      "removes it: %s",
			      container->name, result->error->message);
	container->outstanding--;
	container_handle(container, EVENT_GONE);
}

void container_discard(struct container *container)
{
	values_cancel(STEAL(container->question));
	session_free(STEAL(container->session));
	if (container->node)
		report_failure(container->setup->report, container->node, &container->failure);
	engine_hurry(container->setup->engine, container);
	container->outstanding++;
	if (container->id || container->may_be)
		engine_remove(container->setup->engine,
			      container->id ? container->id : container->name, removed, container);
	else
		removed(container, NULL);
}

void container_abort(struct container *container)
{
	if (!container->outstanding)
		container_handle(container, EVENT_FAILED);
	else
		engine_hurry(container->setup->engine, container);
}
