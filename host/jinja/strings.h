/* Strings as Python treats them. Letters beyond ASCII keep their case. */
#ifndef FACTORY_HOST_JINJA_STRINGS_H
#define FACTORY_HOST_JINJA_STRINGS_H

#include "host/jinja/runtime.h"

struct value *string_map(struct run *run, const struct value *text, int (*change)(int));
struct value *string_capitalize(struct run *run, const struct value *text);
/* Capitals behind these characters; NULL: behind whatever is no letter. */
struct value *string_title(struct run *run, const struct value *text, const char *separators);
/* characters NULL: white space. */
struct value *string_strip(struct run *run, const struct value *text, const char *characters,
			   bool left, bool right);
/* most -1: all. */
struct value *string_replace(struct run *run, const struct value *text, const struct value *old,
			     const struct value *new, int64_t most);
struct value *string_split(struct run *run, const struct value *text, const struct value *by,
			   int64_t most);
/* by NULL: nothing between them. */
struct value *string_join(struct run *run, const struct expression *at, const struct value *by,
			  struct value *items);

/* The methods of string_methods.c; NULL: none of that name. */
const struct jinja_function *find_more_string_method(const char *name);

/* The methods of string_methods.c; NULL: none of that name. */
const struct jinja_function *find_more_string_method(const char *name);

#endif
