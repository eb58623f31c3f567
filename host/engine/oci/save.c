/* Images as an archive in Docker's form (https://docs.docker.com/reference/cli/docker/image/save/).
 * A child writes it into a pipe, as fast as it is taken. */
#include "common/json.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 1 << 16 };

struct saving {
	struct reply *reply;
	struct archive *tar;
	struct value *written; /* names of files that are in the archive */
	struct value *images;  /* manifest.json; an image's entry by its HEX */
};

static int failed(const struct saving *saving)
{
	const char *why = archive_error_string(saving->tar);
	return error_set(&saving->reply->error, "can't save the image: %s", why ? why : "it broke");
}

/* 1: the file is in the archive already. */
static int begin(const struct saving *saving, const char *name, int64_t size)
{
	struct arena *arena = &saving->reply->arena;
	if (value_get(saving->written, name))
		return 1;
	value_set(arena, saving->written, name, value_null(arena));
	struct archive_entry *entry = archive_entry_new();
	archive_entry_copy_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, size);
	archive_entry_set_mtime(entry, 0, 0);
	int status = archive_write_header(saving->tar, entry);
	archive_entry_free(entry);
	return status == ARCHIVE_OK ? 0 : failed(saving);
}

static int add_text(const struct saving *saving, const char *name, const struct buf *text)
{
	int status = begin(saving, name, (int64_t)text->len);
	if (status != 0)
		return status < 0 ? -1 : 0;
	if (archive_write_data(saving->tar, text->data, text->len) < 0)
		return failed(saving);
	return 0;
}

static int copy(const struct saving *saving, int fd)
{
	char block[BLOCK];
	ssize_t got;
	while ((got = read(fd, block, sizeof block)) > 0)
		if (archive_write_data(saving->tar, block, (size_t)got) < 0)
			return failed(saving);
	return got < 0 ? error_errno(&saving->reply->error, "can't read a layer") : 0;
}

static int add_layer(const struct saving *saving, const char *hex, const char *name)
{
	autofree char *path = store_path(saving->reply->oci, "layers/%s/tar", hex);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat info;
	if (fd < 0 || fstat(fd, &info) < 0)
		return error_errno(&saving->reply->error, "can't open %s", path);
	int status = begin(saving, name, info.st_size);
	return status == 0 ? copy(saving, fd) : status < 0 ? -1 : 0;
}

/* The bytes as they are: its digest is the image's id. */
static int add_config(const struct saving *saving, const char *hex, const char *name)
{
	auto_buf struct buf text = {0};
	if (store_image_text(saving->reply->oci, hex, &text, &saving->reply->error) < 0)
		return -1;
	return add_text(saving, name, &text);
}

static int add_image(const struct saving *saving, const char *hex)
{
	struct reply *reply = saving->reply;
	struct arena *arena = &reply->arena;
	struct value *entry = value_map(arena), *files = value_list(arena);
	const struct value *image = store_image(reply->oci, arena, hex, &reply->error);
	const struct value *layers = value_path(image, "rootfs.diff_ids");
	const char *config = arena_printf(arena, "%s.json", hex);
	if (!image || add_config(saving, hex, config) < 0)
		return -1;
	for (size_t i = 0; value_is(layers, VALUE_LIST) && i < layers->list.len; i++) {
		const char *layer = value_text(layers->list.items[i]) + strlen("sha256:");
		const char *name = arena_printf(arena, "%s/layer.tar", layer);
		if (add_layer(saving, layer, name) < 0)
			return -1;
		value_append(arena, files, value_string(arena, name));
	}
	store_text(arena, entry, "Config", config);
	value_set(arena, entry, "RepoTags", value_list(arena));
	value_set(arena, entry, "Layers", files);
	value_set(arena, saving->images, hex, entry);
	return 0;
}

/* An image that is asked for by a name has it in the archive, too. */
static int add(const struct saving *saving, const char *ref)
{
	struct reply *reply = saving->reply;
	struct arena *arena = &reply->arena;
	char hex[HASH_HEX];
	if (!store_find_image(reply->oci, ref, hex))
		return reply_no_image(reply, ref);
	if (!value_get(saving->images, hex) && add_image(saving, hex) < 0)
		return -1;
	const char *slash = strrchr(ref, '/');
	bool complete = strchr(slash ? slash : ref, ':') != NULL;
	if (strncmp(ref, "sha256:", 7) != 0 && strcmp(ref, hex) != 0 && !strchr(ref, '@'))
		value_append(arena, value_get(value_get(saving->images, hex), "RepoTags"),
			     value_string(arena, arena_printf(arena, "%s%s", ref,
							      complete ? "" : ":latest")));
	return 0;
}

static int add_manifest(const struct saving *saving)
{
	auto_buf struct buf text = {0};
	struct value *list = value_list(&saving->reply->arena);
	for (size_t i = 0; i < saving->images->map.len; i++)
		value_append(&saving->reply->arena, list, saving->images->map.entries[i].value);
	json_write(&text, list);
	return add_text(saving, "manifest.json", &text);
}

static int save(struct reply *reply, const void *ctx)
{
	const char *const *refs = ctx;
	struct saving saving = {.reply = reply,
				.tar = archive_write_new(),
				.written = value_map(&reply->arena),
				.images = value_map(&reply->arena)};
	archive_write_set_format_pax_restricted(saving.tar);
	int status = 0;
	if (archive_write_open_fd(saving.tar, reply->stream[1]) != ARCHIVE_OK)
		status = failed(&saving);
	for (; status == 0 && *refs; refs++)
		status = add(&saving, *refs);
	if (status == 0)
		status = add_manifest(&saving);
	if (archive_write_close(saving.tar) != ARCHIVE_OK && status == 0)
		status = failed(&saving);
	archive_write_free(saving.tar);
	return status;
}

void oci_image_save(struct engine *engine, const char *const *refs,
		    int (*write)(void *ctx, const char *data, size_t len), engine_done *done,
		    void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_stream_from_child(reply, save, refs, write, ctx);
}
