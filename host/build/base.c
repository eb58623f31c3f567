#include "host/build/base.h"

#include "common/memory.h"
#include "host/exit_codes.h"

#include <stdlib.h>
#include <string.h>

struct base {
	struct engine *engine;
	struct report *report;
	char *image;
	const struct base_source *source; /* or NULL */
	bool is_known, was_fetched, is_lost;
	struct engine_kept kept; /* what inspecting it said */
	struct error failure;
};

static void inspect(struct base *base);

static void fail(struct base *base, struct error *err)
{
	error_move(&base->failure, err);
	base->is_known = true;
}

static void pull_progress(void *ctx, const struct engine_progress *progress)
{
	const struct base *base = ctx;
	const struct progress_transfer transfer = {.what = "pull",
						   .name = progress->layer,
						   .status = progress->status,
						   .done = progress->done,
						   .total = progress->total};
	report_transfer(base->report, &transfer);
}

static void pulled(void *ctx, const struct engine_result *result)
{
	struct base *base = ctx;
	struct error err = {0};
	report_transfer(base->report, &(struct progress_transfer){.what = "pull", .over = true});
	if (result->status == ENGINE_OK) {
		base->was_fetched = true;
		inspect(base);
		return;
	}
	if (result->status == ENGINE_NOT_FOUND)
		error_set(&err, "no registry has it");
	else
		error_move(&err, result->error);
	error_wrap(&err, "the image %s is not in the engine and can't be pulled", base->image);
	error_class(&err, EXIT_IMAGE, ERROR_IMAGE_PULL);
	fail(base, &err);
}

static void pull(struct base *base)
{
	report_notice(base->report, "the image %s is not there: pulling it", base->image);
	engine_image_pull(base->engine, base->image, pull_progress, pulled, base);
}

/* An id means nothing to a registry. */
static void brought(void *ctx, struct error *err)
{
	struct base *base = ctx;
	if (!err) {
		base->was_fetched = true;
		inspect(base);
		return;
	}
	base->is_lost = true;
	if (strncmp(base->image, "sha256:", 7) == 0) {
		fail(base, err);
		return;
	}
	report_notice(base->report, "%s", err->message);
	pull(base);
}

static bool bring(struct base *base)
{
	const struct base_source *source = base->source;
	return source && source->bring(source->source, base->engine, base->image, base->report,
				       brought, base);
}

static void inspected(void *ctx, const struct engine_result *result)
{
	struct base *base = ctx;
	struct error err = {0};
	if (result->status == ENGINE_OK) {
		engine_keep(&base->kept, result);
		base->is_known = true;
	} else if (result->status != ENGINE_NOT_FOUND) {
		error_move(&err, result->error);
		fail(base, &err);
	} else if (base->was_fetched) {
		error_set(&err, "the image %s is not there after it was fetched", base->image);
		error_class(&err, EXIT_IMAGE, ERROR_IMAGE);
		fail(base, &err);
	} else if (!bring(base)) {
		pull(base);
	}
}

static void inspect(struct base *base)
{
	engine_image_inspect(base->engine, base->image, inspected, base);
}

struct base *base_find(struct engine *engine, const char *image, struct report *report,
		       const struct base_source *source)
{
	struct base *base = mem_alloc(sizeof *base);
	base->engine = engine;
	base->report = report;
	base->source = source;
	base->image = mem_strdup(image);
	inspect(base);
	return base;
}

void base_free(struct base *base)
{
	if (!base)
		return;
	engine_kept_free(&base->kept);
	error_clear(&base->failure);
	free(base->image);
	free(base);
}

const char *base_image(const struct base *base)
{
	return base->image;
}

bool base_is_known(const struct base *base)
{
	return base->is_known;
}

bool base_is_lost(const struct base *base)
{
	return base->is_lost && error_is_set(&base->failure);
}

const struct value *base_inspected(const struct base *base, struct error *err)
{
	if (!error_is_set(&base->failure))
		return base->kept.body;
	error_copy(err, &base->failure);
	return NULL;
}

struct base *base_wait(struct loop *loop, struct engine *engine, const char *image,
		       struct report *report, struct error *err)
{
	struct base *base = base_find(engine, image, report, NULL);
	int status = 0;
	while (!base->is_known && status == 0)
		status = loop_turn(loop, -1, err);
	if (status == 0 && base_inspected(base, err))
		return base;
	base_free(base);
	return NULL;
}
