/* YAML 1.1 by libyaml to values with positions. Plain scalars are resolved by YAML 1.2's core
 * schema (https://yaml.org/spec/1.2.2/#103-core-schema): null, true/false, integers (decimal, 0x,
 * 0o), floats; everything else is a string. Aliases share the anchor's value, `<<` merges. */
#ifndef FACTORY_COMMON_YAML_H
#define FACTORY_COMMON_YAML_H

#include "common/error.h"
#include "common/value.h"

/* Reads one document (an empty one is null). Every value has its line and column, plain scalars
 * their text in `source`. A duplicate key, a second document, an unknown alias, a key that is no
 * scalar, nesting deeper than 100, more than a million values or 64 MiB of text are errors with
 * positions; aliases and merges count as all that they stand for. NULL on failure. */
struct value *yaml_parse(struct arena *arena, const char *name, const char *text, size_t len,
			 struct error *err);

/* The same for a text that has `before` lines of other texts before it: every line, in values and
 * in errors, is counted from there. */
struct value *yaml_parse_behind(struct arena *arena, const char *name, const char *text, size_t len,
				unsigned before, struct error *err);

#endif
