/* The agent's subcommands: argv[0] is the subcommand's name. Each returns the exit code, or -1
 * with the error set (main prints it and exits with err->exit_code or 1). */
#ifndef FACTORY_AGENT_COMMANDS_H
#define FACTORY_AGENT_COMMANDS_H

#include "common/error.h"

int agent_session(int argc, char **argv, struct error *err);
int agent_render(int argc, char **argv, struct error *err);
int agent_init(int argc, char **argv, struct error *err);
int agent_probe(int argc, char **argv, struct error *err);
int agent_facts(int argc, char **argv, struct error *err);
int agent_tree(int argc, char **argv, struct error *err);

#endif
