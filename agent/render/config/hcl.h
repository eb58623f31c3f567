/* HCL 1 (https://github.com/hashicorp/hcl, its README and spec.hcl describe the syntax) as
 * consul-template's configuration uses it: attributes, blocks with or without labels, lists,
 * objects, strings, heredocs, numbers, booleans, and three kinds of comments. */
#ifndef FACTORY_AGENT_RENDER_HCL_H
#define FACTORY_AGENT_RENDER_HCL_H

#include "common/error.h"
#include "common/value.h"

/* A map of the file's keys. A block is a list of maps under its name, one for each time it is
 * there ("template {...}" twice: a list of two); a label nests one map more; `name = {...}` is a
 * block too, as in HCL 1. Values and keys have their positions, numbers their text in `source`.
 * A key that is there twice is an error. NULL with a position on failure. */
struct value *hcl_parse(struct arena *arena, const char *name, const char *text, size_t len,
			struct error *err);

#endif
