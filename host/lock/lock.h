/* factory.lock: what the names in manifests stood for when it was written. One file lies beside the
 * manifests of a directory; it has a section for each that was locked. */
#ifndef FACTORY_HOST_LOCK_LOCK_H
#define FACTORY_HOST_LOCK_LOCK_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/error.h"

#include <stdbool.h>

/* image: its name; digest is "REPO@sha256:HEX", or the id of one that no registry has
 * module: its source; digest is module_digest, commit is git's
 * value: what templates read, "KIND NAME"; digest is digest_value, "" for one that was missing */
enum lock_kind { LOCK_IMAGE, LOCK_MODULE, LOCK_VALUE, LOCK_KINDS };

struct lock_item {
	const char *name, *digest, *commit; /* commit: or NULL */
};

struct lock_items {
	struct lock_item *items; /* sorted by name */
	size_t count, cap;
};

struct lock_section {
	const char *manifest; /* the file's name, without its directory */
	struct lock_items kinds[LOCK_KINDS];
	bool knows_values; /* the manifest had been built, so that its values were known */
};

struct lock {
	struct arena arena; /* everything is in it */
	const char *path;
	struct lock_section *sections; /* sorted by manifest */
	size_t count, cap;
};

/* The file beside a manifest; the name is in the arena. */
const char *lock_path(const char *manifest, struct arena *arena);

/* Reads it; *found is false where there is none. An error has its line, and exit code EXIT_LOCK. */
int lock_read(struct lock *lock, const char *path, bool *found, struct error *err);
int lock_parse(struct lock *lock, const char *path, const char *text, size_t len,
	       struct error *err);
void lock_free(struct lock *lock);

/* The same things always make the same text, with a line for each item. */
void lock_write(const struct lock *lock, struct buf *out);

/* The section of a manifest (its directory does not count); NULL where there is none. */
struct lock_section *lock_find(const struct lock *lock, const char *manifest);
/* An empty one, in place of what was there. */
struct lock_section *lock_renew(struct lock *lock, const char *manifest);

const struct lock_item *lock_get(const struct lock_section *section, enum lock_kind kind,
				 const char *name);
/* Adds it, or replaces it; the strings are copied to the arena. */
void lock_put(struct arena *arena, struct lock_section *section, enum lock_kind kind,
	      const struct lock_item *item);

/* Tells each difference as a line: what has changed, what is new, what is gone. Returns how many.
 * Where `now` does not know its values they are not compared. before may be NULL: all is new. */
size_t lock_compare(const struct lock_section *before, const struct lock_section *now,
		    void (*tell)(void *ctx, const char *line), void *ctx);

#endif
