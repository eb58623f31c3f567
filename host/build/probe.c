#include "host/build/probe.h"

#include "common/file.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "common/version.h"
#include "host/build/base.h"
#include "host/container/container.h"
#include "host/container/host_facts.h"
#include "host/interrupt.h"
#include "host/toolbox/toolbox.h"
#include "host/user_cache.h"

#include <stdlib.h>
#include <string.h>

#define auto_kept __attribute__((cleanup(engine_kept_free)))
#define auto_base __attribute__((cleanup(forget_base)))

static void forget_base(struct base **base)
{
	base_free(*base);
}

/* One question to one container. */
struct asking {
	struct loop *loop;
	struct arena *arena;
	struct value *facts;
	bool over;
	struct container *container;
	struct error failure;
	int signals;
};

static void on_ready(void *ctx, struct container *container)
{
	(void)ctx;
	container_ask_facts(container);
}

static void on_facts(void *ctx, struct container *container, const struct value *facts)
{
	struct asking *asking = ctx;
	asking->facts = value_copy(asking->arena, facts);
	container_stop(container); /* on_ended follows */
}

static void on_ended(void *ctx, struct container *container, struct error *err)
{
	struct asking *asking = ctx;
	(void)container;
	if (err)
		error_move(&asking->failure, err);
	asking->over = true;
}

static void on_signal(void *ctx, unsigned events)
{
	struct asking *asking = ctx;
	(void)events;
	container_interrupt(asking->container, "interrupted", interrupt_code(asking->signals));
}

static int turn(struct asking *asking, struct error *err)
{
	int status = 0;
	if (asking->signals >= 0)
		loop_watch(asking->loop, asking->signals, LOOP_READ, on_signal, asking);
	while ((!asking->over || container_is_waiting(asking->container)) && status == 0)
		status = loop_turn(asking->loop, -1, err);
	if (asking->signals >= 0)
		loop_unwatch(asking->loop, asking->signals);
	return status;
}

static struct value *ask(struct probe *probe, const struct container_setup *setup,
			 struct arena *arena, struct error *err)
{
	static const struct container_events handlers = {
		.ready = on_ready, .facts = on_facts, .ended = on_ended};
	struct asking asking = {.loop = probe->loop, .arena = arena, .signals = probe->signals};
	asking.container = container_new(setup, setup->manifest->image, false, &handlers, &asking);
	container_start(asking.container);
	int status = turn(&asking, err);
	container_free(asking.container);
	if (status == 0 && !asking.facts)
		error_move(err, &asking.failure);
	error_clear(&asking.failure);
	return asking.facts;
}

static struct value *ask_image(struct probe *probe, const struct value *inspected,
			       const char *image, const char *network, struct arena *arena,
			       struct error *err)
{
	struct manifest manifest = {.image = image, .network = network};
	struct toolbox_options toolbox = {.name = probe->toolbox};
	bool made = false;
	if (toolbox_ensure(probe->engine, &toolbox, &made, err) < 0)
		return NULL;
	struct artifact *artifact = artifact_new(&manifest, inspected);
	struct container_setup setup = {.loop = probe->loop,
					.engine = probe->engine,
					.manifest = &manifest,
					.artifact = artifact,
					.report = probe->report,
					.toolbox = probe->toolbox,
					.fact_patterns = probe->patterns};
	struct value *facts = ask(probe, &setup, arena, err);
	artifact_free(artifact);
	return facts;
}

static void tell_image(struct arena *arena, struct value *facts, const char *image, const char *id)
{
	struct value *container = value_get(facts, "container");
	if (value_is(container, VALUE_MAP) && image)
		value_set(arena, container, "image", value_string(arena, image));
	if (value_is(container, VALUE_MAP) && id)
		value_set(arena, container, "image_id", value_string(arena, id));
}

/* What only the driver knows of it. */
static struct value *tell(struct probe *probe, struct arena *arena, struct value *facts,
			  const char *image, const char *id)
{
	if (!facts)
		return NULL;
	tell_image(arena, facts, image, id);
	value_set(arena, facts, "host", host_facts(probe->engine, arena));
	return facts;
}

/* ask_image, and what only the driver knows. */
static struct value *describe_image(struct probe *probe, const struct value *inspected,
				    const char *image, struct arena *arena, struct error *err)
{
	struct value *facts = ask_image(probe, inspected, image, "none", arena, err);
	return tell(probe, arena, facts, image, value_text(value_get(inspected, "Id")));
}

/* --- a container: its file system as it is now, seen from its network --- */

static void remove_snapshot(struct probe *probe, const char *image)
{
	auto_kept struct engine_kept kept = {0};
	auto_error struct error ignored = {0};
	engine_image_remove(probe->engine, image, engine_keep, &kept);
	engine_finish(probe->engine, &kept, &ignored);
}

static struct value *ask_snapshot(struct probe *probe, const char *image, const char *network,
				  struct arena *arena, struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	engine_image_inspect(probe->engine, image, engine_keep, &kept);
	if (engine_finish(probe->engine, &kept, err) < 0)
		return NULL;
	return ask_image(probe, kept.body, image, network, arena, err);
}

/* The agent can't enter a container that was made without it: it looks at a snapshot instead. */
static struct value *ask_container(struct probe *probe, const struct value *container,
				   struct arena *arena, struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	const char *id = value_text(value_get(container, "Id"));
	const struct value *running = value_path(container, "State.Running");
	autofree char *network = mem_printf("container:%s", id);
	struct engine_commit commit = {.container = id, .config = value_get(container, "Config")};
	engine_commit(probe->engine, &commit, engine_keep, &kept);
	if (engine_finish(probe->engine, &kept, err) < 0 || !kept.id)
		return NULL;
	bool shared = value_is(running, VALUE_BOOL) && running->boolean;
	struct value *facts = ask_snapshot(probe, kept.id, shared ? network : "none", arena, err);
	remove_snapshot(probe, kept.id);
	return tell(probe, arena, facts, value_text(value_path(container, "Config.Image")),
		    value_text(value_get(container, "Image")));
}

struct value *probe_target(struct probe *probe, const char *name, struct arena *arena,
			   struct error *err)
{
	auto_kept struct engine_kept image = {0}, container = {0};
	engine_image_inspect(probe->engine, name, engine_keep, &image);
	if (engine_finish(probe->engine, &image, err) < 0)
		return NULL;
	if (image.status == ENGINE_OK)
		return describe_image(probe, image.body, name, arena, err);
	engine_inspect(probe->engine, name, engine_keep, &container);
	if (engine_finish(probe->engine, &container, err) < 0)
		return NULL;
	if (container.status == ENGINE_OK)
		return ask_container(probe, container.body, arena, err);
	auto_base struct base *base =
		base_wait(probe->loop, probe->engine, name, probe->report, err);
	if (!base)
		return NULL;
	return describe_image(probe, base_inspected(base, err), name, arena, err);
}

/* Counts up when agents tell more: what was cached before lacks it. */
enum { FACTS_FORMAT = 2 };

/* facts/DIGEST-VERSION-FORMAT.json in the cache; NULL where there is none. */
static char *cache_path(const char *digest)
{
	const char *colon = strchr(digest, ':');
	autofree char *name = mem_printf("facts/%s-%s-%d.json", colon ? colon + 1 : digest,
					 FACTORY_VERSION, FACTS_FORMAT);
	return user_cache_path(name);
}

static struct value *read_cached(const char *path, struct arena *arena)
{
	auto_buf struct buf text = {0};
	auto_error struct error ignored = {0};
	if (access(path, R_OK) < 0 || file_read(path, 0, &text, &ignored) < 0)
		return NULL;
	return json_parse(arena, path, buf_text(&text), text.len, &ignored);
}

/* A cache that can't be written costs time only. */
static void write_cached(struct probe *probe, const char *path, const struct value *facts)
{
	auto_buf struct buf text = {0};
	auto_error struct error err = {0};
	json_write(&text, facts);
	if (file_make_parents(path, &err) < 0 ||
	    file_replace(path, text.data, text.len, 0644, (uid_t)-1, (gid_t)-1, &err) < 0)
		report_notice(probe->report, "facts are not cached: %s", err.message);
}

struct value *probe_manifest_facts(void *ctx, const char *image, struct arena *arena,
				   struct error *err)
{
	struct probe *probe = ctx;
	auto_base struct base *base =
		base_wait(probe->loop, probe->engine, image, probe->report, err);
	if (!base)
		return NULL;
	const struct value *inspected = base_inspected(base, err);
	const char *digest = value_text(value_get(inspected, "Id"));
	autofree char *path = digest ? cache_path(digest) : NULL;
	struct value *facts = path ? read_cached(path, arena) : NULL;
	if (!facts) {
		facts = ask_image(probe, inspected, image, "none", arena, err);
		if (facts && path)
			write_cached(probe, path, facts);
	}
	tell_image(arena, facts, image, digest);
	if (facts)
		report_facts(probe->report, image, facts);
	return facts;
}

struct value *probe_manifest_host(void *ctx, struct arena *arena)
{
	const struct probe *probe = ctx;
	return host_facts(probe->engine, arena);
}
