#include "host/describe/help.h"

#include "host/commands/commands.h"
#include "host/describe/exit_codes.h"
#include "host/exit_codes.h"

#include <string.h>

static void print_exit_codes(void)
{
	for (size_t i = 0; i < exit_meaning_count; i++)
		printf("%4d  %s\n", exit_meanings[i].code, exit_meanings[i].meaning);
}

/* Of a command, or of a group such as "toolbox". */
static bool print_help_of(const char *name)
{
	bool found = false;
	for (size_t i = 0; commands[i] && !found; i++)
		if (strcmp(commands[i]->name, name) == 0) {
			describe_help(commands[i], stdout);
			found = true;
		} else if (commands_in_group(commands[i], name, strlen(name))) {
			describe_commands(name, stdout);
			found = true;
		}
	return found;
}

static int help(void *options, int argc, char **argv, struct error *err)
{
	(void)options;
	if (argc < 2)
		describe_commands(NULL, stdout);
	else if (strcmp(argv[1], "exit-codes") == 0)
		print_exit_codes();
	else if (!print_help_of(argv[1])) {
		error_set(err, "no help about '%s': `factory help` lists what there is", argv[1]);
		err->exit_code = EXIT_USAGE;
		return -1;
	}
	return EXIT_OK;
}

const struct command command_help = {
	.name = "help",
	.summary = "print this, or `help exit-codes`",
	.usage = "help [COMMAND|exit-codes]",
	.text = "Lists the commands, tells more about one, or lists what exit codes mean.",
	.words = WORD_COMMAND,
	.choices = "exit-codes",
	.run = help,
};
