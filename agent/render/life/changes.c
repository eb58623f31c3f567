/* What is due: at once where it was never rendered, else when changes have come to rest. */
#include "agent/render/life/runner_parts.h"
#include "common/own.h"

bool changes_any(const struct runner *runner, enum job_state state)
{
	for (size_t i = 0; i < runner->job_count; i++)
		if (runner->jobs[i].state == state)
			return true;
	return false;
}

static void look_again(void *ctx)
{
	struct runner *runner = ctx;
	runner->quiet_timer = 0;
}

/* When the job may be rendered: `min` after the last change, at most `max` after the first. */
static uint64_t rest_ends(const struct job *job)
{
	const struct wait_settings *wait = &job->tmpl->wait;
	uint64_t quiet = job->last_change_us + wait->min_ms * 1000ull;
	uint64_t latest = job->first_change_us + wait->max_ms * 1000ull;
	return quiet < latest ? quiet : latest;
}

/* The use of a job that has changed is remembered, so that the next change counts anew. */
static void count_change(struct job *job, uint64_t now)
{
	for (size_t i = 0; i < job->use_count; i++)
		job->generations[i] = live_generation(job->uses[i]);
	job->last_change_us = now;
	if (!job->first_change_us)
		job->first_change_us = now;
}

/* Returns when it will be due; 0: it is, or nothing has changed. */
static uint64_t notice(struct job *job, uint64_t now)
{
	bool rests = job->ever_done && job->tmpl->wait.enabled;
	if (job->state == JOB_DUE || job->state == JOB_READY)
		return 0;
	if (job_is_stale(job))
		count_change(job, now);
	if (!job->first_change_us)
		return 0;
	if (rests && rest_ends(job) > now)
		return rest_ends(job);
	job->first_change_us = job->last_change_us = 0;
	job->state = JOB_DUE;
	return 0;
}

void changes_notice(struct runner *runner)
{
	uint64_t now = loop_now_us(), soonest = 0;
	for (size_t i = 0; i < runner->job_count; i++) {
		uint64_t due = notice(&runner->jobs[i], now);
		if (due && (!soonest || due < soonest))
			soonest = due;
	}
	loop_cancel(runner->loop, runner->quiet_timer);
	runner->quiet_timer = 0;
	if (soonest)
		runner->quiet_timer =
			loop_after(runner->loop, (soonest - now + 999) / 1000, look_again, runner);
}

static void tell_lacking(const struct runner *runner, const struct job *job)
{
	if (job->state == JOB_LACKING)
		journal_write(runner->journal, JOURNAL_WARN,
			      "(runner) waits for %s, which is missing", job->lacking);
}

static int failed(struct runner *runner, struct job *job, struct error *err)
{
	job->state = JOB_FAILED;
	if (job->tmpl->error_fatal) {
		runner_fail(runner, CODE_ERROR, err);
		return -1;
	}
	autofree char *text = error_text(err);
	journal_write(runner->journal, JOURNAL_ERR, "(runner) %s", text);
	return 0;
}

int changes_render(struct runner *runner)
{
	const struct job_context context = {
		.source = runner->file ? runner->file : live_source(runner->live),
		.live = runner->live,
		.missing = runner->settings->missing,
		.explain = runner->settings->explain,
	};
	for (size_t i = 0; i < runner->job_count; i++) {
		struct job *job = &runner->jobs[i];
		auto_error struct error err = {0};
		if (job->state != JOB_DUE)
			continue;
		if (job_render(job, &context, &err) < 0 && failed(runner, job, &err) < 0)
			return -1;
		tell_lacking(runner, job);
	}
	return 0;
}
