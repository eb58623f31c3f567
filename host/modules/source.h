/* Where a module comes from, and its directory here. */
#ifndef FACTORY_HOST_MODULES_SOURCE_H
#define FACTORY_HOST_MODULES_SOURCE_H

#include "common/arena.h"
#include "common/error.h"
#include "host/manifest/manifest.h"

enum module_source_kind { MODULE_NAME, MODULE_PATH, MODULE_GIT, MODULE_TARBALL };

/* Told what is fetched, when that takes longer than a second. */
struct module_progress {
	void (*line)(void *ctx, const char *line);
	void *ctx;
};

struct module_source {
	enum module_source_kind kind;
	const char *text;   /* the name, the path as found from the manifest, or the URL */
	const char *tag;    /* of git: a tag, a branch or a commit; NULL: the default branch */
	const char *sha256; /* of the tarball's bytes, 64 hex digits; NULL with git */
	const char *commit; /* of git: what the tag stands for, by the lock; NULL: it is asked */
	const char *path;   /* the module's directory within what was fetched; NULL: its root */
	struct position at; /* in the manifest */
	const struct module_progress *progress; /* or NULL */
};

/* A module in a manifest, and what its module.yml says of itself. */
struct module_use {
	struct module_source source;
	const char *directory;
	const char *name, *version; /* never NULL; "" where there is no version */
};

/* The directory that holds module.yml, and module_digest of it: both in the arena; `digest` may be
 * NULL. A name is looked up in the module path, `near` (the manifest's directory) first; what is
 * fetched is fetched where it is not in the cache. Errors have the source's position. */
int module_source_resolve(const struct module_source *source, const char *near, struct arena *arena,
			  const char **directory, const char **digest, struct error *err);

/* The part of it for git and tarballs, in a file of its own (fetch.c): only the directory, the
 * source's `path` included. */
int module_fetch(const struct module_source *source, struct arena *arena, const char **directory,
		 struct error *err);

/* The commit that a git source's tag (or branch, or default branch) stands for now: 40 or 64 hex
 * digits. Asks the server, but for a whole commit id. */
int module_commit(const struct module_source *source, struct arena *arena, const char **commit,
		  struct error *err);

/* The path of `relative` below `root`, in the arena; refused is what leaves it by .. or by a link,
 * and what is not there. */
const char *module_within(const char *root, const char *relative, struct arena *arena,
			  struct error *err);

/* SHA-256 in hex over the directory's sorted tree: relative names, kinds, link targets, contents
 * and of modes only whether a file may be executed, as Git does; neither times nor owners. A .git
 * at the top does not count. */
int module_digest(const char *directory, struct arena *arena, const char **digest,
		  struct error *err);

#endif
