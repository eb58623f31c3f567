/* Images out of an archive of another engine's (https://github.com/moby/docker-image-spec): it is
 * taken into a file first, at whatever pace it comes, and read by a child. */
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/inventory.h"
#include "host/engine/oci/parts.h"
#include "host/export/saved.h"

#include <fcntl.h>

enum { CHUNK = 1 << 16 };

struct loading {
	struct reply *reply;
	engine_read *read;
	int fd; /* of the archive */
};

/* --- in the child --- */

static int put(void *ctx, const void *data, size_t len)
{
	const int *fd = ctx;
	return file_write_all(*fd, data, len);
}

/* A file of the archive as a blob by its digest; the same one may be there already. */
static int extract(const struct reply *reply, int archive, const struct saved_blob *blob,
		   struct error *err)
{
	autofree char *path = mem_printf("%s/blobs/%s", reply->scratch, blob->digest);
	autoclose int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_errno(err, "can't make %s", path);
	return saved_each(archive, blob->file, put, &fd, err);
}

static const char **names_of(struct arena *arena, const struct value *names)
{
	size_t len = value_is(names, VALUE_LIST) ? names->list.len : 0, count = 0;
	const char **list = arena_alloc(arena, (len + 1) * sizeof *list);
	for (size_t i = 0; i < len; i++) {
		const char *name = value_text(names->list.items[i]);
		if (name && *name)
			list[count++] = familiar_name(name);
	}
	return list;
}

static int take_image(struct reply *reply, int archive, const struct saved_image *image)
{
	struct arena *arena = &reply->arena;
	char hex[HASH_HEX];
	if (extract(reply, archive, &image->config, &reply->error) < 0)
		return -1;
	struct value *layers = value_list(arena);
	for (size_t i = 0; i < image->layer_count; i++) {
		const struct saved_blob *layer = &image->layers[i];
		if (extract(reply, archive, layer, &reply->error) < 0)
			return -1;
		value_append(arena, layers, manifest_layer(arena, layer->digest, layer->size));
	}
	if (manifest_put(reply->scratch, image->config.digest, image->config.size, layers,
			 &reply->error) < 0)
		return -1;
	const char **names = names_of(arena, image->names);
	if (image_load(reply->oci, reply->scratch, names, hex, &reply->error) < 0)
		return -1;
	reply->id = *names ? *names : arena_printf(arena, "sha256:%s", hex);
	return 0;
}

static int load(struct reply *reply, const void *ctx)
{
	const struct loading *loading = ctx;
	struct saved saved;
	if (saved_read(loading->fd, &saved, &reply->arena, &reply->error) < 0)
		return -1;
	for (size_t i = 0; i < saved.count; i++)
		if (take_image(reply, loading->fd, &saved.images[i]) < 0)
			return -1;
	return saved.count ? 0 : error_set(&reply->error, "there is no image in the archive");
}

/* --- in the driver --- */

static void give_up(struct loading *loading, const char *why)
{
	close(loading->fd);
	reply_refuse(loading->reply, ENGINE_FAILED, "%s", why);
	reply_end(loading->reply);
}

static void spool(void *ctx)
{
	struct loading *loading = ctx;
	struct reply *reply = loading->reply;
	char chunk[CHUNK];
	reply->timer = 0;
	long got = loading->read(reply->ctx, chunk, sizeof chunk);
	if (got == ENGINE_WAIT)
		return;
	if (got < 0) {
		give_up(loading, "the archive was abandoned");
	} else if (got == 0) {
		reply->go_on = NULL;
		reply_in_child(reply, load, loading);
		close(loading->fd);
	} else if (put(&loading->fd, chunk, (size_t)got) < 0) {
		auto_error struct error why = {0};
		error_errno(&why, "the archive can't be written");
		give_up(loading, why.message);
	} else {
		reply->timer = loop_after(reply->oci->engine.loop, 0, spool, loading);
	}
}

static void go_on(struct reply *reply)
{
	if (!reply->timer)
		reply->timer = loop_after(reply->oci->engine.loop, 0, spool, reply->write_ctx);
}

void oci_image_load(struct engine *engine, engine_read *read, engine_done *done, void *ctx)
{
	struct oci *oci = (struct oci *)engine;
	struct reply *reply = reply_new(oci, done, ctx);
	struct loading *loading = arena_alloc(&reply->arena, sizeof *loading);
	reply->scratch = scratch_new(oci, &reply->held, &reply->error);
	autofree char *path = mem_printf("%s/archive", reply->scratch ? reply->scratch : "");
	*loading = (struct loading){.reply = reply, .read = read, .fd = -1};
	if (reply->scratch)
		loading->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (loading->fd < 0) {
		reply_result(reply, error_is_set(&reply->error)
					    ? -1
					    : error_errno(&reply->error, "can't make %s", path));
		return;
	}
	loop_cancel(oci->engine.loop, reply->timer);
	reply->write_ctx = loading;
	reply->go_on = go_on;
	reply->timer = loop_after(oci->engine.loop, 0, spool, loading);
}
