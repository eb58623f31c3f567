/* A value that templates want from outside: what a WANT frame carries, what the build cache
 * remembers, what a source answers. */
#ifndef FACTORY_COMMON_WANT_H
#define FACTORY_COMMON_WANT_H

#include "common/value.h"

struct want {
	const char *kind; /* "key", "keys", "tree", "services"...; shapes: common/consul.h */
	const char *name;
	const char *datacenter; /* NULL: the server's own */
	/* "key=value", ends with NULL; NULL: none. For Consul and Nomad further query parameters
	 * ("near=_agent", "passing=1"), for Vault what is written to the path. */
	const char *const *args;
};

/* {"kind","name"} and, where there are any, "datacenter" and "args". */
struct value *want_to_value(struct arena *arena, const struct want *want);

/* The reverse; everything is copied. What is missing is "". */
struct want want_from_value(struct arena *arena, const struct value *value);

#endif
