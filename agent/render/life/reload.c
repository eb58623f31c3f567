/* The configuration read again. The child goes on: what it runs is not changed by this. */
#include "agent/render/command.h"
#include "agent/render/life/runner_parts.h"
#include "common/own.h"

static void refuse(const struct runner *runner, const struct error *err)
{
	autofree char *text = error_text(err);
	journal_write(runner->journal, JOURNAL_ERR,
		      "(runner) %s: the old configuration stays in use", text);
}

/* Values that can't be read are found before the old ones are gone. */
static int check_values(const struct render_settings *settings, struct error *err)
{
	struct source *source = settings->kv ? source_file(settings->kv, err) : NULL;
	if (settings->kv && !source)
		return -1;
	source_free(source);
	return 0;
}

static int read_again(struct runner *runner, struct render_settings *settings,
		      struct job_list *jobs, struct error *err)
{
	struct render_flags flags;
	if (render_command_line(runner->argc, runner->argv, &runner->reloaded, settings, &flags,
				err) < 0 ||
	    check_values(settings, err) < 0)
		return -1;
	return jobs_read(settings, jobs, err);
}

void reload(struct runner *runner)
{
	auto_error struct error err = {0};
	struct render_settings settings;
	struct job_list jobs;
	runner->reload = false;
	if (read_again(runner, &settings, &jobs, &err) < 0) {
		refuse(runner, &err);
		return;
	}
	journal_write(runner->journal, JOURNAL_INFO, "(runner) read the configuration again");
	source_close(runner);
	settings.exec = runner->settings->exec;
	settings.log = runner->settings->log;
	settings.pid_file = runner->settings->pid_file;
	runner->fresh = settings;
	runner->settings = &runner->fresh;
	jobs_replace(runner, &jobs);
	if (source_open(runner, &err) < 0)
		runner_fail(runner, CODE_RUNNER, &err);
}
