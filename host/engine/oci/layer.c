/* A container's upper directory as a layer: the same files give the same bytes. */
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"
#include "host/tree/archived.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { COPY_BLOCK = 1 << 16 };

struct packing {
	struct archive *tar, *disk;
	struct archive_entry_linkresolver *links;
	const char *upper;
	struct hash *hash;
	int fd;
};

/* --- packing --- */

static ssize_t write_out(struct archive *archive, void *ctx, const void *data, size_t len)
{
	struct packing *packing = ctx;
	if (file_write_all(packing->fd, data, len) < 0) {
		archive_set_error(archive, errno, "can't write the layer: %s", strerror(errno));
		return -1;
	}
	hash_add(packing->hash, data, len);
	return (ssize_t)len;
}

static int failed(const struct packing *packing, const char *path, struct error *err)
{
	const char *why = archive_error_string(packing->tar);
	return error_set(err, "can't pack %s: %s", path, why ? why : "it can't be read");
}

static int add_mark(struct packing *packing, const char *directory, const char *name,
		    struct error *err)
{
	autofree char *path = mem_printf("%s%s.wh.%s", directory, *directory ? "/" : "", name);
	struct archive_entry *entry = archive_entry_new();
	archive_entry_copy_pathname(entry, path);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0);
	archive_entry_set_size(entry, 0);
	archive_entry_set_mtime(entry, 0, 0);
	int status = archive_write_header(packing->tar, entry) == ARCHIVE_OK ? 0 : -1;
	archive_entry_free(entry);
	return status < 0 ? failed(packing, path, err) : 0;
}

/* What overlayfs notes for itself stays here. */
static void drop_own_attributes(struct archive_entry *entry)
{
	const char *name;
	const void *value;
	size_t size;
	struct archive_entry *copy = archive_entry_clone(entry);
	archive_entry_xattr_clear(entry);
	archive_entry_xattr_reset(copy);
	while (archive_entry_xattr_next(copy, &name, &value, &size) == ARCHIVE_OK)
		if (strncmp(name, "trusted.overlay.", 16) != 0)
			archive_entry_xattr_add_entry(entry, name, value, size);
	archive_entry_free(copy);
}

static int add_content(struct packing *packing, const char *file)
{
	static _Thread_local char block[COPY_BLOCK];
	autoclose int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got = -1;
	while (fd >= 0 &&
	       ((got = read(fd, block, sizeof block)) > 0 || (got < 0 && errno == EINTR)))
		if (got > 0 && archive_write_data(packing->tar, block, (size_t)got) < 0)
			return -1;
	if (got < 0)
		archive_set_error(packing->tar, errno, "it can't be read: %s", strerror(errno));
	return got < 0 ? -1 : 0;
}

static int write_entry(struct packing *packing, struct archive_entry *entry, const char *file,
		       const char *path, struct error *err)
{
	struct archive_entry *held = NULL;
	drop_own_attributes(entry);
	archive_entry_copy_pathname(entry, path);
	archive_entry_unset_atime(entry);
	archive_entry_unset_ctime(entry);
	archive_entry_unset_birthtime(entry);
	archive_entry_linkify(packing->links, &entry, &held);
	if (archive_write_header(packing->tar, entry) < ARCHIVE_WARN)
		return failed(packing, path, err);
	if (archive_entry_filetype(entry) == AE_IFREG && archive_entry_size(entry) > 0 &&
	    add_content(packing, file) < 0)
		return failed(packing, path, err);
	return 0;
}

static int add_file(struct packing *packing, const char *file, const char *path, struct error *err)
{
	struct archive_entry *entry = archive_entry_new();
	archive_entry_copy_sourcepath(entry, file);
	archive_entry_copy_pathname(entry, file);
	int status = archive_read_disk_entry_from_file(packing->disk, entry, -1, NULL);
	if (status < ARCHIVE_WARN)
		status = error_set(err, "can't read %s: %s", file,
				   archive_error_string(packing->disk));
	else
		status = write_entry(packing, entry, file, path, err);
	archive_entry_free(entry);
	return status;
}

static int add_directory(struct packing *packing, const char *path, struct error *err);

static int add_child(struct packing *packing, const char *directory, const char *name,
		     struct error *err)
{
	autofree char *path = mem_printf("%s%s%s", directory, *directory ? "/" : "", name);
	autofree char *file = mem_printf("%s/%s", packing->upper, path);
	struct stat info;
	if (lstat(file, &info) < 0)
		return errno == ENOENT ? 0 : error_errno(err, "can't read %s", file);
	if (overlay_is_whiteout(&info))
		return add_mark(packing, directory, name, err);
	if (S_ISSOCK(info.st_mode))
		return 0;
	if (add_file(packing, file, path, err) < 0)
		return -1;
	return S_ISDIR(info.st_mode) ? add_directory(packing, path, err) : 0;
}

static int add_directory(struct packing *packing, const char *path, struct error *err)
{
	auto_arena struct arena arena = {0};
	autofree char *directory = mem_printf("%s/%s", packing->upper, path);
	if (overlay_is_opaque(directory) && add_mark(packing, path, ".wh..opq", err) < 0)
		return -1;
	for (char **name = store_names(&arena, directory); *name; name++)
		if (add_child(packing, path, *name, err) < 0)
			return -1;
	return 0;
}

static int pack(struct packing *packing, char hex[HASH_HEX], struct error *err)
{
	auto_archive struct archive *tar = mem_given(archive_write_new());
	auto_archive struct archive *disk = mem_given(archive_read_disk_new());
	auto_hash struct hash *hash = hash_new();
	packing->tar = tar;
	packing->disk = disk;
	packing->links = mem_given(archive_entry_linkresolver_new());
	packing->hash = hash;
	archive_write_set_format_pax_restricted(packing->tar);
	archive_entry_linkresolver_set_strategy(packing->links, ARCHIVE_FORMAT_TAR_USTAR);
	archive_read_disk_set_symlink_physical(packing->disk);
	archive_write_open2(packing->tar, packing, NULL, write_out, NULL, NULL);
	int status = add_directory(packing, "", err);
	if (archive_write_close(packing->tar) != ARCHIVE_OK && status == 0)
		status = failed(packing, "the layer", err);
	archive_entry_linkresolver_free(packing->links);
	hash_finish(STEAL(hash), hex);
	return status;
}

/* --- keeping --- */

/* A directory that does not count as a layer until it has its name; the caller frees the path. */
static char *new_place(const struct oci *oci, struct error *err)
{
	char *place = store_path(oci, "layers/new-XXXXXX");
	autofree char *tree = NULL;
	if (mkdtemp(place)) {
		tree = mem_printf("%s/tree", place);
		if (mkdir(tree, 0755) == 0)
			return place;
	}
	error_errno(err, "can't make %s", place);
	free(place);
	return NULL;
}

/* Unpacks the tar that is in a new place, and gives that its name. */
static int keep(const struct oci *oci, const char *place, const char *hex, struct error *err)
{
	autofree char *tar = mem_printf("%s/tar", place), *tree = mem_printf("%s/tree", place);
	autofree char *layer = store_path(oci, "layers/%s", hex);
	if (access(layer, F_OK) == 0)
		return file_remove_tree(place, err);
	if (layer_unpack(tar, tree, err) < 0)
		return -1;
	/* Others than root must get through it: it is a file system's root. */
	if (chmod(place, 0755) < 0 || rename(place, layer) < 0)
		return error_errno(err, "can't keep the layer %s", layer);
	return 0;
}

static int finish(const struct oci *oci, const char *place, const char *hex, int status,
		  struct error *err)
{
	auto_error struct error ignored = {0};
	if (status == 0)
		status = keep(oci, place, hex, err);
	if (status < 0)
		file_remove_tree(place, &ignored);
	return status;
}

int layer_commit(const struct oci *oci, const char *upper, char hex[HASH_HEX], struct error *err)
{
	autofree char *place = new_place(oci, err);
	if (!place)
		return -1;
	autofree char *path = mem_printf("%s/tar", place);
	autoclose int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct packing packing = {.upper = upper, .fd = fd};
	int status = fd < 0 ? error_errno(err, "can't make %s", path) : pack(&packing, hex, err);
	return finish(oci, place, hex, status, err);
}

int layer_import(const struct oci *oci, const void *tar, size_t len, char hex[HASH_HEX],
		 struct error *err)
{
	autofree char *place = new_place(oci, err);
	if (!place)
		return -1;
	autofree char *path = mem_printf("%s/tar", place);
	hash_hex(tar, len, hex);
	int status = file_replace(path, tar, len, 0600, (uid_t)-1, (gid_t)-1, err);
	return finish(oci, place, hex, status, err);
}
