#include "host/build/build.h"

#include "common/own.h"
#include "host/exit_codes.h"

struct pulling {
	struct report *report;
	struct engine_kept kept;
};

static void pull_progress(void *ctx, const struct engine_progress *progress)
{
	const struct pulling *pulling = ctx;
	const struct progress_transfer transfer = {.what = "pull",
						   .name = progress->layer,
						   .status = progress->status,
						   .done = progress->done,
						   .total = progress->total};
	report_transfer(pulling->report, &transfer);
}

static void pull_ended(void *ctx, const struct engine_result *result)
{
	struct pulling *pulling = ctx;
	engine_keep(&pulling->kept, result);
}

static int inspect(struct engine *engine, const char *image, struct engine_kept *kept,
		   struct error *err)
{
	engine_image_inspect(engine, image, engine_keep, kept);
	return engine_finish(engine, kept, err);
}

static int pull(struct engine *engine, const char *image, struct report *report, struct error *err)
{
	struct pulling pulling = {.report = report};
	report_notice(report, "the image %s is not there: pulling it", image);
	engine_image_pull(engine, image, pull_progress, pull_ended, &pulling);
	int status = engine_finish(engine, &pulling.kept, err);
	report_transfer(report, &(struct progress_transfer){.what = "pull", .over = true});
	if (status == 0 && pulling.kept.status == ENGINE_NOT_FOUND)
		status = error_set(err, "no registry has it");
	engine_kept_free(&pulling.kept);
	if (status == 0)
		return 0;
	error_wrap(err, "the base image %s is not in the engine and can't be pulled", image);
	return error_class(err, EXIT_IMAGE, ERROR_IMAGE_PULL);
}

int build_find_base(struct engine *engine, const char *image, struct report *report,
		    struct engine_kept *kept, struct error *err)
{
	if (inspect(engine, image, kept, err) < 0)
		return -1;
	if (kept->status == ENGINE_OK)
		return 0;
	engine_kept_free(kept);
	if (pull(engine, image, report, err) < 0 || inspect(engine, image, kept, err) < 0)
		return -1;
	if (kept->status == ENGINE_OK)
		return 0;
	error_set(err, "the image %s is not there after its pull", image);
	err->exit_code = EXIT_IMAGE;
	return -1;
}
