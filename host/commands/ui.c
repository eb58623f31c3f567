#include "common/own.h"
#include "host/build/interrupt.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/ui/server.h"

static const struct option_usage usage = {
	"factory ui [--port N]",
	"Shows builds in a browser, those that run as they go on. Prints the address, which holds "
	"a\n"
	"token that nobody else knows, and serves it on this machine only, until it is "
	"interrupted.",
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

int command_ui(int argc, char **argv, struct error *err)
{
	unsigned port = 0;
	const struct option_line lines[] = {
		{.name = "port",
		 .argument = "N",
		 .help = "the port on 127.0.0.1 (default: a free one)",
		 .number = &port},
	};
	int status = options_parse(&argc, argv, lines, COUNT_OF(lines), &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc > 1 || port > UINT16_MAX)
		return settings_misused(&usage, "it takes no arguments but a port", err);
	struct loop *loop = loop_new(err);
	status = loop ? serve(loop, port, err) : -1;
	loop_free(loop);
	return status;
}
