#include "host/export/oci.h"

#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#define MEDIA "application/vnd.oci.image."

/* One file below blobs/: from the saved archive, or made here. */
struct blob {
	char digest[HASH_HEX];
	int64_t size;
	const char *file; /* of the saved archive; NULL: `text` */
	const char *text;
};

struct writing {
	const struct saved *saved;
	const struct output *output;
	struct archive *archive;
	int64_t when;
	struct arena arena;
	struct blob *blobs; /* by digest, each once */
	size_t count, room;
};

static int failed(const struct writing *writing, struct error *err)
{
	return error_as(err, ERROR_ARCHIVE, "can't write %s: %s", writing->output->path,
			archive_error_string(writing->archive));
}

static void add_blob(struct writing *writing, const struct blob *blob)
{
	for (size_t i = 0; i < writing->count; i++)
		if (strcmp(writing->blobs[i].digest, blob->digest) == 0)
			return;
	if (writing->count == writing->room) {
		writing->room = writing->room * 2 + 16;
		writing->blobs = arena_grow(&writing->arena, writing->blobs, writing->count,
					    writing->room, sizeof *writing->blobs);
	}
	writing->blobs[writing->count++] = *blob;
}

static void add_saved(struct writing *writing, const struct saved_blob *saved)
{
	struct blob blob = {.size = saved->size, .file = saved->file};
	memcpy(blob.digest, saved->digest, sizeof blob.digest);
	add_blob(writing, &blob);
}

/* --- what JSON says of blobs --- */

static struct value *descriptor(struct arena *arena, const char *media, const char *digest,
				int64_t size)
{
	struct value *map = value_map(arena);
	value_set(arena, map, "mediaType", value_string(arena, media));
	value_set(arena, map, "digest",
		  value_string(arena, arena_printf(arena, "sha256:%s", digest)));
	value_set(arena, map, "size", value_int(arena, size));
	return map;
}

static const char *text_of(struct arena *arena, const struct value *value)
{
	auto_buf struct buf text = {0};
	json_write(&text, value);
	return arena_strdup(arena, buf_text(&text));
}

/* Returns the manifest's blob. */
static struct blob add_manifest(struct writing *writing, const struct saved_image *image)
{
	struct arena *arena = &writing->arena;
	struct value *map = value_map(arena), *layers = value_list(arena);
	for (size_t i = 0; i < image->layer_count; i++) {
		const struct saved_blob *layer = &image->layers[i];
		add_saved(writing, layer);
		value_append(arena, layers,
			     descriptor(arena, MEDIA "layer.v1.tar", layer->digest, layer->size));
	}
	add_saved(writing, &image->config);
	value_set(arena, map, "schemaVersion", value_int(arena, 2));
	value_set(arena, map, "mediaType", value_string(arena, MEDIA "manifest.v1+json"));
	value_set(arena, map, "config",
		  descriptor(arena, MEDIA "config.v1+json", image->config.digest,
			     image->config.size));
	value_set(arena, map, "layers", layers);
	struct blob blob = {.text = text_of(arena, map)};
	blob.size = (int64_t)strlen(blob.text);
	hash_hex(blob.text, strlen(blob.text), blob.digest);
	add_blob(writing, &blob);
	return blob;
}

static struct value *platform(struct arena *arena, const struct value *settings)
{
	static const struct {
		const char *key, *otherwise;
	} keys[] = {{"architecture", "amd64"}, {"os", "linux"}, {"variant", NULL}};
	struct value *map = value_map(arena);
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const char *text = value_text(value_get(settings, keys[i].key));
		text = text && *text ? text : keys[i].otherwise;
		if (text)
			value_set(arena, map, keys[i].key, value_string(arena, text));
	}
	return map;
}

/* One entry for each name, as podman and containerd look for them; or one without. */
static void add_entries(struct writing *writing, const struct saved_image *image,
			struct value *manifests)
{
	struct arena *arena = &writing->arena;
	struct blob manifest = add_manifest(writing, image);
	size_t names = value_is(image->names, VALUE_LIST) ? image->names->list.len : 0;
	for (size_t i = 0; i < names || i == 0; i++) {
		struct value *entry =
			descriptor(arena, MEDIA "manifest.v1+json", manifest.digest, manifest.size);
		const char *name = i < names ? value_text(image->names->list.items[i]) : NULL;
		value_set(arena, entry, "platform", platform(arena, image->settings));
		if (name) {
			struct value *notes = value_map(arena);
			value_set(arena, notes, "io.containerd.image.name",
				  value_string(arena, name));
			value_set(arena, notes, "org.opencontainers.image.ref.name",
				  value_string(arena, name));
			value_set(arena, entry, "annotations", notes);
		}
		value_append(arena, manifests, entry);
	}
}

static const char *make_index(struct writing *writing)
{
	struct arena *arena = &writing->arena;
	struct value *map = value_map(arena), *manifests = value_list(arena);
	for (size_t i = 0; i < writing->saved->count; i++)
		add_entries(writing, &writing->saved->images[i], manifests);
	value_set(arena, map, "schemaVersion", value_int(arena, 2));
	value_set(arena, map, "mediaType", value_string(arena, MEDIA "index.v1+json"));
	value_set(arena, map, "manifests", manifests);
	return text_of(arena, map);
}

/* --- the archive --- */

static int put_header(struct writing *writing, const char *name, int64_t size, struct error *err)
{
	struct archive_entry *entry = archive_entry_new();
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, size);
	archive_entry_set_mtime(entry, (time_t)writing->when, 0);
	int status = archive_write_header(writing->archive, entry);
	archive_entry_free(entry);
	return status == ARCHIVE_OK ? 0 : failed(writing, err);
}

static int put_data(void *ctx, const void *data, size_t len)
{
	struct writing *writing = ctx;
	return len == 0 || archive_write_data(writing->archive, data, len) == (la_ssize_t)len ? 0
											      : -1;
}

static int put_text(struct writing *writing, const char *name, const char *text, struct error *err)
{
	if (put_header(writing, name, (int64_t)strlen(text), err) < 0)
		return -1;
	return put_data(writing, text, strlen(text)) < 0 ? failed(writing, err) : 0;
}

static int put_blob(struct writing *writing, const struct blob *blob, struct error *err)
{
	autofree char *name = mem_printf("blobs/sha256/%s", blob->digest);
	if (blob->text)
		return put_text(writing, name, blob->text, err);
	if (put_header(writing, name, blob->size, err) < 0)
		return -1;
	return saved_each(writing->saved->fd, blob->file, put_data, writing, err);
}

static int by_digest(const void *left, const void *right)
{
	return strcmp(((const struct blob *)left)->digest, ((const struct blob *)right)->digest);
}

static int put_all(struct writing *writing, struct error *err)
{
	const char *index = make_index(writing);
	if (writing->count)
		qsort(writing->blobs, writing->count, sizeof *writing->blobs, by_digest);
	if (put_text(writing, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}", err) < 0 ||
	    put_text(writing, "index.json", index, err) < 0)
		return -1;
	for (size_t i = 0; i < writing->count; i++)
		if (put_blob(writing, &writing->blobs[i], err) < 0)
			return -1;
	return archive_write_close(writing->archive) == ARCHIVE_OK ? 0 : failed(writing, err);
}

/* The pax format, for blobs of any size; it writes as ustar what fits there. */
int oci_write(const struct saved *saved, const struct output *output, int64_t when,
	      struct error *err)
{
	struct writing writing = {.saved = saved, .output = output, .when = when};
	writing.archive = archive_write_new();
	int status = 0;
	if (!writing.archive)
		return error_as(err, ERROR_ARCHIVE, "can't write %s", output->path);
	/* A pipe gets the same bytes as a file. */
	if (archive_write_set_format_pax_restricted(writing.archive) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(writing.archive, 1) != ARCHIVE_OK ||
	    archive_write_open_fd(writing.archive, output->fd) != ARCHIVE_OK)
		status = failed(&writing, err);
	if (status == 0)
		status = put_all(&writing, err);
	archive_write_free(writing.archive);
	arena_free(&writing.arena);
	return status;
}
