#include "host/export/saved.h"

#include "common/buffer.h"
#include "common/json.h"
#include "common/own.h"
#include "host/saved/archive.h"

#include <archive_entry.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 65536, LARGEST_TEXT = 64 << 20 };

#define auto_archive __attribute__((cleanup(close_archive)))
static void close_archive(struct archive **archive)
{
	archive_read_free(*archive);
}

static int broken(struct archive *archive, struct error *err)
{
	const char *why = archive_error_string(archive);
	return error_as(err, ERROR_ARCHIVE_BROKEN, "can't read what the engine saved: %s",
			why ? why : "no reason given");
}

static struct archive *open_archive(int fd, struct error *err)
{
	struct archive *archive = saved_archive();
	if (lseek(fd, 0, SEEK_SET) < 0 || archive_read_open_fd(archive, fd, CHUNK) != ARCHIVE_OK) {
		broken(archive, err);
		archive_read_free(archive);
		return NULL;
	}
	return archive;
}

static int pass_on(struct archive *archive, saved_take *take, void *ctx, struct error *err)
{
	const void *data;
	size_t len;
	la_int64_t offset;
	int status;
	while ((status = archive_read_data_block(archive, &data, &len, &offset)) == ARCHIVE_OK)
		if (take(ctx, data, len) < 0)
			return error_errno(err, "can't write the archive");
	return status == ARCHIVE_EOF ? 0 : broken(archive, err);
}

/* 1: passed on; 0: it is a link, and `file` is what it leads to; -1: failed. */
static int look_for(int fd, struct buf *file, saved_take *take, void *ctx, struct error *err)
{
	auto_archive struct archive *archive = open_archive(fd, err);
	struct archive_entry *entry;
	int status = archive ? ARCHIVE_OK : ARCHIVE_FATAL;
	while (archive && (status = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(entry);
		const char *link = archive_entry_symlink(entry);
		if (!name || strcmp(name, buf_text(file)) != 0)
			continue;
		if (!link)
			return pass_on(archive, take, ctx, err) < 0 ? -1 : 1;
		saved_follow(file, link);
		return 0;
	}
	if (!archive)
		return -1;
	return status == ARCHIVE_EOF ? error_as(err, ERROR_ARCHIVE_BROKEN,
						"what the engine saved has no %s", buf_text(file))
				     : broken(archive, err);
}

int saved_each(int fd, const char *file, saved_take *take, void *ctx, struct error *err)
{
	enum { MOST_LINKS = 4 };
	auto_buf struct buf name = {0};
	buf_puts(&name, file);
	for (int i = 0; i < MOST_LINKS; i++) {
		int status = look_for(fd, &name, take, ctx, err);
		if (status != 0)
			return status < 0 ? -1 : 0;
	}
	return error_as(err, ERROR_ARCHIVE_BROKEN,
			"in what the engine saved, %s is a link to a link", file);
}

static int add_text(void *ctx, const void *data, size_t len)
{
	struct buf *text = ctx;
	if (text->len + len > LARGEST_TEXT)
		return -1;
	buf_add(text, data, len);
	return 0;
}

static struct value *read_json(int fd, const char *file, struct arena *arena, struct error *err)
{
	auto_buf struct buf text = {0};
	if (saved_each(fd, file, add_text, &text, err) < 0)
		return NULL;
	return json_parse(arena, file, buf_text(&text), text.len, err);
}

struct measuring {
	struct hash *hash;
	int64_t size;
};

static int measure(void *ctx, const void *data, size_t len)
{
	struct measuring *measuring = ctx;
	hash_add(measuring->hash, data, len);
	measuring->size += (int64_t)len;
	return 0;
}

static int read_blob(int fd, const struct value *file, struct saved_blob *blob, struct arena *arena,
		     struct error *err)
{
	if (!value_text(file))
		return error_as(err, ERROR_ARCHIVE_BROKEN, "what the engine saved names no file");
	struct measuring measuring = {.hash = hash_new()};
	blob->file = arena_strdup(arena, value_text(file));
	int status = saved_each(fd, blob->file, measure, &measuring, err);
	hash_finish(measuring.hash, blob->digest);
	blob->size = measuring.size;
	return status;
}

static int read_image(int fd, const struct value *entry, struct saved_image *image,
		      struct arena *arena, struct error *err)
{
	const struct value *layers = value_get(entry, "Layers");
	size_t count = value_is(layers, VALUE_LIST) ? layers->list.len : 0;
	if (count > MOST_LAYERS)
		return error_as(err, ERROR_ARCHIVE_BROKEN, "an image of more than %d layers",
				MOST_LAYERS);
	image->names = value_get(entry, "RepoTags");
	image->layers = arena_alloc(arena, (count + 1) * sizeof *image->layers);
	image->layer_count = count;
	if (read_blob(fd, value_get(entry, "Config"), &image->config, arena, err) < 0)
		return -1;
	image->settings = read_json(fd, image->config.file, arena, err);
	for (size_t i = 0; image->settings && i < count; i++)
		if (read_blob(fd, layers->list.items[i], &image->layers[i], arena, err) < 0)
			return -1;
	return image->settings ? 0 : -1;
}

int saved_read(int fd, struct saved *saved, struct arena *arena, struct error *err)
{
	const struct value *manifest = read_json(fd, "manifest.json", arena, err);
	if (!manifest)
		return -1;
	size_t count = value_is(manifest, VALUE_LIST) ? manifest->list.len : 0;
	*saved = (struct saved){.fd = fd, .count = count};
	saved->images = arena_alloc(arena, (count + 1) * sizeof *saved->images);
	for (size_t i = 0; i < count; i++)
		if (read_image(fd, manifest->list.items[i], &saved->images[i], arena, err) < 0)
			return -1;
	return 0;
}
