#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <string.h>
#include <sys/utsname.h>

static int no_image(struct reply *reply, const char *ref)
{
	return reply_refuse(reply, ENGINE_NOT_FOUND, "no such image: %s", ref);
}

/* --- looking --- */

static bool means(const struct oci *oci, const char *tag_file, const char *hex)
{
	auto_buf struct buf text = {0};
	auto_error struct error ignored = {0};
	autofree char *path = store_path(oci, "tags/%s", tag_file);
	return file_read(path, HASH_HEX, &text, &ignored) == 0 && strcmp(buf_text(&text), hex) == 0;
}

static struct value *names_of(const struct oci *oci, struct arena *arena, const char *hex)
{
	struct value *names = value_list(arena);
	autofree char *tags = store_path(oci, "tags");
	for (char **name = store_names(arena, tags); *name; name++) {
		if (!means(oci, *name, hex))
			continue;
		for (char *c = *name; *c; c++)
			if (*c == '%')
				*c = '/';
		value_append(arena, names, value_string(arena, *name));
	}
	return names;
}

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
	value_set(arena, seen, "RepoTags", names_of(oci, arena, hex));
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const char *text = value_text(value_get(image, pairs[i][1]));
		store_text(arena, seen, pairs[i][0], text ? text : "");
	}
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
		return no_image(reply, ref);
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

/* How large a layer is is not known: it is a tree of files. */
static int history(struct reply *reply, const char *ref)
{
	char hex[HASH_HEX];
	struct arena *arena = &reply->arena;
	if (!store_find_image(reply->oci, ref, hex))
		return no_image(reply, ref);
	const struct value *image = store_image(reply->oci, arena, hex, &reply->error);
	if (!image)
		return -1;
	const struct value *layers = value_get(image, "history");
	reply->body = value_list(arena);
	for (size_t i = layers ? layers->list.len : 0; i-- > 0;) {
		struct value *layer = value_map(arena);
		store_text(arena, layer, "CreatedBy",
			   value_text(value_get(layers->list.items[i], "comment")));
		value_append(arena, reply->body, layer);
	}
	return 0;
}

void oci_image_history(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, history(reply, ref));
}

void oci_image_list(struct engine *engine, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	struct arena *arena = &reply->arena;
	auto_error struct error ignored = {0};
	autofree char *images = store_path(reply->oci, "images");
	reply->body = value_list(arena);
	for (char **hex = store_names(arena, images); *hex; hex++) {
		const struct value *image = store_image(reply->oci, arena, *hex, &ignored);
		if (image)
			value_append(arena, reply->body, describe(reply->oci, arena, *hex, image));
	}
}

void oci_image_pull(struct engine *engine, const char *ref, engine_told *told, engine_done *done,
		    void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	(void)told;
	reply_refuse(reply, ENGINE_FAILED,
		     "%s has no registry client, and no image %s: import its root file system",
		     engine->endpoint, ref);
}

void oci_image_push(struct engine *engine, const char *repo, const char *tag, engine_told *told,
		    engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	(void)told;
	reply_refuse(reply, ENGINE_FAILED, "%s has no registry client: %s:%s stays here",
		     engine->endpoint, repo, tag);
}

/* --- making --- */

/* The name that images have for this machine's processor. */
static const char *machine(struct arena *arena)
{
	static const char *const pairs[][2] = {{"x86_64", "amd64"}, {"aarch64", "arm64"}};
	struct utsname name;
	uname(&name);
	for (size_t i = 0; i < COUNT_OF(pairs); i++)
		if (strcmp(name.machine, pairs[i][0]) == 0)
			return pairs[i][1];
	return arena_strdup(arena, name.machine);
}

static void add_history(struct arena *arena, struct value *image, const char *comment)
{
	struct value *history = value_get(image, "history"), *entry = value_map(arena);
	if (!history) {
		history = value_list(arena);
		value_set(arena, image, "history", history);
	}
	store_text(arena, entry, "created", value_text(value_get(image, "created")));
	store_text(arena, entry, "comment", comment);
	value_append(arena, history, entry);
}

/* Adds a layer to an image's file that may have some. */
static void add_layer(struct arena *arena, struct value *image, const char *hex)
{
	struct value *root = value_get(image, "rootfs");
	if (!root) {
		root = value_map(arena);
		store_text(arena, root, "type", "layers");
		value_set(arena, root, "diff_ids", value_list(arena));
		value_set(arena, image, "rootfs", root);
	}
	value_append(arena, value_get(root, "diff_ids"),
		     value_string(arena, arena_printf(arena, "sha256:%s", hex)));
}

static int keep_image(struct reply *reply, const struct value *image, const char *repo,
		      const char *tag)
{
	char hex[HASH_HEX];
	if (store_add_image(reply->oci, image, hex, &reply->error) < 0 ||
	    (repo && store_tag(reply->oci, hex, repo, tag, &reply->error) < 0))
		return -1;
	reply->id = arena_printf(&reply->arena, "sha256:%s", hex);
	return 0;
}

static int import(struct reply *reply, const void *tar, size_t len, const char *repo,
		  const char *tag, const char *const *changes)
{
	struct arena *arena = &reply->arena;
	char layer[HASH_HEX];
	struct value *image = value_map(arena), *config = value_map(arena);
	autoclose int lock = store_lock(reply->oci, &reply->error);
	if (lock < 0 || changes_apply(arena, config, changes, &reply->error) < 0 ||
	    layer_import(reply->oci, tar, len, layer, &reply->error) < 0)
		return -1;
	store_text(arena, image, "created", store_now(arena));
	store_text(arena, image, "architecture", machine(arena));
	store_text(arena, image, "os", "linux");
	value_set(arena, image, "config", config);
	add_layer(arena, image, layer);
	add_history(arena, image, "imported");
	return keep_image(reply, image, repo, tag);
}

void oci_image_import(struct engine *engine, const void *tar, size_t len, const char *repo,
		      const char *tag, const char *const *changes, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, import(reply, tar, len, repo, tag, changes));
}

static int make_image(struct reply *reply, const void *ctx)
{
	const struct engine_commit *commit = ctx;
	struct arena *arena = &reply->arena;
	struct oci *oci = reply->oci;
	char id[ID_HEX], layer[HASH_HEX];
	if (!oci_container_find(oci, commit->container, id))
		return reply_no_container(reply, commit->container);
	autoclose int lock = store_lock(oci, &reply->error);
	const struct value *container =
		lock < 0 ? NULL : oci_container_read(oci, arena, id, &reply->error);
	if (!container)
		return -1;
	autofree char *directory = store_path(oci, "containers/%s", id);
	autofree char *upper = mem_printf("%s/upper", directory);
	/* What the container was made of, as it was then. */
	struct value *image = value_copy(arena, value_get(container, "Base"));
	if (layer_commit(oci, upper, layer, &reply->error) < 0)
		return -1;
	store_text(arena, image, "created", store_now(arena));
	store_text(arena, image, "author", commit->author ? commit->author : "");
	store_text(arena, image, "comment", commit->comment ? commit->comment : "");
	const struct value *config =
		commit->config ? commit->config : value_get(container, "Config");
	value_set(arena, image, "config", value_copy(arena, config));
	add_layer(arena, image, layer);
	add_history(arena, image, commit->comment);
	return keep_image(reply, image, commit->repo, commit->tag);
}

void oci_commit(struct engine *engine, const struct engine_commit *commit, engine_done *done,
		void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_in_child(reply, make_image, commit);
}

/* --- names --- */

static int tag_image(struct reply *reply, const char *ref, const char *repo, const char *tag)
{
	char hex[HASH_HEX];
	autoclose int lock = store_lock(reply->oci, &reply->error);
	if (lock < 0)
		return -1;
	if (!store_find_image(reply->oci, ref, hex))
		return no_image(reply, ref);
	return store_tag(reply->oci, hex, repo, tag, &reply->error);
}

void oci_image_tag(struct engine *engine, const char *id, const char *repo, const char *tag,
		   engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, tag_image(reply, id, repo, tag));
}

/* By name: only that name, as long as there is another one. */
static int remove_image(struct reply *reply, const char *ref)
{
	struct oci *oci = reply->oci;
	char hex[HASH_HEX];
	autoclose int lock = store_lock(oci, &reply->error);
	if (lock < 0)
		return -1;
	if (!store_find_image(oci, ref, hex))
		return no_image(reply, ref);
	bool by_id = strncmp(ref, "sha256:", 7) == 0 || strcmp(ref, hex) == 0;
	const struct value *names = names_of(oci, &reply->arena, hex);
	bool last = by_id || names->list.len <= 1;
	for (size_t i = 0; i < names->list.len; i++) {
		const char *name = value_text(names->list.items[i]);
		size_t len = strlen(ref);
		bool asked = strncmp(name, ref, len) == 0 &&
			     (!name[len] || strcmp(name + len, ":latest") == 0);
		if ((by_id || asked) && store_untag(oci, name, &reply->error) < 0)
			return -1;
	}
	autofree char *path = store_path(oci, "images/%s", hex);
	if (last && file_remove_tree(path, &reply->error) < 0)
		return -1;
	if (last)
		store_sweep(oci);
	return 0;
}

void oci_image_remove(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, remove_image(reply, ref));
}
