/* A manifest: what to build, read from YAML that Jinja2 made. Everything is in the manifest's
 * arena; manifest_free releases it. */
#ifndef FACTORY_HOST_MANIFEST_MANIFEST_H
#define FACTORY_HOST_MANIFEST_MANIFEST_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

#include <stdbool.h>
#include <stdint.h>

/* A place in the manifest as the user wrote it (before Jinja2). */
struct position {
	const char *file;
	unsigned line, column;
};

struct step {
	const char *name; /* never NULL: the first line of `run` where the manifest gives none */
	const char *run;  /* for the target's shell */
	const struct value *env;    /* map of strings, or NULL */
	const char *user, *workdir; /* NULL: the manifest's */
	uint64_t timeout_ms;        /* 0: none */
	struct position at;
};

struct steps {
	struct step *items;
	size_t count;
};

struct copy {
	const char *source;      /* host path, as found from the manifest's directory */
	const char *destination; /* absolute, in the target */
	const char *owner;       /* "user[:group]" or NULL: root */
	int mode;                /* of files; -1: theirs */
	struct position at;
};

/* One file of values, and what must fit the facts for it to count. */
struct pillar_file {
	const char *path;            /* host path, as found from the manifest's directory */
	struct condition *condition; /* NULL: none */
	const struct value *match;   /* map fact -> glob, or NULL */
	struct position at;
};

struct pillar {
	struct pillar_file *files; /* in order: later ones win */
	size_t count;
};

struct manifest {
	struct arena arena;
	const char *path;      /* as it was given */
	const char *directory; /* where relative paths start */
	const char *image;     /* the base */
	struct position image_at;
	const char *user, *workdir; /* of steps; NULL: the base image's */
	const struct value *env;    /* map of strings for all steps, or NULL */
	struct steps install;       /* before_install and install, in order */
	struct steps tests;         /* script: one test each */
	const char *files;          /* directory that holds a template.hcl, or NULL */
	struct position files_at;
	struct copy *copies;
	size_t copy_count;
	const struct value *kv;    /* flat map of keys, the pillar's below pillar/; or NULL */
	const struct value *facts; /* map: added to the target's own; or NULL */
	struct pillar pillar;
	const struct value *secrets; /* list of texts that nobody may see, or NULL */
	const char *consul;          /* Consul's address, or NULL */
	bool consul_direct;          /* the agent asks by itself, not through the driver */
	const char *network;         /* NULL: the engine's default */
	const struct value *config;  /* the artifact's changes: Docker's names, checked; or NULL */
};

/* Gathers the facts of an image for `{{ facts... }}`; NULL in options: they are placeholders. */
struct manifest_facts {
	struct value *(*gather)(void *ctx, const char *image, struct arena *arena,
				struct error *err);
	void *ctx;
	/* What `facts.host` is, about the engine; asked only where a manifest mentions it. */
	struct value *(*host)(void *ctx, struct arena *arena);
};

struct manifest_options {
	const struct value *properties; /* map for Jinja2, from --set and --values */
	const struct value *languages;  /* language -> image, over the built-in table */
	const struct manifest_facts *facts;
	bool trim_blocks, lstrip_blocks;
};

/* Reads and checks a manifest; "-" is standard input. Errors have positions in the file itself and
 * exit code EXIT_MANIFEST. NULL on failure. */
struct manifest *manifest_read(const char *path, const struct manifest_options *options,
			       struct error *err);
void manifest_free(struct manifest *manifest);

/* Only the text that Jinja2 makes of it. */
int manifest_render(const char *path, const struct manifest_options *options, struct buf *out,
		    struct error *err);

/* The image a language stands for; NULL: none. */
const char *manifest_language_image(const char *language);
/* The name nearest to an unknown language, or NULL. */
const char *manifest_language_nearest(const char *language);

#endif
