/* A command as YAML that a person would have written. */
#ifndef FACTORY_HOST_INTERACTIVE_SCALAR_H
#define FACTORY_HOST_INTERACTIVE_SCALAR_H

#include "common/buffer.h"
#include "common/error.h"

#include <stdbool.h>

/* Refuses what Jinja2 would read, and bytes that YAML can't hold. */
int scalar_check(const char *command, struct error *err);

/* Appends it, plain where that means the same (`in_flow`: between brackets, too), else in quotes;
 * several lines as a block whose own are indented two further than `indent`. Without the last
 * line's end. */
void scalar_write(const char *command, size_t indent, bool in_flow, struct buf *out);

#endif
