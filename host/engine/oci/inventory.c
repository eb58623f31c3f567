/* Volumes that have a name, and how much of the disk everything takes. */
#include "common/file.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <fts.h>
#include <string.h>

/* --- volumes --- */

/* What was noted when it was made; an empty map where nothing was. */
static struct value *volume(const struct oci *oci, struct arena *arena, const char *name)
{
	auto_error struct error ignored = {0};
	autofree char *path = store_path(oci, "labels/%s", name);
	struct value *noted = store_read(arena, path, &ignored);
	if (!value_is(noted, VALUE_MAP))
		noted = value_map(arena);
	store_text(arena, noted, "Name", name);
	return noted;
}

static struct value *volumes(struct reply *reply,
			     void (*add)(struct reply *reply, struct value *volume))
{
	autofree char *directory = store_path(reply->oci, "volumes");
	struct value *list = value_list(&reply->arena);
	for (char **name = store_names(&reply->arena, directory); *name; name++) {
		struct value *one = volume(reply->oci, &reply->arena, *name);
		if (add)
			add(reply, one);
		value_append(&reply->arena, list, one);
	}
	return list;
}

static void volume_list(struct engine *engine, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply->body = value_map(&reply->arena);
	value_set(&reply->arena, reply->body, "Volumes", volumes(reply, NULL));
}

static bool has_mounted(const struct value *container, const char *source)
{
	const struct value *mounts = value_get(container, "Mounts");
	for (size_t i = 0; value_is(mounts, VALUE_LIST) && i < mounts->list.len; i++) {
		const char *at = value_text(value_get(mounts->list.items[i], "Source"));
		if (at && strcmp(at, source) == 0)
			return true;
	}
	return false;
}

static bool is_needed(struct reply *reply, const char *source)
{
	auto_error struct error ignored = {0};
	autofree char *directory = store_path(reply->oci, "containers");
	for (char **id = store_names(&reply->arena, directory); *id; id++)
		if (has_mounted(oci_container_read(reply->oci, &reply->arena, *id, &ignored),
				source))
			return true;
	return false;
}

static int remove_volume(struct reply *reply, const char *name)
{
	autofree char *path = store_path(reply->oci, "volumes/%s", name);
	autofree char *labels = store_path(reply->oci, "labels/%s", name);
	autoclose int lock = store_lock(reply->oci, &reply->error);
	if (lock < 0)
		return -1;
	if (!*name || *name == '.' || strchr(name, '/'))
		return 0; /* there is none of that name */
	if (is_needed(reply, path))
		return reply_refuse(reply, ENGINE_CONFLICT,
				    "can't remove the volume %s: a container needs it", name);
	if (file_remove_tree(path, &reply->error) < 0)
		return -1;
	return file_remove_tree(labels, &reply->error);
}

static void volume_remove(struct engine *engine, const char *name, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, remove_volume(reply, name));
}

/* --- sizes --- */

static int64_t size_below(char *path)
{
	char *const paths[] = {path, NULL};
	int64_t size = 0;
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	for (FTSENT *file; walk && (file = fts_read(walk));)
		size += file->fts_info == FTS_F ? file->fts_statp->st_size : 0;
	if (walk)
		fts_close(walk);
	return size;
}

static void measure(struct reply *reply, struct value *volume)
{
	struct value *usage = value_map(&reply->arena);
	const char *name = value_text(value_get(volume, "Name"));
	autofree char *path = store_path(reply->oci, "volumes/%s", name);
	value_set(&reply->arena, usage, "Size", value_int(&reply->arena, size_below(path)));
	value_set(&reply->arena, volume, "UsageData", usage);
}

static void disk_usage(struct engine *engine, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply->body = value_map(&reply->arena);
	value_set(&reply->arena, reply->body, "Volumes", volumes(reply, measure));
}

const struct engine_inventory oci_inventory = {
	.disk_usage = disk_usage,
	.image_list_all = oci_image_list_all,
	.list_all = oci_list_all,
	.remove_idle = oci_remove_idle,
	.volume_list = volume_list,
	.volume_remove = volume_remove,
	.image_untag = oci_image_untag,
	.changes = oci_changes,
	.image_save = oci_image_save,
	.image_load = oci_image_load,
	.resume = oci_resume,
};
