/* A workshop's jobs, side by side on one loop. */
#include "host/commands/workshop.h"

#include "common/guard.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/endpoints.h"
#include "host/commands/sharing.h"
#include "host/exit_codes.h"
#include "host/explain/codes.h"
#include "host/interactive/pilot.h"
#include "host/interrupt.h"

#include <stdlib.h>
#include <string.h>

/* What one run works with. */
struct run {
	struct workshop *shop;
	struct schedule schedule;
	bool is_plural; /* several were asked for: they are told apart by name, and summed up */
};

static struct job *job_of(const struct run *run, const struct task *task)
{
	return &run->shop->jobs[task - run->schedule.tasks];
}

/* --- before --- */

static size_t count_asked_for(const struct workshop *shop, size_t *sheets)
{
	size_t jobs = 0;
	*sheets = 0;
	for (size_t i = 0; i < shop->sheet_count; i++)
		if (shop->sheets[i].is_asked_for) {
			++*sheets;
			jobs += shop->sheets[i].count;
		}
	return jobs;
}

/* Of several manifests each has its own cells, that may well be called the same. Returns the
 * columns that the names need. */
static int name_jobs(struct workshop *shop, bool by_manifest)
{
	int width = 4;
	for (size_t i = 0; i < shop->job_count; i++) {
		struct job *job = &shop->jobs[i];
		const struct manifest *cell = job->manifest;
		if (by_manifest && cell->cell)
			job->name = arena_printf(&shop->arena, "%s: %s", cell->path, cell->cell);
		int len = (int)strnlen(job->name, WIDEST_NAME);
		width = len > width ? len : width;
	}
	return width;
}

static void prepare(struct run *run)
{
	struct workshop *shop = run->shop;
	size_t sheets;
	run->is_plural = count_asked_for(shop, &sheets) > 1;
	int width = run->is_plural ? name_jobs(shop, sheets > 1) : 0;
	for (size_t i = 0; i < shop->job_count; i++)
		shop->jobs[i].report = report_part(shop->report, shop->jobs[i].name, width);
	struct task *tasks = shop->tasks = mem_resize(NULL, shop->job_count, sizeof *tasks);
	for (size_t i = 0; i < shop->job_count; i++) {
		const struct job *job = &shop->jobs[i];
		const struct manifest *cell = job->manifest;
		const struct manifest *whole = shop->sheets[job->sheet].manifest;
		tasks[i] = (struct task){
			.base = job->base == NO_JOB ? NULL : &tasks[job->base],
			.group = job->sheet,
			.counts = job_is_asked_for(shop, job) && !cell->may_fail,
			.last = whole->fast_finish && cell->may_fail,
		};
	}
	run->schedule = (struct schedule){.tasks = tasks, .count = shop->job_count};
}

/* --- what the loop tells --- */

static void on_freed(void *ctx)
{
	struct workshop *shop = ctx;
	for (size_t i = 0; i < shop->job_count; i++)
		if (shop->jobs[i].build)
			build_go_on(shop->jobs[i].build);
}

static void on_signal(void *ctx, unsigned events)
{
	struct run *run = ctx;
	struct workshop *shop = run->shop;
	(void)events;
	int code = interrupt_code(shop->signals);
	if (shop->pilot && pilot_take_signal(shop->pilot, code - 128))
		return;
	shop->interrupted = code;
	schedule_stop(&run->schedule);
	for (size_t i = 0; i < shop->job_count; i++)
		if (shop->jobs[i].build)
			build_interrupt(shop->jobs[i].build, "interrupted", shop->interrupted);
}

/* --- the jobs --- */

void workshop_tell(const struct workshop *shop, const char *name, const struct error *failure)
{
	autofree char *text = explain_text(failure);
	report_message(shop->report, "factory: %s%s%s", name ? name : "", name ? ": " : "", text);
}

/* Where there is no summary, the first failure is the call's. */
static void job_failed(struct run *run, struct task *task, struct error *failure)
{
	struct workshop *shop = run->shop;
	int code = failure->exit_code ? failure->exit_code : EXIT_FAILED;
	if (run->is_plural && !shop->interrupted)
		workshop_tell(shop, job_of(run, task)->name, failure);
	else if (!error_is_set(&shop->failure))
		error_move(&shop->failure, failure);
	schedule_ended(&run->schedule, task, code);
}

static bool has_place(void *ctx, const struct task *task)
{
	const struct run *run = ctx;
	return endpoints_place(run->shop, job_of(run, task));
}

static void begin_jobs(struct run *run)
{
	struct task *task;
	while ((task = schedule_next(&run->schedule, has_place, run))) {
		auto_error struct error failure = {0};
		if (job_start(run->shop, job_of(run, task), &failure) < 0)
			job_failed(run, task, &failure);
	}
}

/* What was built on an endpoint that is gone is needed again where others stand on it and have not
 * ended, unless it had been brought elsewhere. A base comes before those: the last is looked at
 * first. */
static void build_again(struct run *run)
{
	run->shop->has_lost = false;
	for (size_t i = run->shop->job_count; i-- > 0;) {
		struct task *base = &run->schedule.tasks[i];
		struct job *job = &run->shop->jobs[i];
		if (base->state != TASK_PASSED || endpoints_live(run->shop, job) ||
		    endpoints_has(run->shop, job->outcome.image) ||
		    !schedule_is_needed(&run->schedule, base))
			continue;
		free(STEAL(job->outcome.image));
		job->lost = engine_endpoint(job->site->engine);
		schedule_again(base);
	}
}

/* A job whose build is over. */
static void end_job(struct run *run, struct task *task)
{
	auto_error struct error failure = {0};
	int status = job_finish(run->shop, job_of(run, task), &failure);
	if (status < 0)
		job_failed(run, task, &failure);
	else if (status > 0)
		schedule_again(task);
	else {
		endpoints_hold(run->shop, job_of(run, task));
		schedule_ended(&run->schedule, task, 0);
	}
}

/* True where anything happened: others may have got further while that blocked. */
static bool attend_jobs(struct run *run)
{
	struct workshop *shop = run->shop;
	bool any = false;
	for (size_t i = 0; i < shop->job_count; i++) {
		struct job *job = &shop->jobs[i];
		if (job->build)
			any |= build_attend(job->build);
		if (!job->build || !build_is_over(job->build))
			continue;
		any = true;
		end_job(run, &run->schedule.tasks[i]);
	}
	return any;
}

/* Where the loop itself fails, or memory is exhausted: nothing can be waited for any more. Sessions
 * are closed, and with them end their containers. */
static int give_up(void *ctx, struct error *err)
{
	struct workshop *shop = ctx;
	(void)err;
	for (size_t i = 0; i < shop->job_count; i++)
		if (shop->jobs[i].build)
			build_interrupt(shop->jobs[i].build, "given up", EXIT_FAILED);
	for (size_t i = 0; i < shop->site_count; i++)
		engine_abandon(shop->sites[i]->engine);
	for (size_t i = 0; i < shop->job_count; i++) {
		auto_error struct error ignored = {0};
		if (shop->jobs[i].build)
			build_finish(STEAL(shop->jobs[i].build), &shop->jobs[i].outcome, &ignored);
	}
	return 0;
}

/* Whatever blocks (the begin and the end of a build) is called from here, never from a callback. */
static int turn(void *ctx, struct error *err)
{
	struct run *run = ctx;
	while (!schedule_is_over(&run->schedule)) {
		endpoints_join(run->shop);
		if (run->shop->has_lost)
			build_again(run);
		begin_jobs(run);
		if (attend_jobs(run) || schedule_is_over(&run->schedule) || sharing_move(run->shop))
			continue;
		if (loop_turn(run->shop->site.loop, -1, err) < 0)
			return -1;
	}
	return 0;
}

/* --- after --- */

static void print_images(const struct workshop *shop)
{
	if (shop->throwaway || shop->untested)
		return;
	report_pause(shop->report);
	for (size_t i = 0; i < shop->job_count; i++)
		if (job_is_asked_for(shop, &shop->jobs[i]) && shop->jobs[i].outcome.image)
			printf("%s\n", shop->jobs[i].outcome.image);
	fflush(stdout);
}

static int conclude(struct run *run, struct error *err)
{
	struct workshop *shop = run->shop;
	if (!shop->keeps_ids)
		print_images(shop);
	if (run->is_plural)
		workshop_summary(shop);
	if (error_is_set(&shop->failure))
		return error_move(err, &shop->failure);
	if (!shop->interrupted || schedule_all_passed(&run->schedule))
		return schedule_code(&run->schedule);
	return interrupt_error(shop->interrupted, err);
}

int workshop_run(struct workshop *shop, struct error *err)
{
	struct run run = {.shop = shop};
	prepare(&run);
	for (size_t i = 0; i < shop->site_count; i++) {
		shop->sites[i]->slots.freed = on_freed;
		shop->sites[i]->slots.ctx = shop;
	}
	int status = sharing_open(shop, NULL, err);
	loop_watch(shop->site.loop, shop->signals, LOOP_READ, on_signal, &run);
	struct heartbeat *heartbeat = heartbeat_start(shop);
	auto_error struct error again = {0};
	if (status == 0 && (status = mem_guard(turn, &run, err)) < 0)
		mem_guard(give_up, shop, &again);
	heartbeat_stop(heartbeat);
	loop_unwatch(shop->site.loop, shop->signals);
	sharing_close(shop);
	return status < 0 ? -1 : conclude(&run, err);
}
