/* Files that are written, and the commands that go with them: each command once for all templates
 * that name it, in the order of the templates; `after` in the end; then the child hears of it. */
#include "agent/render/command.h"
#include "agent/render/life/runner_parts.h"
#include "common/own.h"

static void run_next(struct runner *runner);

static int print(const struct job *job, struct error *err)
{
	printf("> %s\n", job->tmpl->destination);
	bool written =
		fwrite(buf_text(&job->output), 1, job->output.len, stdout) == job->output.len &&
		!fflush(stdout);
	return written ? 0 : error_errno(err, "can't write to standard output");
}

static int write_job(struct runner *runner, struct job *job, struct error *err)
{
	job->changed = false;
	if (runner->settings->dry)
		return print(job, err);
	if (render_write(job->tmpl, &job->output, &job->changed, err) < 0)
		return -1;
	if (job->changed)
		journal_write(runner->journal, JOURNAL_INFO, "(runner) rendered \"%s\"",
			      job->tmpl->destination);
	return 0;
}

/* A template whose file can't be written, and is not fatal, is none of those that are done. */
static int write_one(struct runner *runner, struct job *job)
{
	auto_error struct error err = {0};
	int status = write_job(runner, job, &err);
	if (status == 0 && job->explanation.len)
		fputs(job->explanation.data, stderr);
	buf_free(&job->output);
	job->state = status < 0 ? JOB_FAILED : JOB_DONE;
	job->ever_done = job->ever_done || status == 0;
	if (status == 0)
		return 0;
	job->changed = false;
	if (job->tmpl->error_fatal) {
		runner_fail(runner, CODE_ERROR, &err);
		return -1;
	}
	autofree char *text = error_text(&err);
	journal_write(runner->journal, JOURNAL_ERR, "(runner) %s", text);
	return 0;
}

/* --- commands --- */

static bool has_run(const struct runner *runner, size_t before)
{
	for (size_t i = 0; i < before; i++)
		if (runner->jobs[i].changed &&
		    command_equal(&runner->jobs[i].tmpl->exec, &runner->jobs[before].tmpl->exec))
			return true;
	return false;
}

static const struct exec_settings *next_command(struct runner *runner)
{
	while (runner->next_command < runner->job_count) {
		size_t at = runner->next_command++;
		const struct job *job = &runner->jobs[at];
		if (job->changed && command_given(&job->tmpl->exec) && !has_run(runner, at))
			return &job->tmpl->exec;
	}
	bool after = runner->next_command++ == runner->job_count;
	return after && command_given(&runner->settings->after) ? &runner->settings->after : NULL;
}

static void ended(void *ctx, int status, bool late)
{
	struct runner *runner = ctx;
	auto_error struct error err = {0};
	size_t at = runner->next_command - 1;
	const struct exec_settings *exec =
		at < runner->job_count ? &runner->jobs[at].tmpl->exec : &runner->settings->after;
	if (late)
		error_set(&err, "the command '%s' took longer than %gs", exec->command,
			  exec->timeout_ms / 1000.0);
	else
		command_judge(exec, status, &err);
	if (error_is_set(&err))
		runner_fail(runner, CODE_ERROR, &err);
	else
		run_next(runner);
}

static void tell_child(struct runner *runner)
{
	auto_error struct error err = {0};
	bool complete = !changes_any(runner, JOB_DUE) && !changes_any(runner, JOB_PENDING) &&
			!changes_any(runner, JOB_LACKING);
	if (!runner->child || runner->settings->dry)
		return;
	if (runner->child_started) {
		if (runner->wrote)
			child_reload(runner->child);
		return;
	}
	if (!complete)
		return;
	runner->child_started = true;
	if (child_start(runner->child, &err) < 0)
		runner_fail(runner, CODE_RUNNER, &err);
}

static void run_next(struct runner *runner)
{
	auto_error struct error err = {0};
	const struct exec_settings *exec = next_command(runner);
	runner->commands_run = exec != NULL;
	if (exec && processes_start(runner->processes, exec, ended, runner, &err) < 0)
		runner_fail(runner, CODE_ERROR, &err);
	if (!exec)
		tell_child(runner);
}

void outputs_write(struct runner *runner)
{
	auto_error struct error err = {0};
	runner->wrote = runner->unwritten = false;
	for (size_t i = 0; i < runner->job_count; i++) {
		struct job *job = &runner->jobs[i];
		job->changed = false;
		if (job->state == JOB_READY && write_one(runner, job) < 0)
			return;
		runner->wrote = runner->wrote || job->changed;
	}
	if (!runner->settings->dry && jobs_purge(runner, &err) < 0) {
		runner_fail(runner, CODE_ERROR, &err);
		return;
	}
	runner->next_command = 0;
	if (runner->wrote)
		run_next(runner);
	else
		tell_child(runner);
}
