/* Running a parsed template: walking it (evaluate.c), its pipelines (pipeline.c) and the calls of
 * functions (call.c). */
#ifndef FACTORY_AGENT_RENDER_TEMPLATE_EVALUATE_H
#define FACTORY_AGENT_RENDER_TEMPLATE_EVALUATE_H

#include "agent/render/config/settings.h"
#include "agent/render/template/tree.h"
#include "agent/render/template/types.h"
#include "agent/source/source.h"

enum {
	TEMPLATE_DEPTH = 1000,        /* templates that call templates */
	TEMPLATE_NESTING = 4000,      /* controls and parentheses in all of those together */
	TEMPLATE_OUTPUT = 256 << 20,  /* bytes of output, or of one string */
	TEMPLATE_MEMORY = 1 << 30,    /* bytes of values */
	TEMPLATE_ITERATIONS = 5000000 /* of all loops together */
};

/* What a rendering may use; TEMPLATE_ has what it usually is. */
struct limits {
	size_t output, memory, iterations;
};

/* One rendering: what all templates of a set share. */
struct rendering {
	struct arena *arena;
	const struct template_set *set;
	struct source *source;     /* where keys and services come from */
	const struct value *facts; /* or NULL: gathered at the first use */
	struct value *reads;       /* list of {"kind","name","hash"}, and
				      "datacenter" and "args" where there are any */
	struct value *answers;     /* what has been read, by "kind name" */
	struct value *scratch;
	bool error_on_missing_key;
	bool hash_reads;
	enum missing_policy missing;
	bool pending; /* some answers come later: the output is not the last word */
	const char *lacking; /* a missing key that is waited for, and where it is wanted */
	const char *const *denylist; /* functions that may not be called, up to NULL; or NULL */
	/* Where functions are found, NULL: function_find. */
	const struct function *(*find)(const char *name, size_t len);
	const char *sandbox; /* the directory of all files that are used; or NULL */
	struct limits limits;
	size_t memory_before; /* what the arena held then */
	unsigned nesting;
	size_t iterations;
	struct value *nothing; /* no value: neither nil nor anything else */
	struct error *err;
};

struct variable {
	const char *name;
	struct value *value;
};

/* One template of it. */
struct state {
	struct rendering *rendering;
	const struct template *template;
	const struct node *at; /* what errors point at */
	struct buf *out;
	struct variable *variables;
	size_t variable_count, variable_cap;
	unsigned depth;
};

/* A function's view of its call. */
struct call {
	struct state *state;
	struct arena *arena;
	struct value **args;
	size_t count;
	struct value *receiver; /* of a method */
};

/* Runs a template into `out`. */
int template_run(struct rendering *rendering, const struct template *template, struct value *dot,
		 struct buf *out, unsigned depth);

/* Go's ExecError: where, in which template, at which expression. Returns NULL. */
void *state_fail(struct state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Checks what has been used against the bounds; false with the error set. */
bool state_within_bounds(struct state *state);
bool state_enter(struct state *state);
void state_leave(struct state *state);

void state_declare(struct state *state, const char *name, struct value *value);
bool state_assign(struct state *state, const char *name, struct value *value);

/* NULL on failure in all of these. `final` is what came down the pipeline, or NULL. */
struct value *eval_pipeline(struct state *state, struct value *dot, const struct node *pipe);
struct value *eval_argument(struct state *state, struct value *dot, char type,
			    const struct node *node);
/* The value as an argument of that type; errors point where they last did. */
struct value *eval_check(struct state *state, struct value *value, char type);
struct value *eval_function(struct state *state, struct value *dot, const struct node *name,
			    const struct node *command, const struct nodes *words,
			    struct value *final);
struct value *eval_call(struct state *state, struct value *dot, const struct function *function,
			const struct node *node, const struct nodes *words, struct value *final,
			struct value *receiver);
struct value *eval_constant(struct state *state, const struct node *number);

/* A value that came out of a list or map: nil becomes a nil interface. */
struct value *eval_element(struct state *state, struct value *value);

#endif
