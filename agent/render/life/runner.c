#include "agent/render/life/runner.h"

#include "agent/render/command.h"
#include "agent/render/life/record.h"
#include "agent/render/life/runner_parts.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"

#include <string.h>
#include <unistd.h>

/* --- beginning --- */

static int write_pid(const struct render_settings *settings, struct error *err)
{
	if (!settings->pid_file)
		return 0;
	autofree char *text = mem_printf("%d\n", (int)getpid());
	return file_replace(settings->pid_file, text, strlen(text), 0644, (uid_t)-1, (gid_t)-1,
			    err);
}

static void on_child_ended(void *ctx, int code)
{
	struct runner *runner = ctx;
	if (!runner->ending)
		journal_write(runner->journal, JOURNAL_INFO, "(child) ended with code %d", code);
	runner_end(runner, code);
}

static int open_all(struct runner *runner, struct error *err)
{
	const struct render_settings *settings = runner->settings;
	runner->journal = journal_open(&settings->log, err);
	runner->loop = loop_new(err);
	if (!runner->journal || !runner->loop)
		return -1;
	runner->processes = processes_new(runner->loop);
	if (command_given(&settings->exec))
		runner->child = child_new(runner->loop, runner->processes, runner->journal,
					  &settings->exec, on_child_ended, runner);
	if (jobs_open(runner, err) < 0 || source_open(runner, err) < 0 ||
	    events_open(runner, err) < 0)
		return -1;
	return write_pid(settings, err);
}

static void close_all(struct runner *runner)
{
	if (runner->settings->pid_file)
		unlink(runner->settings->pid_file);
	if (runner->loop) {
		source_close(runner);
		events_close(runner);
		child_free(runner->child);
		processes_free(runner->processes);
	}
	loop_free(runner->loop);
	journal_close(runner->journal);
	free(runner->complaint);
	arena_free(&runner->reloaded);
}

/* --- turns --- */

static void look(struct runner *runner)
{
	runner->looks = false;
	jobs_look(runner);
	source_look(runner);
}

/* Values that nobody wants any more are forgotten; the others are watched from now on. */
static void settle_dependencies(struct runner *runner)
{
	if (!runner->live || changes_any(runner, JOB_DUE) || changes_any(runner, JOB_PENDING))
		return;
	for (size_t i = 0; i < runner->job_count; i++)
		job_mark(&runner->jobs[i]);
	live_sweep(runner->live);
}

static bool is_done_once(const struct runner *runner)
{
	return runner->settings->once && !changes_any(runner, JOB_DUE) &&
	       !changes_any(runner, JOB_PENDING) && !changes_any(runner, JOB_LACKING) &&
	       !changes_any(runner, JOB_READY) && !runner->commands_run;
}

/* Once: everything, or nothing. Watching: each file as soon as it can be. Where there are no
 * templates, what comes after them has its turn once. */
static bool may_write(const struct runner *runner)
{
	if (!changes_any(runner, JOB_READY) && (runner->job_count || !runner->unwritten))
		return false;
	return !runner->settings->once ||
	       (!changes_any(runner, JOB_PENDING) && !changes_any(runner, JOB_LACKING));
}

static void write_record(struct runner *runner)
{
	auto_error struct error err = {0};
	const char *path = runner->settings->record;
	if (path && record_write(path, runner->jobs, runner->job_count, &err) < 0)
		runner_fail(runner, CODE_ERROR, &err);
}

static void render_and_write(struct runner *runner)
{
	if (runner->live && !live_settle(runner->live))
		return;
	changes_notice(runner);
	if (changes_any(runner, JOB_DUE)) {
		if (changes_render(runner) < 0)
			return;
		settle_dependencies(runner);
		if (runner->live)
			live_settle(runner->live);
	}
	if (may_write(runner)) {
		outputs_write(runner);
		write_record(runner);
	}
}

static void end_once(struct runner *runner)
{
	auto_error struct error err = {0};
	if (changes_any(runner, JOB_FAILED)) {
		error_set(&err, "some templates could not be rendered");
		runner_fail(runner, CODE_ERROR, &err);
	} else if (!runner->child || runner->settings->dry) {
		runner_end(runner, 0);
	}
}

static bool has_ended(const struct runner *runner)
{
	return runner->ending && !(runner->child && child_is_running(runner->child));
}

/* As often as something may have become due meanwhile. */
static void step(struct runner *runner)
{
	if (runner->ending || runner->commands_run)
		return;
	if (runner->reload)
		reload(runner);
	if (runner->looks)
		look(runner);
	if (!runner->ending && !(runner->settings->once && runner->child_started))
		render_and_write(runner);
	if (!runner->ending && is_done_once(runner))
		end_once(runner);
}

static int live_on(struct runner *runner, struct error *err)
{
	for (;;) {
		step(runner);
		if (has_ended(runner))
			break;
		bool again = !runner->ending && !runner->commands_run &&
			     changes_any(runner, JOB_DUE) &&
			     (!runner->live || live_settle(runner->live));
		if (loop_turn(runner->loop, again ? 0 : -1, err) < 0)
			return -1;
	}
	return error_is_set(&runner->error) ? error_move(err, &runner->error) : runner->code;
}

static void default_code(struct error *err)
{
	if (!err->exit_code || err->exit_code < CODE_ERROR)
		err->exit_code = CODE_RUNNER;
}

int runner_check(const struct render_settings *settings, struct error *err)
{
	struct job_list jobs;
	if (jobs_read(settings, &jobs, err) < 0) {
		default_code(err);
		return -1;
	}
	job_list_free(&jobs);
	return 0;
}

int runner_run(int argc, char **argv, struct render_settings *settings, struct error *err)
{
	struct runner runner = {.argc = argc, .argv = argv, .settings = settings, .signals = -1};
	int code = -1;
	if (open_all(&runner, err) == 0)
		code = live_on(&runner, err);
	else
		default_code(err);
	close_all(&runner);
	return code;
}
