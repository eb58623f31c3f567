/* The driver's commands, each a table of constants. To add one:
 *
 *   1. host/commands/NAME.c defines `const struct command command_NAME`: its options as a static
 *      table (host/options.h) that ends with {0}, whose values go into a struct of the command's
 *      own, made zeroed and given to `run`. The struct begins with a `struct settings`.
 *   2. Declare it below, and list it in commands.c, in order.
 *
 * --help, `factory help`, the completions of shells and the manual pages follow by themselves
 * (host/describe/). A subcommand is a command whose name has a space: "toolbox create"; the words
 * before the space need no command of their own. */
#ifndef FACTORY_HOST_COMMANDS_COMMANDS_H
#define FACTORY_HOST_COMMANDS_COMMANDS_H

#include "common/error.h"
#include "host/options.h"

struct command {
	const char *name;
	const char *summary; /* for the list of commands: no capital, no full stop */
	const char *usage;   /* how it is called, from its name on; further ways on further lines */
	const char *text;    /* what it does, in sentences on lines of less than 80 columns */
	option_tables options; /* whose offsets count from the struct below */
	unsigned words;        /* enum word_kind, or'ed: what its arguments are; 0: anything */
	const char *choices;   /* the arguments there are, separated by spaces, or NULL */
	bool hidden;           /* from users' eyes: for scripts of factory's own */
	/* The size of the struct that `run` gets; 0: none, and no settings are read. */
	size_t size;
	/* argv[0] is the last word of its name, argv[1..argc-1] what is no option. Returns the exit
	 * code, or -1 with the error set; main prints it and exits with err->exit_code, or
	 * EXIT_FAILED.
	 */
	int (*run)(void *options, int argc, char **argv, struct error *err);
};

extern const struct command command_build;
extern const struct command command_check;
extern const struct command command_complete;
extern const struct command command_completion;
extern const struct command command_diff;
extern const struct command command_doctor;
extern const struct command command_explain;
extern const struct command command_export;
extern const struct command command_facts;
extern const struct command command_gc;
extern const struct command command_graph;
extern const struct command command_help;
extern const struct command command_history;
extern const struct command command_import;
extern const struct command command_init;
extern const struct command command_ls;
extern const struct command command_man;
extern const struct command command_lock;
extern const struct command command_module_check;
extern const struct command command_module_init;
extern const struct command command_module_install;
extern const struct command command_module_list;
extern const struct command command_module_pack;
extern const struct command command_module_search;
extern const struct command command_module_test;
extern const struct command command_render;
extern const struct command command_report;
extern const struct command command_rm;
extern const struct command command_sbom;
extern const struct command command_shell;
extern const struct command command_test;
extern const struct command command_toolbox_create;
extern const struct command command_ui;
extern const struct command command_verify;
extern const struct command command_version;
extern const struct command command_why;

/* All of them, in the order in which they are listed; NULL ends them. */
extern const struct command *const commands[];

/* Is it a group's ("toolbox", of "toolbox create")? The group's length is `len`. */
bool commands_in_group(const struct command *command, const char *group, size_t len);

/* Runs what argv[1] names, or argv[1] and argv[2], with its settings and options, or prints its
 * --help. Returns as `run` does. */
int commands_run(int argc, char **argv, struct error *err);

/* A complaint about the arguments: EXIT_USAGE, and how the command is called. Returns -1. */
int commands_misused(const struct command *command, const char *what, struct error *err);

#endif
