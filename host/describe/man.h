/* Manual pages in mdoc(7) (https://mandoc.bsd.lv/man/mdoc.7.html), from the table of commands. */
#ifndef FACTORY_HOST_DESCRIBE_MAN_H
#define FACTORY_HOST_DESCRIBE_MAN_H

#include "common/buffer.h"
#include "host/commands/commands.h"

/* factory(1): all commands, exit codes, the environment, files. */
void describe_man(struct buf *out);

/* "factory-toolbox-create", the name of a command's page. The caller frees it. */
char *describe_man_name(const struct command *command);
void describe_man_command(const struct command *command, struct buf *out);

#endif
