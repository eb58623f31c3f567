#include "host/commands/workshop.h"

#include "common/own.h"
#include "host/engine/registry_auth.h"
#include "host/exit_codes.h"
#include "host/interrupt.h"

#include <string.h>

/* In the shop's arena, for an operation that was interrupted keeps it until the engine is closed.
 */
struct pushing {
	struct report *report;
	struct engine_kept kept;
};

static void push_progress(void *ctx, const struct engine_progress *progress)
{
	const struct pushing *pushing = ctx;
	const struct progress_transfer transfer = {.what = "push",
						   .name = progress->layer,
						   .status = progress->status,
						   .done = progress->done,
						   .total = progress->total};
	report_transfer(pushing->report, &transfer);
}

static void push_ended(void *ctx, const struct engine_result *result)
{
	struct pushing *pushing = ctx;
	engine_keep(&pushing->kept, result);
}

/* The run watches for signals. */
static int wait_for(struct workshop *shop, struct engine *engine, struct pushing *pushing,
		    struct error *err)
{
	while (!pushing->kept.ended && !shop->interrupted)
		if (loop_turn(shop->site.loop, -1, err) < 0)
			return -1;
	if (pushing->kept.ended)
		return engine_finish(engine, &pushing->kept, err);
	return interrupt_error(shop->interrupted, err);
}

static void advise(const char *host, struct error *err)
{
	static const char *const refusals[] = {"unauthorized", "authentication required",
					       "no basic auth", "denied"};
	bool refused = false;
	for (size_t i = 0; i < COUNT_OF(refusals); i++)
		refused |= strstr(err->message, refusals[i]) != NULL;
	autofree char *said = refused ? error_take(err) : NULL;
	if (refused)
		error_as(err, ERROR_REGISTRY_LOGIN, "%s: log in by `docker login %s`", said, host);
	if (!err->exit_code || err->exit_code == EXIT_ENGINE)
		err->exit_code = EXIT_REGISTRY;
}

int job_push(struct workshop *shop, const struct job *job, const char *repo, const char *tag,
	     struct error *err)
{
	struct pushing *pushing = arena_alloc(&shop->arena, sizeof *pushing);
	autofree char *host = registry_host(repo);
	uint64_t began = loop_now_us();
	pushing->report = job->report;
	report_notice(job->report, "pushing %s:%s", repo, tag);
	engine_image_push(job->site->engine, repo, tag, push_progress, push_ended, pushing);
	int status = wait_for(shop, job->site->engine, pushing, err);
	report_transfer(job->report, &(struct progress_transfer){.what = "push", .over = true});
	if (status == 0 && pushing->kept.status == ENGINE_NOT_FOUND)
		status = error_set(err, "the engine has no such image");
	engine_kept_free(&pushing->kept);
	if (status < 0) {
		advise(host, err);
		return error_wrap(err, "can't push %s:%s", repo, tag);
	}
	report_notice(job->report, "pushed %s:%s in %.2f s", repo, tag,
		      (double)(loop_now_us() - began) / 1e6);
	return 0;
}
