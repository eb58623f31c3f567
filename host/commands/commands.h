/* The driver's subcommands: argv[0] is the subcommand's name. Each returns the exit code, or -1
 * with the error set; main prints it and exits with err->exit_code, or EXIT_FAILED. */
#ifndef FACTORY_HOST_COMMANDS_COMMANDS_H
#define FACTORY_HOST_COMMANDS_COMMANDS_H

#include "common/error.h"

int command_build(int argc, char **argv, struct error *err);
int command_check(int argc, char **argv, struct error *err);
int command_facts(int argc, char **argv, struct error *err);
int command_graph(int argc, char **argv, struct error *err);
int command_init(int argc, char **argv, struct error *err);
int command_render(int argc, char **argv, struct error *err);
int command_report(int argc, char **argv, struct error *err);
int command_toolbox(int argc, char **argv, struct error *err);
int command_ui(int argc, char **argv, struct error *err);

#endif
