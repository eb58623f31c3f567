/* `agent init`: a service's first process. It does what an init has to, renders as `agent render`
 * does, and keeps facts in Consul. */
#include "agent/commands.h"
#include "agent/commands/render.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char help[] =
	"usage: agent init [FLAG]... -- COMMAND [ARGUMENT]...\n"
	"\n"
	"Runs a command as a container's first process should: collects processes that lost their\n"
	"parent, passes signals on, and exits with the command's exit code, or 128 + N where "
	"signal "
	"N\n"
	"ended it (127: there is no such program, 126: it can't be run). No shell is involved.\n"
	"\n"
	"With templates the command starts when all of them are rendered. They are watched as long "
	"as\n"
	"it runs; after a change it is told by -exec-reload-signal, or else started anew.\n"
	"SIGTERM sends the command -exec-kill-signal, and SIGKILL when -exec-kill-timeout is "
	"over.\n"
	"SIGHUP reads the configuration again where there are templates or facts "
	"(-reload-signal).\n"
	"A server that is away is asked for ever.\n"
	"\n"
	"With -facts-prefix facts of this system are kept in Consul's keys: PREFIX/os.id, "
	"PREFIX/networking.ip...\n";

static int misused(struct error *err)
{
	error_set(err, "no command: agent init [FLAG]... -- COMMAND [ARGUMENT]...");
	err->exit_code = CODE_FLAGS;
	return -1;
}

static int run(int argc, char **argv, struct arena *arena, struct error *err)
{
	struct render_settings settings;
	struct render_flags asked;
	if (render_command_line(argc, argv, arena, &settings, &asked, err) < 0)
		return -1;
	if (asked.help) {
		puts(help);
		render_print_flags();
		return 0;
	}
	if (!asked.version && !settings.exec.service)
		return misused(err);
	/* Whoever reads the log may go away. */
	signal(SIGPIPE, SIG_IGN);
	if (getpid() != 1)
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	return render_obey(argc, argv, &settings, &asked, err);
}

int agent_init(int argc, char **argv, struct error *err)
{
	auto_arena struct arena arena = {0};
	return run(argc, argv, &arena, err);
}
