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

/* Templates that can't be read are found before the old ones are gone. */
static int check(const struct render_settings *settings, struct error *err)
{
	auto_arena struct arena arena = {0};
	for (size_t i = 0; i < settings->count; i++)
		if (!render_parse(&settings->templates[i], &arena, err))
			return -1;
	return 0;
}

void reload(struct runner *runner)
{
	auto_error struct error err = {0};
	struct render_settings settings;
	struct render_flags flags;
	runner->reload = false;
	if (render_command_line(runner->argc, runner->argv, &runner->reloaded, &settings, &flags,
				&err) < 0 ||
	    check(&settings, &err) < 0) {
		refuse(runner, &err);
		return;
	}
	journal_write(runner->journal, JOURNAL_INFO, "(runner) read the configuration again");
	source_close(runner);
	settings.exec = runner->settings->exec;
	settings.log = runner->settings->log;
	runner->fresh = settings;
	runner->settings = &runner->fresh;
	if (jobs_open(runner, &err) < 0 || source_open(runner, &err) < 0)
		runner_fail(runner, CODE_RUNNER, &err);
	registration_open(runner);
}
