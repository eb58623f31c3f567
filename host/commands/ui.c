#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/interrupt.h"
#include "host/ui/server.h"

struct ui_command {
	struct settings settings;
	unsigned port;
};

static void on_signal(void *ctx, unsigned events)
{
	(void)events;
	*(bool *)ctx = true;
}

static int serve(struct loop *loop, unsigned port, struct error *err)
{
	bool over = false;
	int status = 0;
	autoclose int signals = interrupt_open(err);
	struct server *server = signals < 0 ? NULL : server_new(loop, port, err);
	if (!server)
		return -1;
	loop_watch(loop, signals, LOOP_READ, on_signal, &over);
	printf("%s\n", server_url(server));
	fflush(stdout);
	while (!over && status == 0)
		status = loop_turn(loop, -1, err);
	loop_unwatch(loop, signals);
	server_free(server);
	return status < 0 ? -1 : EXIT_OK;
}

static int ui(void *options, int argc, char **argv, struct error *err)
{
	const struct ui_command *command = options;
	(void)argv;
	if (argc > 1 || command->port > UINT16_MAX)
		return commands_misused(&command_ui, "it takes no arguments but a port", err);
	struct loop *loop = loop_new(err);
	int status = loop ? serve(loop, command->port, err) : -1;
	loop_free(loop);
	return status;
}

static const struct option ui_options[] = {
	{.name = "port",
	 .argument = "N",
	 .help = "the port on 127.0.0.1 (default: a free one)",
	 OPTION_INTO(struct ui_command, port)},
	{0},
};

const struct command command_ui = {
	.name = "ui",
	.summary = "show builds in a browser on this machine",
	.usage = "ui [--port N]",
	.text = "Shows builds in a browser, those that run as they go on. Prints the address,\n"
		"which holds a token that nobody else knows, and serves it on this machine only,\n"
		"until it is interrupted.",
	.options = {ui_options},
	.size = sizeof(struct ui_command),
	.run = ui,
};
