/* What two images differ in, by file and by config. */
#ifndef FACTORY_HOST_COMPARE_COMPARE_H
#define FACTORY_HOST_COMPARE_COMPARE_H

#include "common/buffer.h"
#include "common/value.h"
#include "host/compare/tree.h"
#include "host/engine/engine.h"

/* An image, read from an engine or made by a test; all of it is in its arena. */
struct compare_image {
	struct arena arena;
	const char *name;              /* for people */
	const struct value *inspected; /* as the engine tells */
	struct tree tree;
};
void compare_image_free(struct compare_image *image);

/* Reads an image, by its name or id; `image` is zeroed. EXIT_IMAGE where there is none. Blocks, for
 * as long as the engine takes to save it. */
int compare_read(struct engine *engine, struct loop *loop, const char *ref,
		 struct compare_image *image, struct error *err);

/* {"same": true, "a": NAME, "b": NAME, "files": [{"path", "how": ["content", ...], "a", "b"}],
 * "config": [{"field", "a", "b"}]}, in `arena`. how: "content", "type", "mode", "owner", "time",
 * "target", "device", "attributes", or the one word "only in a", "only in b". a and b of a file are
 * null where it is not there. With `ignore_times` times don't count. */
struct value *compare_images(const struct compare_image *a, const struct compare_image *b,
			     bool ignore_times, struct arena *arena);
bool compare_is_same(const struct value *comparison);

/* Its two halves: lists, empty where nothing differs. */
struct value *compare_trees(const struct tree *a, const struct tree *b, bool ignore_times,
			    struct arena *arena);
struct value *compare_configs(const struct value *a, const struct value *b, struct arena *arena);

/* As text: a line for each difference, then how many there are. */
void compare_print(const struct value *comparison, struct buf *out);

#endif
