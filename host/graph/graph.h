/* The build as a directed graph: start -> files -> tasks in a chain -> tests, each on its own
 * branch -> commit. It knows manifests and keys, nothing of engines or containers. */
#ifndef FACTORY_HOST_GRAPH_GRAPH_H
#define FACTORY_HOST_GRAPH_GRAPH_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/hash.h"
#include "host/manifest/manifest.h"

#include <stdbool.h>
#include <stddef.h>

enum node_kind {
	NODE_START,  /* a container of the base image */
	NODE_FILES,  /* templates rendered, files copied */
	NODE_TASK,   /* an install step */
	NODE_TEST,   /* a script step, from a container of its own */
	NODE_COMMIT, /* the artifact */
};

struct node {
	enum node_kind kind;
	const char *id;    /* "start", "install-1", "test-2"...: unique, fit for a file name */
	const char *label; /* for people: the step's name */
	const struct step *step; /* of a task or test, else NULL */
	struct node **after;     /* the nodes it waits for */
	size_t after_count;
	char key[HASH_HEX]; /* "" until graph_keys */
};

struct graph {
	struct arena arena;
	const struct manifest *manifest; /* the caller's, must outlive the graph */
	struct node **nodes; /* in an order in which each comes after those it waits for */
	size_t count;
};

struct graph *graph_new(const struct manifest *manifest);
void graph_free(struct graph *graph);

const char *node_kind_name(enum node_kind kind); /* "start", "files"... */

/* Computes every node's key: SHA-256 over the keys it comes after, its kind and its content (for
 * the start: the base image's digest, which covers its config):
 * command, environment, user, directory; the bytes and modes of the files it copies. Reads those
 * files; -1 where one can't be read. Nothing from outside the manifest and its files (Consul) is
 * in a key: build/cache.h checks that separately. */
int graph_keys(struct graph *graph, const char *base_digest, struct error *err);

/* {"nodes":[{"id","kind","label","line"}],"edges":[{"from","to"}]} */
struct value *graph_value(const struct graph *graph, struct arena *arena);

/* The graph in Graphviz's language (https://graphviz.org/doc/info/lang.html), and that value as
 * JSON. */
void graph_write_dot(const struct graph *graph, struct buf *out);
void graph_write_json(const struct graph *graph, struct buf *out);

/* A picture (svg.h), and a drawing of lines for a terminal. */
void graph_write_svg(const struct graph *graph, struct buf *out);
void graph_write_text(const struct graph *graph, struct buf *out);

#endif
