/* A manifest: what to build, read from YAML that Jinja2 made. Everything is in the manifest's
 * arena; manifest_free releases it. */
#ifndef FACTORY_HOST_MANIFEST_MANIFEST_H
#define FACTORY_HOST_MANIFEST_MANIFEST_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/error.h"
#include "common/own.h"
#include "common/value.h"
#include "host/manifest/services.h"

#include <stdbool.h>
#include <stdint.h>

/* What a step must not leave anywhere: read on the host when it runs. */
struct secret {
	const char
		*name; /* the variable's, or what the file is called below the staging directory */
	const char *environment; /* the host's variable it comes from, or NULL */
	const char *file;        /* the host's file it comes from, or NULL */
	bool as_file;            /* the step's variable holds the path of a file, not the value */
	struct position at;
};

struct secrets {
	struct secret *items;
	size_t count;
};

/* Of the containers that steps run in; 0 and NULL: the engine's default. */
struct limits {
	uint64_t memory; /* bytes */
	double cpus;
	unsigned pids;
	bool no_network, no_new_privileges, read_only;
	const struct value *drop; /* list of capabilities */
};

enum { STEP_INHERITS = 0x7FFFFFFF }; /* of retries, while a manifest is read */

struct step {
	const char *name; /* never NULL: the first line of `run` where the manifest gives none */
	const char *run;  /* for the target's shell */
	const struct value *env;    /* map of strings, or NULL */
	const char *user, *workdir; /* NULL: the manifest's */
	uint64_t timeout_ms;        /* 0: none */
	unsigned retries;           /* how often it is tried again */
	bool ignore_errors;         /* its failure is told and does not count */
	bool checkpoint;
	const char *creates; /* skipped where this path exists */
	const char *when;    /* an expression, or NULL */
	struct position when_at;
	/* Of one in a group: the group's number and the branch's, from 1, neighbours have others;
	 * 0, 0, NULL outside. */
	unsigned group, branch;
	const char *branch_name;
	struct secrets secrets;
	/* Of a test: what runs beside it, never NULL once all is read; of other steps NULL. */
	struct service_set *services;
	const struct value *uses; /* while it is read: names of the manifest's services, a list */
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

/* A directory that stays from build to build, and is in no image. */
struct cache_directory {
	const char *path; /* absolute, in the target */
	bool locked;      /* two builds don't use it at once */
	struct position at;
};

/* A directory that holds a template.hcl. */
struct files_root {
	const char *path;
	const struct value *params; /* the fact `params` of its templates, or NULL */
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
	const char *path;        /* as it was given */
	const char *directory;   /* where relative paths start */
	const char *image;       /* the base */
	const char *image_named; /* as it was called before a lock gave its digest; or NULL */
	struct position image_at;
	const char *user, *workdir; /* of steps; NULL: the base image's */
	const struct value *env;    /* map of strings for all steps, or NULL */
	struct steps before_install;
	struct steps install;       /* before_install and install, in order */
	struct steps tests;         /* script: one test each */
	struct steps before_script; /* run first in each test's branch */
	struct steps after_success, after_failure, after_script;
	bool travis; /* script is one test, its lines run in order; install likewise one step */
	struct files_root *files; /* rendered in order */
	size_t files_count;
	struct copy *copies;
	size_t copy_count;
	struct cache_directory *caches;
	size_t cache_count;
	const struct value *kv;    /* flat map of keys, the pillar's below pillar/; or NULL */
	const struct value *facts; /* map: added to the target's own; or NULL */
	struct pillar pillar;
	const struct value *secrets; /* all cells' texts that nobody may see: a list, or NULL */
	const char *consul;          /* Consul's address, or NULL */
	bool consul_direct;          /* the agent asks by itself, not through the driver */
	const char *network;         /* NULL: the engine's default */
	const struct value *runs_on; /* list of an endpoint's labels, or NULL */
	const struct value *config;  /* the artifact's changes: Docker's names, checked; or NULL */
	struct limits limits;
	struct service_set services; /* of each test that does not say otherwise */
	uint64_t timeout_ms;         /* of each step that has none; 0: none */
	unsigned retries;            /* of each step that has none */
	bool checkpoint;             /* keep the state after each install step */
	const char *from;            /* another manifest, whose artifact is the base; or NULL */
	struct position from_at;
	const char *repo;         /* the artifact's name, where -t gives none; or NULL */
	const struct value *tags; /* list of its tags, or NULL */
	bool push;
	const char *archive; /* a file that the image is written to, as the manifest names it; or
				NULL */
	bool provenance;     /* the artifact's labels say what it was made from */
	bool traceless; /* nothing of the build's own is in the artifact, no mount point either */
	const char *epoch; /* SOURCE_DATE_EPOCH, which no file is newer than; NULL: none */
	const struct value *ignored; /* list: travis.yml's keys without a meaning here; or NULL */
	const char *cell;            /* its name in the matrix; NULL: there is none */
	bool may_fail;               /* in allow_failures */
	bool fast_finish;
	struct module_use *modules; /* host/modules/source.h; what they add is in the rest */
	size_t module_count;
	struct manifest **cells; /* of the matrix, this one first; NULL: it is alone */
	size_t cell_count;
};

/* What is wrong with a manifest, as editors want it. */
struct manifest_problem {
	struct position at;
	const char *code; /* "unknown-key", "type", "value", "missing", "syntax"... */
	const char *message;
	const char *hint; /* what to do, or NULL */
};

struct manifest_problems {
	struct arena arena;
	struct manifest_problem *items;
	size_t count, cap;
	bool more; /* there were too many to keep */
};

/* Copies the texts but `code`, a literal; `hint` may be NULL. Beyond 500 only `more` is set. */
void manifest_problems_add(struct manifest_problems *problems, struct position at, const char *code,
			   const char *message, const char *hint);
/* Orders them by file and position, and drops doubles. */
void manifest_problems_sort(struct manifest_problems *problems);
void manifest_problems_free(struct manifest_problems *problems);
#define auto_problems __attribute__((cleanup(manifest_problems_free)))

/* Gathers the facts of an image for `{{ facts... }}`; NULL in options: they are placeholders. */
struct manifest_facts {
	struct value *(*gather)(void *ctx, const char *image, struct arena *arena,
				struct error *err);
	void *ctx;
	/* What `facts.host` is, about the engine; asked only where a manifest mentions it. */
	struct value *(*host)(void *ctx, struct arena *arena);
};

/* Finds modules otherwise than module_source_resolve does (host/modules/source.h), whose arguments
 * these are. */
struct module_source;
struct manifest_modules {
	int (*resolve)(void *ctx, const struct module_source *source, const char *near,
		       struct arena *arena, const char **directory, const char **digest,
		       struct error *err);
	void *ctx;
};

/* What is read is not a manifest but a module.yml: the manifest is what its `test` says. */
struct manifest_testing {
	const char *image; /* instead of its own; or NULL */
	bool sketch;       /* one without a `test` may be read too, though not built */
};

struct manifest_options {
	const struct value *properties; /* map for Jinja2, from --set and --values */
	const struct value *languages;  /* language -> image, over the built-in table */
	const struct manifest_facts *facts;
	const struct manifest_modules *modules; /* NULL: module_source_resolve */
	const struct manifest_testing *testing; /* NULL: it is a manifest */
	bool trim_blocks, lstrip_blocks;
	struct manifest_problems
		*problems; /* where all problems go; NULL: only the first is told */
};

/* Reads and checks a manifest; "-" is standard input. Errors have positions in the file itself and
 * exit code EXIT_MANIFEST. NULL on failure. */
struct manifest *manifest_read(const char *path, const struct manifest_options *options,
			       struct error *err);
void manifest_free(struct manifest *manifest);
OWNED_BY(struct manifest, manifest_free)
#define auto_manifest __attribute__((cleanup(own_manifest_free)))

/* All keys of all cells that have no meaning here, each once: a list, in `arena`. */
struct value *manifest_ignored(const struct manifest *manifest, struct arena *arena);

/* The JSON Schema (draft 2020-12) of manifests, and the tables of their keys in Markdown. */
void manifest_schema(struct buf *out);
void manifest_keys(struct buf *out);

/* Only the text that Jinja2 makes of it. */
int manifest_render(const char *path, const struct manifest_options *options, struct buf *out,
		    struct error *err);

/* The image a language stands for; NULL: none. */
const char *manifest_language_image(const char *language);
/* The name nearest to an unknown language, or NULL. */
const char *manifest_language_nearest(const char *language);

#endif
