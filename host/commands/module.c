#include "host/commands/module.h"

#include "common/own.h"
#include "host/commands/commands.h"
#include "host/exit_codes.h"

#include <string.h>

static const struct {
	const char *name, *summary;
	int (*run)(int argc, char **argv, struct error *err);
} subcommands[] = {
	{"init", "write a first module and its test", module_command_init},
	{"check", "validate modules without an engine", module_command_check},
	{"test", "build a throwaway image with a module, and run its tests", module_command_test},
	{"list", "list the modules that a manifest finds by name", module_command_list},
	{"search", "look for modules in an index", module_command_search},
	{"install", "install a module of an index", module_command_install},
	{"pack", "make the archive of a module, the same bytes each time", module_command_pack},
};

static void print_usage(FILE *out)
{
	fputs("usage: factory module SUBCOMMAND [ARGUMENT]...\n\n"
	      "Modules are parts that manifests share. SUBCOMMAND --help tells more.\n\n",
	      out);
	for (size_t i = 0; i < COUNT_OF(subcommands); i++)
		fprintf(out, "  %-9s %s\n", subcommands[i].name, subcommands[i].summary);
}

int command_module(int argc, char **argv, struct error *err)
{
	const char *name = argc > 1 ? argv[1] : "";
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		print_usage(stdout);
		return EXIT_OK;
	}
	for (size_t i = 0; i < COUNT_OF(subcommands); i++)
		if (strcmp(subcommands[i].name, name) == 0)
			return subcommands[i].run(argc - 1, argv + 1, err);
	if (argc > 1)
		error_set(err, "no subcommand '%s': `factory module --help` lists them", name);
	else
		error_set(err, "name a subcommand: `factory module --help` lists them");
	err->exit_code = EXIT_USAGE;
	return -1;
}
