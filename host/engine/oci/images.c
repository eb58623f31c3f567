/* Images as Docker's API shows them. */
#include "common/file.h"
#include "common/own.h"
#include "host/clean/amounts.h"
#include "host/engine/oci/parts.h"

#include <string.h>

int reply_no_image(struct reply *reply, const char *ref)
{
	return reply_refuse(reply, ENGINE_NOT_FOUND, "no such image: %s", ref);
}

/* --- names --- */

static bool means(const struct oci *oci, const char *tag_file, const char *hex)
{
	auto_buf struct buf text = {0};
	auto_error struct error ignored = {0};
	autofree char *path = store_path(oci, "tags/%s", tag_file);
	return file_read(path, HASH_HEX, &text, &ignored) == 0 && strcmp(buf_text(&text), hex) == 0;
}

struct value *image_names(const struct oci *oci, struct arena *arena, const char *hex, bool digests)
{
	struct value *names = value_list(arena);
	autofree char *tags = store_path(oci, "tags");
	for (char **name = store_names(arena, tags); *name; name++) {
		if ((strchr(*name, '@') != NULL) != digests || !means(oci, *name, hex))
			continue;
		for (char *c = *name; *c; c++)
			if (*c == '%')
				*c = '/';
		value_append(arena, names, value_string(arena, *name));
	}
	return names;
}

/* --- sizes: those of the layers' archives --- */

static int64_t layer_size(const struct oci *oci, const struct value *digest)
{
	struct stat info;
	const char *text = value_text(digest), *colon = text ? strchr(text, ':') : NULL;
	autofree char *path = store_path(oci, "layers/%s/tar", colon ? colon + 1 : "");
	return stat(path, &info) == 0 ? info.st_size : 0;
}

static int64_t image_size(const struct oci *oci, const struct value *image)
{
	const struct value *layers = value_path(image, "rootfs.diff_ids");
	int64_t size = 0;
	for (size_t i = 0; value_is(layers, VALUE_LIST) && i < layers->list.len; i++)
		size += layer_size(oci, layers->list.items[i]);
	return size;
}

/* --- one --- */

/* ImageInspect's object of an image's config file. */
static struct value *describe(const struct oci *oci, struct arena *arena, const char *hex,
			      const struct value *image)
{
	static const char *const pairs[][2] = {{"Created", "created"},
					       {"Author", "author"},
					       {"Comment", "comment"},
					       {"Architecture", "architecture"},
					       {"Os", "os"}};
	struct value *seen = value_map(arena), *root = value_map(arena);
	struct value *config = value_get(image, "config");
	store_text(arena, seen, "Id", arena_printf(arena, "sha256:%s", hex));
	value_set(arena, seen, "RepoTags", image_names(oci, arena, hex, false));
	value_set(arena, seen, "RepoDigests", image_names(oci, arena, hex, true));
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const char *text = value_text(value_get(image, pairs[i][1]));
		store_text(arena, seen, pairs[i][0], text ? text : "");
	}
	value_set(arena, seen, "Size", value_int(arena, image_size(oci, image)));
	value_set(arena, seen, "Config", config ? config : value_map(arena));
	store_text(arena, root, "Type", "layers");
	value_set(arena, root, "Layers", value_path(image, "rootfs.diff_ids"));
	value_set(arena, seen, "RootFS", root);
	return seen;
}

static int inspect(struct reply *reply, const char *ref)
{
	char hex[HASH_HEX];
	if (!store_find_image(reply->oci, ref, hex))
		return reply_no_image(reply, ref);
	const struct value *image = store_image(reply->oci, &reply->arena, hex, &reply->error);
	if (!image)
		return -1;
	reply->body = describe(reply->oci, &reply->arena, hex, image);
	reply->id = value_text(value_get(reply->body, "Id"));
	return 0;
}

void oci_image_inspect(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, inspect(reply, ref));
}

static bool is_empty(const struct value *entry)
{
	const struct value *empty = value_get(entry, "empty_layer");
	return value_is(empty, VALUE_BOOL) && empty->boolean;
}

/* layer: its digest, or NULL where it only changed the config. */
static struct value *describe_layer(const struct oci *oci, struct arena *arena,
				    const struct value *entry, const struct value *layer)
{
	struct value *seen = value_map(arena);
	const char *comment = value_text(value_get(entry, "comment"));
	const char *by = value_text(value_get(entry, "created_by"));
	const char *created = value_text(value_get(entry, "created"));
	store_text(arena, seen, "Id", "<missing>");
	store_text(arena, seen, "Comment", comment ? comment : "");
	store_text(arena, seen, "CreatedBy", by ? by : comment ? comment : "");
	value_set(arena, seen, "Created", value_int(arena, amount_time(created)));
	value_set(arena, seen, "Size", value_int(arena, layer ? layer_size(oci, layer) : 0));
	return seen;
}

static int history(struct reply *reply, const char *ref)
{
	char hex[HASH_HEX];
	struct arena *arena = &reply->arena;
	if (!store_find_image(reply->oci, ref, hex))
		return reply_no_image(reply, ref);
	const struct value *image = store_image(reply->oci, arena, hex, &reply->error);
	if (!image)
		return -1;
	const struct value *steps = value_get(image, "history");
	const struct value *layers = value_path(image, "rootfs.diff_ids");
	size_t left = value_is(layers, VALUE_LIST) ? layers->list.len : 0;
	reply->body = value_list(arena);
	for (size_t i = value_is(steps, VALUE_LIST) ? steps->list.len : 0; i-- > 0;) {
		const struct value *step = steps->list.items[i];
		const struct value *layer =
			is_empty(step) || !left ? NULL : layers->list.items[--left];
		value_append(arena, reply->body, describe_layer(reply->oci, arena, step, layer));
	}
	if (reply->body->list.len)
		store_text(arena, reply->body->list.items[0], "Id",
			   arena_printf(arena, "sha256:%s", hex));
	return 0;
}

void oci_image_history(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, history(reply, ref));
}

/* --- all --- */

/* ImageSummary's fields over ImageInspect's. */
static void summarize(const struct oci *oci, struct arena *arena, struct value *seen,
		      const char *hex)
{
	char parent[HASH_HEX];
	const struct value *labels = value_path(seen, "Config.Labels");
	int64_t created = amount_time(value_text(value_get(seen, "Created")));
	bool known = store_parent(oci, hex, parent);
	store_text(arena, seen, "ParentId", known ? arena_printf(arena, "sha256:%s", parent) : "");
	value_set(arena, seen, "Labels", labels ? value_copy(arena, labels) : value_null(arena));
	value_set(arena, seen, "Created", value_int(arena, created));
}

static struct value *list_images(struct reply *reply, bool steps_too)
{
	struct arena *arena = &reply->arena;
	auto_error struct error ignored = {0};
	autofree char *images = store_path(reply->oci, "images");
	struct value *list = value_list(arena);
	for (char **hex = store_names(arena, images); *hex; hex++) {
		const struct value *image = store_image(reply->oci, arena, *hex, &ignored);
		if (!image)
			continue;
		struct value *seen = describe(reply->oci, arena, *hex, image);
		if (!steps_too && !value_get(seen, "RepoTags")->list.len &&
		    store_has_child(reply->oci, *hex))
			continue;
		summarize(reply->oci, arena, seen, *hex);
		value_append(arena, list, seen);
	}
	return list;
}

void oci_image_list(struct engine *engine, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply->body = list_images(reply, false);
}

void oci_image_list_all(struct engine *engine, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply->body = list_images(reply, true);
}
