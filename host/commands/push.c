#include "host/commands/workshop.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/interrupt.h"
#include "host/engine/registry_auth.h"
#include "host/exit_codes.h"

#include <string.h>

/* In the shop's arena, for an operation that was interrupted keeps it until the engine is closed.
 */
struct pushing {
	struct report *report;
	struct engine_kept kept;
	int signals, interrupted;
};

static void push_progress(void *ctx, const char *line)
{
	const struct pushing *pushing = ctx;
	report_notice(pushing->report, "  %s", line);
}

static void push_ended(void *ctx, const struct engine_result *result)
{
	struct pushing *pushing = ctx;
	engine_keep(&pushing->kept, result);
}

static void on_signal(void *ctx, unsigned events)
{
	struct pushing *pushing = ctx;
	(void)events;
	pushing->interrupted = interrupt_code(pushing->signals);
}

static int wait_for(struct workshop *shop, struct pushing *pushing, struct error *err)
{
	int status = 0;
	loop_watch(shop->loop, shop->signals, LOOP_READ, on_signal, pushing);
	while (status == 0 && !pushing->kept.ended && !pushing->interrupted)
		status = loop_turn(shop->loop, -1, err);
	loop_unwatch(shop->loop, shop->signals);
	if (pushing->interrupted) {
		status = error_set(err, "interrupted");
		err->exit_code = pushing->interrupted;
	}
	return status < 0 ? -1 : engine_finish(shop->engine, &pushing->kept, err);
}

static void advise(const char *host, struct error *err)
{
	static const char *const refusals[] = {"unauthorized", "authentication required",
					       "no basic auth", "denied"};
	bool refused = false;
	for (size_t i = 0; i < COUNT_OF(refusals); i++)
		refused |= strstr(err->message, refusals[i]) != NULL;
	autofree char *said = refused ? STEAL(err->message) : NULL;
	if (refused)
		error_set(err, "%s: log in by `docker login %s`", said, host);
	if (!err->exit_code || err->exit_code == EXIT_ENGINE)
		err->exit_code = EXIT_REGISTRY;
}

int workshop_push(struct workshop *shop, const char *repo, const char *tag, struct error *err)
{
	struct pushing *pushing = arena_alloc(&shop->arena, sizeof *pushing);
	autofree char *host = registry_host(repo);
	uint64_t began = loop_now_us();
	*pushing = (struct pushing){.report = shop->report, .signals = shop->signals};
	report_notice(shop->report, "pushing %s:%s", repo, tag);
	engine_image_push(shop->engine, repo, tag, push_progress, push_ended, pushing);
	int status = wait_for(shop, pushing, err);
	if (status == 0 && pushing->kept.status == ENGINE_NOT_FOUND)
		status = error_set(err, "the engine has no such image");
	engine_kept_free(&pushing->kept);
	if (status < 0) {
		advise(host, err);
		return error_wrap(err, "can't push %s:%s", repo, tag);
	}
	report_notice(shop->report, "pushed %s:%s in %.2f s", repo, tag,
		      (double)(loop_now_us() - began) / 1e6);
	return 0;
}
