/* A build that is over: its image gets its names. */
#include "host/build/parts.h"

#include "common/own.h"
#include "host/walk/discard.h"

#include <stdlib.h>
#include <string.h>

const struct node *build_commit(const struct build *build)
{
	return build->plan.graph->nodes[build->plan.graph->count - 1];
}

static int64_t size_of(const struct value *image)
{
	const struct value *size = value_get(image, "Size");
	return value_is(size, VALUE_INT) ? size->integer : -1;
}

/* Docker takes longer to give an image the name that it has than a cached build takes else. */
static int name_image(struct build *build, const struct build_outcome *outcome, struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	const struct build_options *options = build->options;
	if (!options->repo || options->throwaway ||
	    (outcome->cached && resume_has_name(&build->plan.resume, options->repo, options->tag)))
		return 0;
	engine_image_tag(build->site->engine, outcome->image, options->repo, options->tag,
			 engine_keep, &kept);
	if (engine_finish(build->site->engine, &kept, err) < 0)
		return error_wrap(err, "can't name the image %s:%s", options->repo, options->tag);
	return 0;
}

static int finish_walk(struct build *build, struct build_outcome *outcome, struct error *err)
{
	struct report *report = build->options->report;
	struct walk_result result = {0};
	if (walk_finish(STEAL(build->walk), &result, err) < 0)
		return -1;
	outcome->image = result.image;
	build->took_us = loop_now_us() - build->began_us;
	report_begin(report, build_commit(build));
	report_end(report, build_commit(build), NULL, result.commit_us);
	if (build->options->lent)
		return 0;
	if (build->options->throwaway)
		return discard_image(build->site->loop, build->site->engine, result.image, err);
	if (result.is_altered) {
		report_notice(report, "the image is not what the manifest says: it is not cached");
		return 0;
	}
	return resume_store(build->site->engine, build->plan.graph, result.image, err);
}

/* What the image is made of: of no use to anything but people, so that it may fail. */
static void describe(const struct build *build, struct build_outcome *outcome)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept image = {0}, layers = {0};
	auto_error struct error ignored = {0}, too = {0}, none = {0};
	struct engine *engine = build->site->engine;
	if (build->options->throwaway)
		return;
	engine_image_inspect(engine, outcome->image, engine_keep, &image);
	engine_image_history(engine, outcome->image, engine_keep, &layers);
	outcome->size = engine_finish(engine, &image, &ignored) == 0 ? size_of(image.body) : -1;
	int64_t base = size_of(base_inspected(build->base, &none));
	outcome->added = base >= 0 && outcome->size >= base ? outcome->size - base : -1;
	if (engine_finish(engine, &layers, &too) == 0 && value_is(layers.body, VALUE_LIST))
		report_layers(build->options->report, layers.body);
}

static int finish(struct build *build, struct build_outcome *outcome, struct error *err)
{
	outcome->size = outcome->added = -1;
	if (error_is_set(&build->failure))
		return error_move(err, &build->failure);
	outcome->left = build->left;
	if (outcome->left) {
		outcome->where = build->rivals.elsewhere;
		outcome->claim = build->left == BUILD_LEFT ? STEAL(build->rivals.shared) : NULL;
		memcpy(outcome->key, build_commit(build)->key, HASH_HEX);
		return 0;
	}
	outcome->cached = !build->walk;
	if (outcome->cached) {
		report_all_cached(build->options->report, build->plan.graph,
				  "an image was built of the same manifest, files and values");
		outcome->image = STEAL(build->plan.resume.image);
	} else if (finish_walk(build, outcome, err) < 0)
		return -1;
	if (name_image(build, outcome, err) < 0)
		return -1;
	if (!outcome->cached)
		describe(build, outcome);
	return 0;
}

static void build_free(struct build *build)
{
	if (build->record && build->left)
		record_free(build->record);
	else if (build->record)
		record_close(build->record, build->plan.graph, build->checkpoint.commit_us,
			     build->took_us);
	loop_cancel(build->site->loop, build->timer);
	caches_free(build->caches);
	rivals_end(&build->rivals);
	uses_free(build->uses);
	buf_free(&build->trail);
	plan_free(&build->plan);
	error_clear(&build->failure);
	free(build);
}

int build_finish(struct build *build, struct build_outcome *outcome, struct error *err)
{
	int status = finish(build, outcome, err);
	build_free(build);
	if (status < 0)
		free(STEAL(outcome->image));
	return status;
}
