/* Keys and values in a map of our own: what `kv:` in a manifest and `--kv FILE` hold. Keys are
 * paths ("app/name") or nested maps ({app: {name: x}}); both may be mixed. */
#ifndef FACTORY_COMMON_KV_H
#define FACTORY_COMMON_KV_H

#include "common/error.h"
#include "common/value.h"

/* A flat map path -> string value from such a tree, sorted by path. Scalars become their text,
 * null the empty string; a list or an empty path is an error with its position. `name` is the
 * file for errors. NULL on failure. */
struct value *kv_flatten(struct arena *arena, const char *name, const struct value *tree,
			 struct error *err);

/* Reads a JSON or YAML file (by its name's ending; .json is JSON) and flattens it. */
struct value *kv_read(struct arena *arena, const char *path, struct error *err);

/* The same of a text that was read already; `name` chooses as a path does. */
struct value *kv_parse(struct arena *arena, const char *name, const char *text, size_t len,
		       struct error *err);

/* Answers a WANT ("key", "keys", "tree") from a flat map, in the shape common/consul.h documents.
 * *found is NULL where the key is missing. An unknown kind is an error. */
int kv_answer(struct arena *arena, const struct value *flat, const char *kind, const char *name,
	      struct value **found, struct error *err);

/* {"Path","Key","Value"} of a key whose path is cut behind `prefix_len` bytes. Neither the value
 * nor the path is copied: both must live as long as the arena. */
struct value *kv_pair(struct arena *arena, const char *path, size_t prefix_len,
		      const struct value *value);

/* Whether a path is a key below a prefix (for `level`: directly below): 0, or 1 + the length of
 * what comes before its own part. A folder's own entry ("a/") is none. */
size_t kv_below(const char *path, const char *prefix, bool level);

#endif
