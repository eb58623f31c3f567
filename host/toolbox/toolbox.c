#include "host/toolbox/toolbox.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/toolbox/contents.h"

#include <string.h>

static const char default_image[] = "factory/toolbox";
static const char digest_label[] = "factory.toolbox.digest";
static const char tag[] = "latest";

#define auto_kept __attribute__((cleanup(engine_kept_free)))

static const char *image_of(const struct toolbox_options *options)
{
	return options->image ? options->image : default_image;
}

static int import_image(struct engine *engine, const struct toolbox_options *options,
			const struct toolbox_contents *contents, struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	autofree char *label = mem_printf("LABEL %s=%s", digest_label, contents->digest);
	const char *changes[] = {"VOLUME /tools", "CMD [\"/tools/agent\",\"version\"]", label,
				 NULL};
	engine_image_import(engine, contents->tar.data, contents->tar.len, image_of(options), tag,
			    changes, engine_keep, &kept);
	if (engine_finish(engine, &kept, err) < 0)
		return error_wrap(err, "can't make the toolbox's image");
	return 0;
}

/* A conflict means that somebody else made it meanwhile: theirs is as good. */
static int create_container(struct engine *engine, const struct toolbox_options *options,
			    struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	autofree char *image = mem_printf("%s:%s", image_of(options), tag);
	struct engine_container container = {.image = image, .name = options->name};
	engine_create(engine, &container, engine_keep, &kept);
	int status = engine_finish(engine, &kept, err);
	if (status < 0 && kept.status == ENGINE_CONFLICT) {
		error_clear(err);
		return 0;
	}
	if (status == 0 && kept.status == ENGINE_NOT_FOUND)
		status = error_set(err, "the engine has lost the image");
	return status < 0 ? error_wrap(err, "can't create the container %s", options->name) : 0;
}

static int make(struct engine *engine, const struct toolbox_options *options,
		const struct toolbox_contents *contents, struct error *err)
{
	if (import_image(engine, options, contents, err) < 0)
		return -1;
	return create_container(engine, options, err);
}

static int inspect(struct engine *engine, const char *name, struct engine_kept *kept,
		   struct error *err)
{
	engine_inspect(engine, name, engine_keep, kept);
	return engine_finish(engine, kept, err);
}

/* A toolbox made by `docker build` has no label of ours: its agent is compared by its bytes. */
static int is_current(struct engine *engine, const struct toolbox_options *options,
		      const struct toolbox_contents *contents, const struct value *container,
		      bool *current, struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	const struct value *labels = value_path(container, "Config.Labels");
	/* Not by path: the label's name has dots. */
	const char *digest = value_text(value_get(labels, digest_label));
	*current = digest && strcmp(digest, contents->digest) == 0;
	if (digest || !contents->plain)
		return 0;
	engine_file_digest(engine, options->name, "/tools/agent", engine_keep, &kept);
	if (engine_finish(engine, &kept, err) < 0)
		return error_wrap(err, "can't read the toolbox's agent");
	*current = kept.id && strcmp(kept.id, contents->agent_digest) == 0;
	return 0;
}

static bool has_name(struct engine *engine, const char *id)
{
	auto_kept struct engine_kept kept = {0};
	auto_error struct error ignored = {0};
	engine_image_inspect(engine, id, engine_keep, &kept);
	engine_finish(engine, &kept, &ignored);
	const struct value *names = value_get(kept.body, "RepoTags");
	return value_is(names, VALUE_LIST) && names->list.len > 0;
}

/* The image that lost its name is removed; where a container still needs it, it stays. */
static void remove_image(struct engine *engine, const char *id)
{
	auto_kept struct engine_kept kept = {0};
	auto_error struct error ignored = {0};
	if (has_name(engine, id))
		return;
	engine_image_remove(engine, id, engine_keep, &kept);
	engine_finish(engine, &kept, &ignored);
}

static int replace(struct engine *engine, const struct toolbox_options *options,
		   const struct toolbox_contents *contents, const struct value *container,
		   struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	const char *old = value_text(value_get(container, "Image"));
	/* The new image first: where it can't be made, the old toolbox stays. */
	if (import_image(engine, options, contents, err) < 0)
		return -1;
	engine_remove(engine, options->name, engine_keep, &kept);
	if (engine_finish(engine, &kept, err) < 0)
		return error_wrap(err, "can't remove the outdated toolbox");
	if (create_container(engine, options, err) < 0)
		return -1;
	if (old)
		remove_image(engine, old);
	return 0;
}

static int bring_up_to_date(struct engine *engine, const struct toolbox_options *options,
			    const struct toolbox_contents *contents, enum toolbox_outcome *outcome,
			    struct error *err)
{
	auto_kept struct engine_kept kept = {0};
	bool current = false;
	if (inspect(engine, options->name, &kept, err) < 0)
		return -1;
	*outcome = TOOLBOX_MADE;
	if (kept.status == ENGINE_NOT_FOUND)
		return make(engine, options, contents, err);
	if (is_current(engine, options, contents, kept.body, &current, err) < 0)
		return -1;
	*outcome = current ? TOOLBOX_UP_TO_DATE : TOOLBOX_REPLACED;
	return current ? 0 : replace(engine, options, contents, kept.body, err);
}

int toolbox_create(struct engine *engine, const struct toolbox_options *options,
		   enum toolbox_outcome *outcome, struct error *err)
{
	struct toolbox_contents contents = {0};
	int status = toolbox_contents(options, &contents, err);
	if (status == 0)
		status = bring_up_to_date(engine, options, &contents, outcome, err);
	toolbox_contents_free(&contents);
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
