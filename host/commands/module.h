/* The subcommands of `factory module`, as the commands are: argv[0] is the subcommand's name. */
#ifndef FACTORY_HOST_COMMANDS_MODULE_H
#define FACTORY_HOST_COMMANDS_MODULE_H

#include "common/error.h"

int module_command_init(int argc, char **argv, struct error *err);
int module_command_check(int argc, char **argv, struct error *err);
int module_command_test(int argc, char **argv, struct error *err);
int module_command_list(int argc, char **argv, struct error *err);
int module_command_pack(int argc, char **argv, struct error *err);
int module_command_search(int argc, char **argv, struct error *err);
int module_command_install(int argc, char **argv, struct error *err);

#endif
