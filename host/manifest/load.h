/* From files to one tree of values: Jinja2, YAML, includes. */
#ifndef FACTORY_HOST_MANIFEST_LOAD_H
#define FACTORY_HOST_MANIFEST_LOAD_H

#include "host/manifest/reader.h"

struct loader {
	struct manifest *manifest; /* everything that is read lives in its arena */
	struct arena *arena;
	const struct manifest_options *options;
	struct sources *sources;
	struct manifest_problems *problems;
	struct value *facts;        /* of the base image, or a placeholder */
	struct value *pillar;       /* its values, or a placeholder */
	bool reads_facts;           /* found out while loading */
	bool reads_pillar;          /* likewise */
	bool mentions_facts;        /* likewise: the word is there */
	bool mentions_host;         /* likewise: it may read facts.host */
	bool knows_facts;           /* neither is a placeholder */
	struct arena *lasting;      /* for what outlives a pass: */
	struct value *gathered;     /* facts by image; NULL: none yet */
	struct value *host;         /* facts.host, or NULL */
	struct value *secrets;      /* list of all pillars' secrets */
	const struct value *with;   /* variables that an include gives its files; or NULL */
	const struct value *params; /* of the module whose file is read; NULL: it is none */
	const struct include_chain *chain;
	size_t files, modules; /* how many were read */
	bool sketch;           /* modules lack parameters that only a manifest can give */
	bool incomplete;       /* an include failed: what is missing may be there */
};

/* The files that are being read, the innermost first. */
struct include_chain {
	const struct include_chain *outer;
	const char *path, *real;
};

/* The text that Jinja2 makes of a file; NULL with problems. */
struct source *load_text(struct loader *loader, const char *path);

/* A file as a tree of values; NULL with problems. */
struct value *load_file(struct loader *loader, const char *path);

/* Likewise, what it includes merged below it. */
struct value *load_tree(struct loader *loader, const char *path);

/* The variables for templates and expressions. */
struct value *load_context(const struct loader *loader);

/* Merges: maps key by key, lists one behind the other (a single text counts as a list beside one),
 * of everything else `over` wins. Makes new maps and lists. */
struct value *load_merge(struct arena *arena, const struct value *base, const struct value *over);

/* Merges a tree with what its `include` names; with problems, with what could be read of it. */
struct value *include_resolve(struct loader *loader, const struct value *tree);

/* Adds an error that other rooms made, with its place in the file; `code` as in a problem. */
void load_failed(struct loader *loader, struct error *err, const char *code);

#endif
