#include "host/toolbox/toolbox.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/toolbox/contents.h"

#include <string.h>

static const char default_image[] = "factory/toolbox";
static const char digest_label[] = "factory.toolbox.digest";
static const char agent_label[] = "factory.agent.digest";
static const char tag[] = "latest";

/* How long another process may take to remove the container of that name. */
enum { CONFLICT_TRIES = 250, CONFLICT_PAUSE_US = 20000 };

#define auto_kept __attribute__((cleanup(engine_kept_free)))

/* What one run works with. */
struct work {
	struct engine *engine;
	const struct toolbox_options *options;
	const char *repo;
	char *image; /* repo:latest */
	struct toolbox_contents contents;
};

static int inspect(struct engine *engine, const char *name, struct engine_kept *kept,
		   struct error *err)
{
	engine_inspect(engine, name, engine_keep, kept);
	return engine_finish(engine, kept, err);
}

/* Not by path: the labels' names have dots. */
static bool has_digest(const struct value *inspected, const char *digest)
{
	const struct value *labels = value_path(inspected, "Config.Labels");
	const char *label = value_text(value_get(labels, digest_label));
	return label && strcmp(label, digest) == 0;
}

/* --- the image --- */

static int import_image(const struct work *work, char **made, struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	const struct toolbox_contents *contents = &work->contents;
	autofree char *whole = mem_printf("LABEL %s=%s", digest_label, contents->digest);
	autofree char *agent = mem_printf("LABEL %s=%s", agent_label, contents->agent_digest);
	const char *changes[] = {"VOLUME /tools", "CMD [\"/tools/agent\",\"version\"]", whole,
				 agent, NULL};
	engine_image_import(work->engine, contents->tar.data, contents->tar.len, work->repo, tag,
			    changes, engine_keep, &kept);
	if (engine_finish(work->engine, &kept, err) < 0)
		return error_wrap(err, "can't make the toolbox's image");
	*made = STEAL(kept.id);
	return 0;
}

/* Makes the image where it is not there already. Both owned, both may be NULL: the one that was
 * made, and the one that lost its name to it. */
static int ensure_image(const struct work *work, char **made, char **displaced, struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	engine_image_inspect(work->engine, work->image, engine_keep, &kept);
	if (engine_finish(work->engine, &kept, err) < 0)
		return -1;
	if (kept.status == ENGINE_OK && has_digest(kept.body, work->contents.digest))
		return 0;
	*displaced = STEAL(kept.id);
	return import_image(work, made, err);
}

/* Where it has another name, or is the one that the toolbox was made from after all, it stays. */
static void remove_nameless_image(const struct work *work, const char *id, const char *in_use)
{
	auto_kept struct engine_kept seen = {0};
	auto_kept struct engine_kept gone = {0};
	auto_error struct error ignored = {0};
	if (!id || strcmp(id, in_use) == 0)
		return;
	engine_image_inspect(work->engine, id, engine_keep, &seen);
	if (engine_finish(work->engine, &seen, &ignored) < 0 || seen.status != ENGINE_OK)
		return;
	const struct value *names = value_get(seen.body, "RepoTags");
	if (value_is(names, VALUE_LIST) && names->list.len)
		return;
	engine_image_remove(work->engine, id, engine_keep, &gone);
	engine_finish(work->engine, &gone, &ignored);
}

/* --- the container --- */

/* 1: made; 0: the name is taken, or another process has just replaced the image. */
static int try_create(const struct work *work, struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	struct engine_container container = {.image = work->image, .name = work->options->name};
	engine_create(work->engine, &container, engine_keep, &kept);
	int status = engine_finish(work->engine, &kept, err);
	if (status < 0 && kept.status == ENGINE_CONFLICT) {
		error_clear(err);
		return 0;
	}
	return status < 0 ? -1 : kept.status == ENGINE_OK;
}

/* 1: a container of that name is there to stay; 0: there is none, or it is on its way out. */
static int is_there(const struct work *work, struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	if (inspect(work->engine, work->options->name, &kept, err) < 0)
		return -1;
	const char *state = value_text(value_path(kept.body, "State.Status"));
	return state && strcmp(state, "removing") != 0 && strcmp(state, "dead") != 0;
}

/* A name that is taken means that somebody else makes the toolbox, or replaces it, right now. */
static int create_container(const struct work *work, struct error *err)
{
	for (int i = 0; i < CONFLICT_TRIES; i++) {
		int status = try_create(work, err);
		if (status == 0)
			status = is_there(work, err);
		if (status > 0)
			return 0;
		if (status < 0)
			return error_wrap(err, "can't create the container %s",
					  work->options->name);
		usleep(CONFLICT_PAUSE_US);
	}
	return error_set(err, "can't create the container %s: others keep removing it or its image",
			 work->options->name);
}

/* By its id, for somebody else's new one may have the name by now. */
static int remove_container(const struct work *work, const struct value *container,
			    struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	const char *id = value_text(value_get(container, "Id"));
	engine_remove(work->engine, id ? id : work->options->name, engine_keep, &kept);
	if (engine_finish(work->engine, &kept, err) < 0)
		return error_wrap(err, "can't remove the outdated toolbox");
	return 0;
}

/* --- both --- */

/* Another process may have made the same at once, and given its own image the name. */
static int clean_up(const struct work *work, const char *const *images, size_t count,
		    struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	if (inspect(work->engine, work->options->name, &kept, err) < 0)
		return -1;
	const char *in_use = value_text(value_get(kept.body, "Image"));
	for (size_t i = 0; in_use && i < count; i++)
		remove_nameless_image(work, images[i], in_use);
	return 0;
}

/* The new image comes first: where it can't be made, the old toolbox stays. */
static int make(const struct work *work, const struct value *outdated, struct error *err)
{
	autofree char *made = NULL;
	autofree char *displaced = NULL;
	if (ensure_image(work, &made, &displaced, err) < 0)
		return -1;
	if (outdated && remove_container(work, outdated, err) < 0)
		return -1;
	if (create_container(work, err) < 0)
		return -1;
	const char *images[] = {made, displaced, value_text(value_get(outdated, "Image"))};
	return clean_up(work, images, COUNT_OF(images), err);
}

/* Whether the agent in it, byte for byte, is ours. */
static int has_agent(const struct work *work, bool *same, struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	const char *name = work->options->name;
	engine_file_digest(work->engine, name, "/tools/agent", engine_keep, &kept);
	if (engine_finish(work->engine, &kept, err) < 0)
		return error_wrap(err, "can't read the toolbox's agent");
	if (kept.status == ENGINE_NOT_FOUND) {
		error_set(err,
			  "there is a container '%s' that is no toolbox: remove it, or "
			  "choose another name with --toolbox",
			  name);
		return error_class(err, EXIT_FAILED, ERROR_TOOLBOX_NONE);
	}
	*same = kept.id && strcmp(kept.id, work->contents.agent_digest) == 0;
	return 0;
}

/* A toolbox made by `docker build` has no label of ours: its agent is compared by its bytes. What
 * has no agent either is somebody's own container that happens to have the name. */
static int is_current(const struct work *work, const struct value *container, bool *current,
		      struct error *err)
{
	bool same = false;
	*current = has_digest(container, work->contents.digest);
	const struct value *labels = value_path(container, "Config.Labels");
	if (*current || value_get(labels, digest_label))
		return 0;
	if (has_agent(work, &same, err) < 0)
		return -1;
	*current = work->contents.plain && same;
	return 0;
}

static int bring_up_to_date(const struct work *work, enum toolbox_outcome *outcome,
			    struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	bool current = false;
	if (inspect(work->engine, work->options->name, &kept, err) < 0)
		return -1;
	*outcome = TOOLBOX_MADE;
	if (kept.status == ENGINE_NOT_FOUND)
		return make(work, NULL, err);
	if (is_current(work, kept.body, &current, err) < 0)
		return -1;
	*outcome = current ? TOOLBOX_UP_TO_DATE : TOOLBOX_REPLACED;
	return current ? 0 : make(work, kept.body, err);
}

int toolbox_create(struct engine *engine, const struct toolbox_options *options,
		   enum toolbox_outcome *outcome, struct error *err)
{
	struct work work = {.engine = engine,
			    .options = options,
			    .repo = options->image ? options->image : default_image};
	work.image = mem_printf("%s:%s", work.repo, tag);
	int status = toolbox_contents(options, &work.contents, err);
	if (status == 0)
		status = bring_up_to_date(&work, outcome, err);
	toolbox_contents_free(&work.contents);
	free(work.image);
	return status;
}

int toolbox_ensure(struct engine *engine, const struct toolbox_options *options, bool *made,
		   struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	enum toolbox_outcome outcome;
	if (inspect(engine, options->name, &kept, err) < 0)
		return -1;
	*made = kept.status == ENGINE_NOT_FOUND;
	return *made ? toolbox_create(engine, options, &outcome, err) : 0;
}

static int compare(const struct work *work, enum toolbox_state *state, struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	bool same = false;
	if (inspect(work->engine, work->options->name, &kept, err) < 0)
		return -1;
	*state = TOOLBOX_MISSING;
	if (kept.status == ENGINE_NOT_FOUND)
		return 0;
	if (has_agent(work, &same, err) < 0)
		return -1;
	*state = same ? TOOLBOX_CURRENT : TOOLBOX_OUTDATED;
	return 0;
}

int toolbox_look(struct engine *engine, const struct toolbox_options *options,
		 enum toolbox_state *state, struct error *err)
{
	struct work work = {.engine = engine, .options = options};
	int status = toolbox_contents(options, &work.contents, err);
	if (status == 0)
		status = compare(&work, state, err);
	toolbox_contents_free(&work.contents);
	return status;
}
