/* Templates of several files, as the evaluator sees them. */
#ifndef FACTORY_HOST_JINJA_FILES_H
#define FACTORY_HOST_JINJA_FILES_H

#include "host/jinja/loader.h"
#include "host/jinja/runtime.h"

/* A block, and the template it stands in. */
struct block {
	const struct statement *statement;
	const struct jinja_template *tmpl;
};

/* A block of the chain from the last heir to the first ancestor: super() is the next one. */
struct layer {
	struct value *chain; /* of struct block */
	size_t index;
};

int execute_template(struct run *run, const struct jinja_template *tmpl);
int execute_block(struct run *run, const struct statement *statement);
int execute_include(struct run *run, const struct statement *statement);
int execute_import(struct run *run, const struct statement *statement);
int execute_from(struct run *run, const struct statement *statement);
int execute_extends(struct run *run, const struct statement *statement);

struct value *block_layer(struct run *run, struct value *chain, size_t index);
struct value *call_block(struct run *run, const struct expression *at, const struct layer *layer);
struct value *self_attribute(struct run *run, const char *name); /* self.NAME */

#endif
