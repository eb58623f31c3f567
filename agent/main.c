/* One program, several commands: the first argument names it, or the name the program is called
 * by. */
#include "agent/commands.h"
#include "common/own.h"
#include "common/version.h"

#include <stdio.h>
#include <string.h>

static int show_version(int argc, char **argv, struct error *err);
static int show_help(int argc, char **argv, struct error *err);

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv, struct error *err);
	const char *summary;
} commands[] = {
	{"session", agent_session, "serve a driver on standard input and output"},
	{"render", agent_render, "render files, as consul-template does"},
	{"init", agent_init, "run a service, as a container's first process"},
	{"facts", agent_facts, "show facts of this system"},
	{"probe", agent_probe, "look whether a port or a URL answers"},
	{"tree", agent_tree, "move changed files between containers"},
	{"version", show_version, "show the version"},
	{"help", show_help, "show this help"},
};

static const struct {
	const char *called, *command;
} aliases[] = {
	{"consul-template", "render"},
	{"--version", "version"},
	{"--help", "help"},
	{"-h", "help"},
};

static int show_version(int argc, char **argv, struct error *err)
{
	(void)argc;
	(void)argv;
	(void)err;
	return puts(FACTORY_VERSION) < 0;
}

static void print_help(FILE *out)
{
	fputs("usage: agent COMMAND [ARGUMENTS]\n\nCommands:\n", out);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\n`agent COMMAND --help` says more. Called as consul-template it is `agent "
	      "render`.\n",
	      out);
}

static int show_help(int argc, char **argv, struct error *err)
{
	(void)argc;
	(void)argv;
	(void)err;
	print_help(stdout);
	return 0;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(aliases); i++)
		if (strcmp(aliases[i].called, name) == 0)
			name = aliases[i].command;
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	auto_error struct error err = {0};
	int code = command->run(argc, argv, &err);
	if (code >= 0)
		return code;
	autofree char *text = error_text(&err);
	fprintf(stderr, "agent: %s\n", text);
	return err.exit_code ? err.exit_code : 1;
}

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *called = slash ? slash + 1 : argc ? argv[0] : "";
	int words = strcmp(called, "consul-template") == 0 ? 0 : 1; /* before the command's own */
	const char *name = words ? (argc > 1 ? argv[1] : NULL) : called;
	const struct command *command = name ? find_command(name) : NULL;
	if (command)
		return run_command(command, argc - words, argv + words);
	if (argc > 1)
		fprintf(stderr, "agent: there is no command \"%s\"\n\n", argv[1]);
	print_help(stderr);
	return 2;
}
