#ifndef FACTORY_COMMON_YAML_PLAIN_H
#define FACTORY_COMMON_YAML_PLAIN_H

#include "common/value.h"

/* What a plain scalar is by YAML 1.2's core schema: null, a boolean, a number, else a string. */
struct value *yaml_plain(struct arena *arena, const char *text);

#endif
