#include "host/describe/help.h"

#include "common/memory.h"
#include "common/own.h"

#include <string.h>

static void print_usage(const char *usage, FILE *out)
{
	const char *lead = "usage: ";
	for (const char *line = usage; *line; lead = "       ") {
		size_t len = strcspn(line, "\n");
		fprintf(out, "%sfactory %.*s\n", lead, (int)len, line);
		line += len + (line[len] == '\n');
	}
}

static void print_option(const struct option *option, FILE *out)
{
	autofree char *name = mem_printf("--%s%s%s", option->name, option->argument ? " " : "",
					 option->argument ? option->argument : "");
	if (option->letter)
		fprintf(out, "  -%c, %-26s %s\n", option->letter, name, option->help);
	else
		fprintf(out, "      %-26s %s\n", name, option->help);
}

void describe_help(const struct command *command, FILE *out)
{
	static const struct option help = {.name = "help", .letter = 'h', .help = "print this"};
	struct option_at at = {0};
	print_usage(command->usage, out);
	fprintf(out, "\n%s\n\noptions:\n", command->text);
	for (const struct option *option; (option = options_next(command->options, &at));)
		print_option(option, out);
	print_option(&help, out);
}

static bool is_listed(const struct command *command, const char *group)
{
	return !command->hidden && (!group || commands_in_group(command, group, strlen(group)));
}

void describe_commands(const char *group, FILE *out)
{
	int width = 0;
	for (size_t i = 0; commands[i]; i++)
		if (is_listed(commands[i], group) && (int)strlen(commands[i]->name) > width)
			width = (int)strlen(commands[i]->name);
	fprintf(out, "usage: factory %s%sCOMMAND [ARGUMENT]...\n\n", group ? group : "",
		group ? " " : "");
	fprintf(out, "%sCOMMAND --help tells more.\n\n",
		group ? "" : "Builds container images from manifests. ");
	for (size_t i = 0; commands[i]; i++)
		if (is_listed(commands[i], group))
			fprintf(out, "  %-*s  %s\n", width, commands[i]->name,
				commands[i]->summary);
}
