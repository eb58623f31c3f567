/* A rendering under way: what the evaluator's files share. Every function that returns a value
 * returns NULL with run->err set when it fails. */
#ifndef FACTORY_HOST_JINJA_RUNTIME_H
#define FACTORY_HOST_JINJA_RUNTIME_H

#include "host/jinja/tree.h"

#include <locale.h>

enum {
	RUN_MOST_TURNS = 1000000,
	RUN_MOST_VALUES = 4000000,
	RUN_MOST_OUTPUT = 64 << 20,
	RUN_MOST_MEMORY = 512 << 20,
	RUN_DEEPEST = 100,       /* calls of macros and recursive loops */
	RUN_MOST_NESTING = 2000, /* expressions and blocks under way: what the stack holds */
};

struct scope {
	struct value *variables;
	struct scope *parent;
};

struct run {
	const struct jinja_template *tmpl,
		*main;                       /* the one under way, and the one that was given */
	const struct jinja_template *parent; /* what `tmpl` extends, once it says so */
	const struct statement *entry;       /* by which `main` came to another template */
	struct scope *top;                   /* of the template under way */
	struct value *blocks;                /* name: list of struct block */
	struct buf *muted;                   /* an output that is the parent's business */
	struct arena *arena;
	struct scope *scope;
	struct buf *out;
	struct jinja_map *map; /* NULL while output is captured */
	unsigned turns, depth, nesting;
	locale_t letters; /* made when the first letter beyond ASCII is met */
	struct error *err;
};

/* What a VALUE_OBJECT can be. */
enum object_kind {
	OBJECT_UNDEFINED,   /* data: the message */
	OBJECT_PLACEHOLDER, /* data: nothing */
	OBJECT_MACRO,       /* data: struct macro */
	OBJECT_METHOD,      /* data: struct method */
	OBJECT_FUNCTION,    /* data: struct jinja_function */
	OBJECT_BLOCK,       /* data: struct layer: super(), self.name() */
	OBJECT_JOINER,      /* data: struct joiner */
	OBJECT_SELF,        /* data: nothing */
	OBJECT_LOOP_CALL,   /* data: struct macro: the loop of a recursive for */
};
struct object_class {
	enum object_kind kind;
	const char *name;
};

struct macro {
	const struct statement *statement;
	struct scope *scope; /* where it was defined, as `tmpl` */
	const struct jinja_template *tmpl;
	struct value *caller;
	unsigned depth;
	bool takes_more, takes_keywords; /* its body uses varargs, kwargs */
};

struct joiner {
	struct value *separator;
	bool used; /* the first call gives nothing */
};

struct method {
	struct value *subject;
	const char *name;
};

/* The arguments of a call, evaluated. */
struct call {
	const struct expression *at;
	struct value **positional;
	size_t count;
	struct value *keywords; /* a map */
};

/* Filters, tests, functions and methods: parameter names for keywords, and what does it. */
struct jinja_function {
	const char *name;
	/* "!default_value,boolean": those with "!" are needed; "*": as they come, a list and a map
	 */
	const char *parameters;
	struct value *(*run)(struct run *run, const struct expression *at, struct value *subject,
			     struct value **arguments);
};

/* --- errors --- */
struct value *run_fail(struct run *run, const struct expression *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* --- objects.c --- */
struct value *object_new(struct run *run, enum object_kind kind, void *data);
bool object_is(const struct value *value, enum object_kind kind);
struct value *undefined_new(struct run *run, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool is_undefined(const struct value *value);
/* NULL with the error where the value is undefined. */
struct value *need_defined(struct run *run, const struct expression *at, struct value *value);
struct value *tuple_new(struct run *run);
bool is_tuple(const struct value *value);

/* --- bounds.c --- */
/* The lists and dicts that a walk is inside of. */
struct ancestor {
	const struct value *value;
	const struct ancestor *outer;
};
bool is_inside(const struct ancestor *ancestors, const struct value *value);
/* -1 with the error where a value is nested too deeply, or, walked through, too large. For
 * check_tree also where it contains itself. */
int check_printable(struct run *run, const struct expression *at, const struct value *value);
int check_tree(struct run *run, const struct expression *at, const struct value *value);

/* --- evaluate.c --- */
struct value *evaluate(struct run *run, const struct expression *expression);
struct value *evaluate_filter(struct run *run, const struct expression *filter,
			      struct value *captured);
/* An attribute as "." and |attr see it, or by [ ]; undefined where there is none. */
struct value *get_attribute(struct run *run, struct value *subject, const char *name);
struct value *get_item(struct run *run, const struct expression *at, struct value *subject,
		       struct value *index);

/* --- calls.c --- */
int evaluate_arguments(struct run *run, const struct expression *at, struct call *call);
struct value *call_value(struct run *run, const struct expression *at, struct value *callee,
			 const struct call *call);
/* Brings arguments into the order of the function's parameters and calls it. */
struct value *call_function(struct run *run, const struct jinja_function *function,
			    struct value *subject, const struct call *call);

/* --- execute.c --- */
/* What a body ended with. */
enum { NORMAL = 0, FAILED = -1, BROKE = 1, CONTINUED = 2 };
int execute_body(struct run *run, const struct statements *statements);
void push_scope(struct run *run);
void pop_scope(struct run *run);
/* To a name, an attribute, or a tuple of names, which unpacks. */
int assign(struct run *run, const struct expression *target, struct value *value);
/* One call deeper, -1 with the error where that is too deep; run->depth-- goes back. */
int go_deeper(struct run *run, const struct expression *at);
/* What is printed from begin to end, as a string; NULL where status is negative. */
struct captured {
	struct buf text, *out;
	struct jinja_map *map;
};
void capture_begin(struct run *run, struct captured *captured);
struct value *capture_end(struct run *run, struct captured *captured, int status);

static inline void own_captured(struct captured *captured)
{
	buf_free(&captured->text);
}
#define auto_captured __attribute__((cleanup(own_captured)))
/* What a body prints. */
struct value *capture(struct run *run, const struct statements *body);
/* --- loops.c --- */
int execute_for(struct run *run, const struct statement *statement);
struct value *call_loop(struct run *run, const struct expression *at, struct macro *macro,
			struct value *items);
/* --- macros.c --- */
int execute_macro(struct run *run, const struct statement *statement);
struct value *new_macro(struct run *run, const struct statement *statement);
struct value *call_macro(struct run *run, const struct expression *at, struct macro *macro,
			 const struct call *call);
struct value *scope_find(const struct scope *scope, const char *name);

/* --- operators.c, comparison.c --- */
/* Numbers as Python counts them: a boolean is 0 or 1. */
bool python_is_number(const struct value *value);
bool python_is_whole(const struct value *value);
int64_t python_whole(const struct value *value);
double python_number(const struct value *value);
int truth(struct run *run, const struct expression *at, struct value *value, bool *is_true);
struct value *operate(struct run *run, const struct expression *at, const char *name,
		      struct value *left, struct value *right);
struct value *negate(struct run *run, const struct expression *at, struct value *value);
int compare(struct run *run, const struct expression *at, const char *name, struct value *left,
	    struct value *right, bool *is_true);
/* May it be a key of a dict? Lists and dicts, and tuples of them, may not. */
bool is_key(const struct value *value);
/* As ==; values that contain themselves fail: *failed becomes true. */
bool equal(struct run *run, const struct expression *at, const struct value *left,
	   const struct value *right, bool *failed);
/* <0, 0, >0; what can't be ordered is an error: *failed becomes true. */
int order(struct run *run, const struct expression *at, const struct value *left,
	  const struct value *right, bool *failed);
bool contains(struct run *run, const struct expression *at, const struct value *container,
	      const struct value *item, bool *failed);

/* --- sequences.c --- */
/* A list of what iterating over the value gives: items, keys, characters. */
struct value *iterate(struct run *run, const struct expression *at, struct value *value);
/* Number of characters of a UTF-8 string, and the byte offset of one. */
size_t character_count(const struct value *text);
size_t character_length(const struct value *text, size_t offset); /* in bytes */
size_t character_offset(const struct value *text, size_t index);
struct value *slice(struct run *run, const struct expression *at, struct value *value,
		    struct value *start, struct value *stop, struct value *step);

/* --- text.c --- */
/* What contains itself ends with "[...]", what is too deep or too large with less. */
void write_text(struct buf *out, const struct value *value);           /* Python's str() */
void write_representation(struct buf *out, const struct value *value); /* Python's repr() */
struct value *text_of(struct run *run, struct value *value);
const char *python_type(const struct value *value); /* as Python calls it */
/* Python's "%" over a string. */
struct value *format_percent(struct run *run, const struct expression *at, struct value *format,
			     struct value *arguments);

/* --- tables --- */
const struct jinja_function *find_filter(const char *name);
const struct jinja_function *find_test(const char *name);
const struct jinja_function *find_method(const struct value *subject, const char *name);
const struct jinja_function *find_string_method(const char *name);
/* The function dict(): arguments are the list of positional ones and the map of keywords. */
struct value *make_dict(struct run *run, const struct expression *at, struct value *none,
			struct value **arguments);
/* range, dict, namespace... or NULL. */
struct value *find_global(struct run *run, const char *name);
/* The nearest names, for errors; NULL: none is near. */
const char *nearest_filter(const char *name);
const char *nearest_test(const char *name);
/* Runs a test by name. */
int apply_test(struct run *run, const struct expression *at, const char *name,
	       struct value *subject, const struct call *call, bool *is_true);

#endif
