/* Jinja2 (https://jinja.palletsprojects.com/en/3.1.x/templates/) as manifests use it. */
#ifndef FACTORY_HOST_JINJA_JINJA_H
#define FACTORY_HOST_JINJA_JINJA_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

#include <stdbool.h>

struct jinja_options {
	bool trim_blocks, lstrip_blocks;
	/* The directory that include, import and extends read from; NULL: none. */
	const char *include_path;
};

/* Sets what the first line asks for, where it is a comment "# jinja: trim_blocks lstrip_blocks". */
void jinja_head_options(const char *text, struct jinja_options *options);

struct jinja_template; /* lives in the arena it was parsed in */

/* Parses; NULL on failure, with the position in `name`. */
struct jinja_template *jinja_parse(struct arena *arena, const char *name, const char *text,
				   size_t len, const struct jinja_options *options,
				   struct error *err);

/* Whether the template reads the variable `variable` anywhere and does not set it itself first. */
bool jinja_reads(const struct jinja_template *tmpl, const char *variable);

/* Where the output came from: one entry for each piece, in order of `offset`. Text copied from the
 * template advances with it; a piece that an expression made has one position for all of it. */
struct jinja_piece {
	size_t offset;         /* into the output */
	unsigned line, column; /* in the template, from 1 */
	bool literal;
};
struct jinja_map {
	struct jinja_piece *pieces;
	size_t len, cap;
};

/* Renders with the variables of the map `context`. A trailing newline is kept, an undefined name
 * is an error (strict), output is bounded (64 MiB), and so are loops (a million turns in all) and
 * depth. `map` may be NULL; its pieces are in `arena`. */
int jinja_render(const struct jinja_template *tmpl, const struct value *context,
		 struct arena *arena, struct buf *out, struct jinja_map *map, struct error *err);

/* The template's position of a line and column (from 1) of the output. */
void jinja_locate(const struct jinja_map *map, const struct buf *output, unsigned line,
		  unsigned column, unsigned *template_line, unsigned *template_column);

/* A value that stands for what is not known yet: every attribute and item of it is itself, it
 * prints as the empty string, iterates as empty, and is false. */
struct value *jinja_placeholder(struct arena *arena);

#endif
