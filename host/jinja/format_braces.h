/* The method `format` of strings. */
#ifndef FACTORY_HOST_JINJA_FORMAT_BRACES_H
#define FACTORY_HOST_JINJA_FORMAT_BRACES_H

#include "host/jinja/runtime.h"

/* arguments: the list of positional ones, the map of keywords. */
struct value *format_braces(struct run *run, const struct expression *at, struct value *format,
			    struct value **arguments);

#endif
