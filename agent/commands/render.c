/* `agent render`, and consul-template by another name: the same flags and exit codes. */
#include "agent/commands.h"
#include "agent/render/life/runner.h"
#include "agent/render/render.h"
#include "common/version.h"

#include <stdio.h>

static void print_ignored(const struct render_settings *settings)
{
	for (size_t i = 0; i < settings->ignored->list.len; i++)
		fprintf(stderr, "agent: %s\n", value_text(settings->ignored->list.items[i]));
}

static int fail(int code, struct error *err)
{
	err->exit_code = code;
	return -1;
}

static int run(int argc, char **argv, struct arena *arena, struct error *err)
{
	struct render_settings settings;
	struct render_flags asked;
	if (render_command_line(argc, argv, arena, &settings, &asked, err) < 0)
		return -1;
	if (asked.help) {
		render_print_help();
		return 0;
	}
	if (asked.version)
		return printf("agent %s (renders as consul-template)\n", FACTORY_VERSION) < 0;
	print_ignored(&settings);
	if (settings.parse_only)
		return runner_check(&settings, err);
	if (!settings.count && !settings.directory_count && !settings.exec.command) {
		error_set(err, "nothing to render: name templates by -template or -config");
		return fail(CODE_FLAGS, err);
	}
	return runner_run(argc, argv, &settings, err);
}

int agent_render(int argc, char **argv, struct error *err)
{
	struct arena arena = {0};
	int code = run(argc, argv, &arena, err);
	arena_free(&arena);
	return code;
}
