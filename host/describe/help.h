/* What `--help` and `factory help` print, from the table of commands. */
#ifndef FACTORY_HOST_DESCRIBE_HELP_H
#define FACTORY_HOST_DESCRIBE_HELP_H

#include "host/commands/commands.h"

#include <stdio.h>

/* A command: how it is called, what it does, its options. */
void describe_help(const struct command *command, FILE *out);

/* A line for each command; of a group ("toolbox") its own only; NULL: of all. */
void describe_commands(const char *group, FILE *out);

#endif
