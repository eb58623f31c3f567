/* A layer's tar into a directory, in the form that overlayfs wants: what a layer deletes is a
 * character device 0/0 there, a directory that hides all below has an attribute (image-spec,
 * layer.md; kernel, overlayfs.rst). */
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

enum { READ_BLOCK = 1 << 16 };

static const char whiteout[] = ".wh.", opaque[] = ".wh..wh..opq";

struct unpacking {
	int tar;
	const char *tree;
};

static const char *without_root(const char *path)
{
	while (*path == '/' || (path[0] == '.' && (path[1] == '/' || !path[1])))
		path++;
	return path;
}

/* 1: it was a mark of what is not there any more. */
static int take_mark(const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	autofree char *parent = mem_strndup(path, slash ? (size_t)(slash - path) : 0);
	if (strncmp(name, whiteout, strlen(whiteout)) != 0)
		return 0;
	const char *at = *parent ? parent : ".";
	if (file_make_parents(path, err) < 0)
		return -1;
	if (strcmp(name, opaque) == 0) {
		if (setxattr(at, "trusted.overlay.opaque", "y", 1, 0) < 0)
			return error_errno(err, "can't mark %s as replaced", at);
		return 1;
	}
	autofree char *gone = mem_printf("%s/%s", at, name + strlen(whiteout));
	if (mknod(gone, S_IFCHR, makedev(0, 0)) < 0 && errno != EEXIST)
		return error_errno(err, "can't mark %s as deleted", gone);
	return 1;
}

static int copy_data(struct archive *from, struct archive *to)
{
	const void *block;
	size_t size;
	int64_t offset;
	int status;
	while ((status = archive_read_data_block(from, &block, &size, &offset)) == ARCHIVE_OK)
		if (archive_write_data_block(to, block, size, offset) < 0)
			return -1;
	return status == ARCHIVE_EOF ? 0 : -1;
}

/* libarchive's words alone would not tell a full disk. */
static int not_unpacked(const char *path, struct archive *from, struct archive *to,
			struct error *err)
{
	struct archive *failed = archive_error_string(to) ? to : from;
	const char *why = archive_error_string(failed);
	int number = archive_errno(failed);
	return error_set(err, "can't unpack %s: %s%s%s", path, why ? why : "it breaks off",
			 number > 0 ? ": " : "", number > 0 ? strerror(number) : "");
}

static int unpack_entry(struct archive *from, struct archive *to, struct archive_entry *entry,
			struct error *err)
{
	const char *path = without_root(archive_entry_pathname(entry));
	const char *link = archive_entry_hardlink(entry);
	int marked = *path ? take_mark(path, err) : 1;
	if (marked)
		return marked < 0 ? -1 : 0;
	archive_entry_copy_pathname(entry, path);
	if (link)
		archive_entry_copy_hardlink(entry, without_root(link));
	if (archive_write_header(to, entry) < ARCHIVE_WARN ||
	    (archive_entry_size(entry) > 0 && copy_data(from, to) < 0) ||
	    archive_write_finish_entry(to) < ARCHIVE_WARN)
		return not_unpacked(path, from, to, err);
	return 0;
}

static int unpack_all(struct archive *from, struct archive *to, struct error *err)
{
	struct archive_entry *entry;
	int status;
	while ((status = archive_read_next_header(from, &entry)) == ARCHIVE_OK ||
	       status == ARCHIVE_WARN)
		if (unpack_entry(from, to, entry, err) < 0)
			return -1;
	if (status != ARCHIVE_EOF)
		return error_set(err, "this is no tar archive: %s", archive_error_string(from));
	return 0;
}

/* In a child whose root is the tree: nothing in an archive can lead out of it. */
static int unpack(void *ctx, struct error *err)
{
	const struct unpacking *unpacking = ctx;
	struct archive *from = archive_read_new(), *to = archive_write_disk_new();
	if (chroot(unpacking->tree) < 0 || chdir("/") < 0)
		return error_errno(err, "can't enter %s", unpacking->tree);
	umask(0);
	archive_read_support_format_tar(from);
	archive_read_support_format_empty(from);
	/* Those that libarchive reads itself: for others it would run programs, of the image. */
	archive_read_support_filter_gzip(from);
	archive_read_support_filter_bzip2(from);
	archive_read_support_filter_xz(from);
	archive_read_support_filter_zstd(from);
	archive_write_disk_set_options(to, ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM |
						   ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_XATTR |
						   ARCHIVE_EXTRACT_ACL | ARCHIVE_EXTRACT_UNLINK |
						   ARCHIVE_EXTRACT_SECURE_NODOTDOT);
	int status = 0;
	if (archive_read_open_fd(from, unpacking->tar, READ_BLOCK) != ARCHIVE_OK)
		status = error_set(err, "can't read the layer: %s", archive_error_string(from));
	if (status == 0)
		status = unpack_all(from, to, err);
	if (archive_write_close(to) != ARCHIVE_OK && status == 0)
		status = error_set(err, "can't unpack: %s", archive_error_string(to));
	archive_read_free(from);
	archive_write_free(to);
	return status;
}

int layer_unpack(const char *tar, const char *tree, struct error *err)
{
	autoclose int fd = open(tar, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, "can't open %s", tar);
	struct unpacking unpacking = {fd, tree};
	return in_child(unpack, &unpacking, err);
}
