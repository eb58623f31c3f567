#include "common/version.h"

#include "host/commands/commands.h"
#include "host/exit_codes.h"

#include <stdio.h>

static int version(void *options, int argc, char **argv, struct error *err)
{
	(void)options;
	(void)argc;
	(void)argv;
	(void)err;
	printf("factory %s\n", FACTORY_VERSION);
	return EXIT_OK;
}

const struct command command_version = {
	.name = "version",
	.summary = "print the version",
	.usage = "version",
	.text = "Prints the version.",
	.run = version,
};
