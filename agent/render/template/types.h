/* Values as Go types see them. A value's `type` names its Go type where the kind doesn't: ints of
 * other sizes, typed lists and maps, and structs, which are maps with a type that is no map's. */
#ifndef FACTORY_AGENT_RENDER_TEMPLATE_TYPES_H
#define FACTORY_AGENT_RENDER_TEMPLATE_TYPES_H

#include "common/error.h"
#include "common/value.h"

struct call;

/* A function of the template language. `params` has one letter a parameter: s string, i int,
 * b bool, a anything, v anything (a built-in's: nil is let through), S list of strings, P list of
 * key pairs, I int64, f float64, M map[string]interface {}; a "*" behind the last lets it come any
 * number of times. The function returns its result, or NULL with the error set (only the message;
 * position and name are added). */
struct function {
	const char *name, *params;
	struct value *(*call)(struct call *call, struct error *err);
};

/* What a VALUE_OBJECT of this language is, or a map of a type that has methods. */
struct class
{
	const char *type;
	const struct function *methods; /* up to one without a name; or NULL */
	/* Its String(), which is printed for it; or NULL. */
	const struct value *(*text)(const struct value *object);
};

extern const struct class class_complex; /* data: double[2] */
extern const struct class class_loop;    /* data: struct loop */

/* A channel of integers: what is left to receive. */
struct loop {
	int64_t next, stop;
};

const char *type_name(const struct value *value); /* as %T prints it */
bool type_is_struct(const struct value *value);
bool type_is_unsigned(const struct value *value);
bool type_is_pointer(const struct value *value); /* to a struct */
bool type_is_class(const struct value *value, const struct class *class);
/* What an object is printed as; NULL where it has no String(). */
const struct value *type_text(const struct value *object);
bool type_has_integer_keys(const struct value *map);

/* What Go's zero value of a map's element type is: what a missing key gives. */
struct value *type_zero_element(struct arena *arena, const struct value *map);

struct value *type_nil(struct arena *arena); /* a nil interface {}: unlike no value at all */
struct value *type_named(struct value *value, const char *type);
struct value *type_strings(struct arena *arena); /* an empty []string */

/* Entries by key as Go ranges over a map; the arena holds the copy if one is needed. */
const struct value_entry *type_sorted(struct arena *arena, const struct value *map);

bool type_truth(const struct value *value); /* as {{if}} sees it */

#endif
