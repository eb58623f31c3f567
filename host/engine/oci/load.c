/* A directory of an image's blobs, each named by its digest, into the store and out of it: what is
 * in skopeo's `dir:`. */
#include "common/file.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/foreign.h"
#include "host/engine/oci/parts.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 1 << 16 };

struct loading {
	const struct oci *oci;
	struct arena *arena;
	const char *scratch;
	struct foreign_manifest manifest;
	struct buf config;
	const struct value *image;
};

/* --- one layer --- */

/* A blob's bytes as they are read, to know what they are. */
struct source {
	struct hash *hash;
	int fd;
	int64_t size;
	char block[BLOCK];
};

static ssize_t take(struct archive *archive, void *ctx, const void **data)
{
	struct source *source = ctx;
	ssize_t got;
	do
		got = read(source->fd, source->block, sizeof source->block);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		archive_set_error(archive, errno, "can't read the blob");
	if (got > 0) {
		hash_add(source->hash, source->block, (size_t)got);
		source->size += got;
	}
	*data = source->block;
	return got;
}

/* What is in it, uncompressed, to a file; hex: the digest of that. */
static int copy_content(struct archive *raw, int to, char hex[HASH_HEX], struct error *err)
{
	struct hash *hash = hash_new();
	struct archive_entry *entry;
	const void *data;
	size_t len;
	la_int64_t offset;
	int status = archive_read_next_header(raw, &entry), result = 0;
	while (result == 0 && status == ARCHIVE_OK &&
	       (status = archive_read_data_block(raw, &data, &len, &offset)) == ARCHIVE_OK) {
		hash_add(hash, data, len);
		result = file_write_all(to, data, len) < 0 ? error_errno(err, "can't write a layer")
							   : 0;
	}
	hash_finish(hash, hex);
	if (result == 0 && status != ARCHIVE_EOF)
		result = error_set(err, "a layer can't be unpacked: %s", archive_error_string(raw));
	return result;
}

static int expand(struct source *source, int to, char hex[HASH_HEX], struct error *err)
{
	struct archive *raw = mem_given(archive_read_new());
	archive_read_support_format_raw(raw);
	archive_read_support_format_empty(raw);
	archive_read_support_filter_gzip(raw);
	archive_read_support_filter_zstd(raw);
	int status = archive_read_open(raw, source, NULL, take, NULL) == ARCHIVE_OK
			     ? copy_content(raw, to, hex, err)
			     : error_set(err, "a layer can't be unpacked: %s",
					 archive_error_string(raw));
	/* What is behind its end counts too. */
	for (const void *rest; status == 0 && take(raw, source, &rest) > 0;)
		continue;
	archive_read_free(raw);
	return status;
}

static int check_blob(const struct foreign_blob *blob, const char *hex, int64_t size,
		      struct error *err)
{
	if (size != blob->size)
		return error_set(err, "the part %.12s of the image has %lld bytes, not %lld",
				 blob->hex, (long long)size, (long long)blob->size);
	if (strcmp(hex, blob->hex) != 0)
		return error_set(err, "the part %.12s of the image is not what its digest says",
				 blob->hex);
	return 0;
}

static int unpack_layer(const char *blob_path, const struct foreign_blob *blob, const char *diff_id,
			const char *place, struct error *err)
{
	char whole[HASH_HEX], content[HASH_HEX];
	autofree char *tar = mem_printf("%s/tar", place), *tree = mem_printf("%s/tree", place);
	if (mkdir(place, 0755) < 0 || mkdir(tree, 0755) < 0)
		return error_errno(err, "can't make %s", place);
	autoclose int from = open(blob_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	autoclose int to = open(tar, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (from < 0 || to < 0)
		return error_errno(err, "can't open %s", from < 0 ? blob_path : tar);
	struct source source = {.hash = hash_new(), .fd = from};
	int status = expand(&source, to, content, err);
	hash_finish(source.hash, whole);
	if (status < 0 || check_blob(blob, whole, source.size, err) < 0)
		return -1;
	if (strcmp(content, diff_id) != 0)
		return error_set(err, "the layer %.12s is not what the image's config says",
				 blob->hex);
	return layer_unpack(tar, tree, err);
}

static char *layer_place(const struct loading *loading, const char *diff_id)
{
	return mem_printf("%s/%s", loading->scratch, diff_id);
}

static const char *diff_id(const struct loading *loading, size_t i)
{
	return foreign_hex(value_path(loading->image, "rootfs.diff_ids")->list.items[i]);
}

static int check_size(const char *path, const struct foreign_blob *blob, struct error *err)
{
	struct stat info;
	if (lstat(path, &info) < 0)
		return error_errno(err, "the part %.12s of the image", blob->hex);
	return check_blob(blob, blob->hex, info.st_size, err);
}

/* Those that the store has need no work; the same one may be in an image twice. */
static int unpack_layers(const struct loading *loading, struct error *err)
{
	for (size_t i = 0; i < loading->manifest.layer_count; i++) {
		const struct foreign_blob *blob = &loading->manifest.layers[i];
		autofree char *path = mem_printf("%s/blobs/%s", loading->scratch, blob->hex);
		autofree char *place = layer_place(loading, diff_id(loading, i));
		autofree char *known = store_path(loading->oci, "layers/%s", diff_id(loading, i));
		if (check_size(path, blob, err) < 0)
			return -1;
		if (access(known, F_OK) == 0 || access(place, F_OK) == 0)
			continue;
		if (unpack_layer(path, blob, diff_id(loading, i), place, err) < 0)
			return -1;
	}
	return 0;
}

/* --- the image --- */

static int read_config(struct loading *loading, struct error *err)
{
	char hex[HASH_HEX];
	const struct foreign_blob *blob = &loading->manifest.config;
	autofree char *path = mem_printf("%s/blobs/%s", loading->scratch, blob->hex);
	if (file_read(path, FOREIGN_TEXT, &loading->config, err) < 0)
		return -1;
	hash_hex(loading->config.data, loading->config.len, hex);
	if (check_blob(blob, hex, (int64_t)loading->config.len, err) < 0)
		return -1;
	loading->image = foreign_config(loading->arena, loading->config.data, loading->config.len,
					loading->manifest.layer_count, err);
	return loading->image ? 0 : -1;
}

static int read_manifest(struct loading *loading, struct error *err)
{
	auto_buf struct buf text = {0};
	autofree char *path = mem_printf("%s/blobs/manifest.json", loading->scratch);
	if (file_read(path, FOREIGN_TEXT, &text, err) < 0)
		return -1;
	return foreign_manifest(loading->arena, text.data, text.len, &loading->manifest, err);
}

/* The store's lock is held: a layer that it had before may be gone by now. */
static int keep(const struct loading *loading, struct error *err)
{
	for (size_t i = 0; i < loading->manifest.layer_count; i++) {
		autofree char *place = layer_place(loading, diff_id(loading, i));
		autofree char *layer = store_path(loading->oci, "layers/%s", diff_id(loading, i));
		if (access(layer, F_OK) == 0)
			continue;
		if (rename(place, layer) < 0)
			return error_errno(err, "can't keep the layer %s", layer);
	}
	autofree char *path = store_path(loading->oci, "images/%s", loading->manifest.config.hex);
	return file_replace(path, loading->config.data, loading->config.len, 0600, (uid_t)-1,
			    (gid_t)-1, err);
}

int image_load(const struct oci *oci, const char *scratch, const char *const *names,
	       char hex[HASH_HEX], struct error *err)
{
	auto_arena struct arena arena = {0};
	struct loading loading = {.oci = oci, .arena = &arena, .scratch = scratch};
	int status = read_manifest(&loading, err);
	if (status == 0)
		status = read_config(&loading, err);
	if (status == 0)
		status = unpack_layers(&loading, err);
	autoclose int lock = status == 0 ? store_lock(oci, err) : -1;
	if (lock < 0 || keep(&loading, err) < 0)
		status = -1;
	buf_free(&loading.config);
	memcpy(hex, loading.manifest.config.hex, HASH_HEX);
	for (; status == 0 && *names; names++)
		status = store_name(oci, hex, *names, err);
	return status;
}

/* --- out of the store --- */

static struct value *blob(struct arena *arena, const char *type, const char *hex, int64_t size)
{
	struct value *map = value_map(arena);
	store_text(arena, map, "mediaType", type);
	value_set(arena, map, "size", value_int(arena, size));
	store_text(arena, map, "digest", arena_printf(arena, "sha256:%s", hex));
	return map;
}

struct value *manifest_layer(struct arena *arena, const char *hex, int64_t size)
{
	return blob(arena, "application/vnd.docker.image.rootfs.diff.tar", hex, size);
}

/* Another name of the store's file: it stays even where the image goes meanwhile. */
static int put_layer(const struct oci *oci, const char *scratch, struct arena *arena,
		     const char *hex, struct value *layers, struct error *err)
{
	struct stat info;
	autofree char *tar = store_path(oci, "layers/%s/tar", hex);
	autofree char *file = mem_printf("%s/blobs/%s", scratch, hex);
	if (stat(tar, &info) < 0 || (link(tar, file) < 0 && errno != EEXIST))
		return error_errno(err, "can't take %s", tar);
	value_append(arena, layers, manifest_layer(arena, hex, info.st_size));
	return 0;
}

static int put_text(const char *scratch, const char *name, const struct buf *text,
		    struct error *err)
{
	autofree char *path = mem_printf("%s/blobs/%s", scratch, name);
	return file_replace(path, text->data, text->len, 0600, (uid_t)-1, (gid_t)-1, err);
}

int manifest_put(const char *scratch, const char *config, int64_t config_size, struct value *layers,
		 struct error *err)
{
	static const char type[] = "application/vnd.docker.distribution.manifest.v2+json";
	static const char config_type[] = "application/vnd.docker.container.image.v1+json";
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	struct value *manifest = value_map(&arena);
	value_set(&arena, manifest, "schemaVersion", value_int(&arena, 2));
	store_text(&arena, manifest, "mediaType", type);
	value_set(&arena, manifest, "config", blob(&arena, config_type, config, config_size));
	value_set(&arena, manifest, "layers", layers);
	json_write(&text, manifest);
	return put_text(scratch, "manifest.json", &text, err);
}

int image_unload(const struct oci *oci, const char *hex, const char *scratch, struct error *err)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf config = {0};
	struct value *layers = value_list(&arena);
	const struct value *image = store_image(oci, &arena, hex, err);
	const struct value *ids = value_path(image, "rootfs.diff_ids");
	if (!image || store_image_text(oci, hex, &config, err) < 0 ||
	    put_text(scratch, hex, &config, err) < 0)
		return -1;
	for (size_t i = 0; value_is(ids, VALUE_LIST) && i < ids->list.len; i++) {
		const char *layer = value_text(ids->list.items[i]) + strlen("sha256:");
		if (put_layer(oci, scratch, &arena, layer, layers, err) < 0)
			return -1;
	}
	return manifest_put(scratch, hex, (int64_t)config.len, layers, err);
}
