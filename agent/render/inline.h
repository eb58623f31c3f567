/* A template that is given as text, rendered over a value: for what prints values. */
#ifndef FACTORY_AGENT_RENDER_INLINE_H
#define FACTORY_AGENT_RENDER_INLINE_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

/* `dot` is what the template starts with, and where `fact` looks. There are no keys and no services
 * here: asking for them is an error. */
int render_inline(struct arena *arena, const char *name, const char *text, struct value *dot,
		  struct buf *out, struct error *err);

#endif
