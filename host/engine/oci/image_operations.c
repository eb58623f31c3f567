#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <string.h>
#include <sys/utsname.h>

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
	if (keep_image(reply, image, commit->repo, commit->tag) < 0)
		return -1;
	return store_set_parent(oci, reply->id + strlen("sha256:"),
				value_text(value_get(container, "Image")) + strlen("sha256:"),
				&reply->error);
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
		return reply_no_image(reply, ref);
	return store_tag(reply->oci, hex, repo, tag, &reply->error);
}

void oci_image_tag(struct engine *engine, const char *id, const char *repo, const char *tag,
		   engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, tag_image(reply, id, repo, tag));
}
