#include "agent/tree/tree.h"

#include "common/buffer.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>

/* An entry that is being put in its place. */
struct entry {
	struct tree_record record;
	struct buf path, target, attributes;
};

static int read_bytes(FILE *in, void *into, size_t len, struct error *err)
{
	if (fread(into, 1, len, in) == len)
		return 0;
	return error_set(err, "the changes end in the middle");
}

static int read_text(FILE *in, uint32_t len, struct buf *text, struct error *err)
{
	buf_clear(text);
	if (len > TREE_TEXT_MAX)
		return error_set(err, "the changes make no sense: a name of %u bytes", len);
	if (read_bytes(in, buf_reserve(text, len + 1), len, err) < 0)
		return -1;
	text->len = len;
	text->data[len] = '\0';
	return 0;
}

/* 0: the end. */
static int read_entry(FILE *in, struct entry *entry, struct error *err)
{
	struct tree_record *record = &entry->record;
	size_t got = fread(record, 1, sizeof *record, in);
	if (got == 0 && feof(in))
		return 0;
	if (got != sizeof *record)
		return error_set(err, "the changes end in the middle");
	if (read_text(in, record->path, &entry->path, err) < 0 ||
	    read_text(in, record->target, &entry->target, err) < 0 ||
	    read_text(in, record->attributes, &entry->attributes, err) < 0)
		return -1;
	return 1;
}

static int write_content(FILE *in, int fd, const struct entry *entry, struct error *err)
{
	char bytes[64 << 10];
	for (uint64_t left = entry->record.size; left;) {
		size_t part = left < sizeof bytes ? (size_t)left : sizeof bytes;
		if (read_bytes(in, bytes, part, err) < 0)
			return -1;
		for (size_t at = 0; at < part;) {
			ssize_t wrote = write(fd, bytes + at, part - at);
			if (wrote < 0 && errno != EINTR)
				return error_errno(err, "can't write \"%s\"", entry->path.data);
			at += wrote > 0 ? (size_t)wrote : 0;
		}
		left -= part;
	}
	return 0;
}

static int make_file(FILE *in, const struct entry *entry, struct error *err)
{
	const char *path = entry->path.data;
	if (entry->record.linked)
		return link(entry->target.data, path) < 0
			       ? error_errno(err, "can't link \"%s\"", path)
			       : 0;
	autoclose int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_errno(err, "can't write \"%s\"", path);
	return write_content(in, fd, entry, err);
}

static int make(FILE *in, const struct entry *entry, struct error *err)
{
	const char *path = entry->path.data;
	int status;
	switch (entry->record.kind) {
	case S_IFREG:
		return make_file(in, entry, err);
	case S_IFDIR:
		status = mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0;
		break;
	case S_IFLNK:
		status = symlink(entry->target.data, path);
		break;
	default:
		status = mknod(path, entry->record.kind | 0600, (dev_t)entry->record.device);
		break;
	}
	return status < 0 ? error_errno(err, "can't make \"%s\"", path) : 0;
}

static int remove_attributes(const char *path, struct error *err)
{
	auto_buf struct buf old = {0};
	if (tree_attributes(path, &old, err) < 0)
		return -1;
	for (size_t at = 0; at < old.len;) {
		const char *name = old.data + at;
		uint32_t size;
		memcpy(&size, name + strlen(name) + 1, sizeof size);
		at += strlen(name) + 1 + sizeof size + size;
		if (lremovexattr(path, name) < 0)
			return error_errno(err, "can't remove the attribute %s of \"%s\"", name,
					   path);
	}
	return 0;
}

static int set_attributes(const struct entry *entry, struct error *err)
{
	const char *path = entry->path.data, *end;
	const struct buf *all = &entry->attributes;
	if (entry->record.kind == S_IFDIR && remove_attributes(path, err) < 0)
		return -1;
	for (size_t at = 0; at < all->len;) {
		const char *name = all->data + at;
		uint32_t size;
		end = memchr(name, '\0', all->len - at);
		if (!end || all->len - (size_t)(end + 1 - all->data) < sizeof size)
			return error_set(err, "the changes make no sense: an attribute's size");
		memcpy(&size, end + 1, sizeof size);
		at = (size_t)(end + 1 - all->data) + sizeof size;
		if (size > all->len - at)
			return error_set(err, "the changes make no sense: an attribute's size");
		if (lsetxattr(path, name, all->data + at, size, 0) < 0)
			return error_errno(err, "can't set the attribute %s of \"%s\"", name, path);
		at += size;
	}
	return 0;
}

/* The owner comes first: a change of it takes the set-user-ID bit and capabilities away. */
static int finish(const struct entry *entry, struct error *err)
{
	const struct tree_record *record = &entry->record;
	const char *path = entry->path.data;
	struct timespec times[] = {{.tv_nsec = UTIME_OMIT},
				   {record->seconds, (long)record->nanoseconds}};
	if (record->linked)
		return 0;
	if (lchown(path, record->uid, record->gid) < 0)
		return error_errno(err, "can't set the owner of \"%s\"", path);
	if (record->kind != S_IFLNK && chmod(path, record->mode) < 0)
		return error_errno(err, "can't set the mode of \"%s\"", path);
	if (set_attributes(entry, err) < 0)
		return -1;
	if (record->kind != S_IFDIR && utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, "can't set the time of \"%s\"", path);
	return 0;
}

static int place(FILE *in, const struct entry *entry, struct error *err)
{
	struct stat old;
	const char *path = entry->path.data;
	bool stays =
		entry->record.kind == S_IFDIR && lstat(path, &old) == 0 && S_ISDIR(old.st_mode);
	if (*path != '/' || strlen(path) != entry->path.len)
		return error_set(err, "the changes make no sense: \"%s\" is no path", path);
	if (!stays && file_remove_tree(path, err) < 0)
		return -1;
	if (!entry->record.kind)
		return 0;
	return make(in, entry, err) < 0 ? -1 : finish(entry, err);
}

int tree_unpack(FILE *in, struct error *err)
{
	struct entry entry = {0};
	int got;
	while ((got = read_entry(in, &entry, err)) > 0)
		if ((got = place(in, &entry, err)) < 0)
			break;
	buf_free(&entry.path);
	buf_free(&entry.target);
	buf_free(&entry.attributes);
	return got < 0 ? -1 : 0;
}
