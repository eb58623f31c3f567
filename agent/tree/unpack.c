#include "agent/tree/tree.h"

#include "agent/tree/place.h"
#include "common/buffer.h"
#include "common/file.h"
#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>

/* An entry that is being put in its place. */
struct entry {
	struct tree_record record;
	struct buf path, target, attributes; /* as they came */
	const char *place;
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
		if (file_write_all(fd, bytes, part) < 0)
			return error_errno(err, "can't write it");
		left -= part;
	}
	return 0;
}

/* Links are not followed to what gets one more name, wherever they are. */
static int make_name(struct tree_root *root, const struct entry *entry, struct error *err)
{
	__attribute__((cleanup(tree_place_free))) struct tree_place first = {.directory = -1};
	const char *target = entry->target.data;
	struct stat info;
	int status = tree_place_find(root, target, entry->target.len, &first, err);
	if (status < 0)
		return -1;
	if (status > 0 || (lstat(first.path, &info) == 0 && !S_ISREG(info.st_mode)))
		return error_set(err, "\"%.200s\" is no file", target);
	return link(first.path, entry->place) < 0 ? error_errno(err, "can't link \"%s\"", target)
						  : 0;
}

/* Where its owner will not change, as it is to be: many small files spend most of their time in
 * such calls. */
static int make_file(FILE *in, const struct entry *entry, struct error *err)
{
	bool ours = entry->record.uid == geteuid() && entry->record.gid == getegid();
	mode_t mode = ours ? entry->record.mode & 0777 : 0600;
	autoclose int fd = open(entry->place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return error_errno(err, "can't write it");
	return write_content(in, fd, entry, err);
}

static int make(FILE *in, struct tree_root *root, const struct entry *entry, struct error *err)
{
	const char *path = entry->place;
	int status;
	switch (entry->record.kind) {
	case S_IFREG:
		return entry->record.linked ? make_name(root, entry, err)
					    : make_file(in, entry, err);
	case S_IFDIR:
		status = mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0;
		break;
	case S_IFLNK:
		status = symlink(entry->target.data, path);
		break;
	case S_IFIFO:
	case S_IFCHR:
	case S_IFBLK:
		status = mknod(path, entry->record.kind | 0600, (dev_t)entry->record.device);
		break;
	default:
		return error_set(err, "the changes make no sense: a file of kind %o",
				 entry->record.kind);
	}
	return status < 0 ? error_errno(err, "can't make it") : 0;
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
			return error_errno(err, "can't remove the attribute %s", name);
	}
	return 0;
}

static int set_attributes(const struct entry *entry, struct error *err)
{
	const char *path = entry->place, *end;
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
			return error_errno(err, "can't set the attribute %s", name);
		at += size;
	}
	return 0;
}

/* The owner comes first: a change of it takes the set-user-ID bit and capabilities away. */
static int set_owner_and_mode(const struct entry *entry, struct error *err)
{
	const struct tree_record *record = &entry->record;
	const char *path = entry->place;
	struct stat made;
	if (lstat(path, &made) < 0)
		return error_errno(err, "can't look at it");
	bool owned = made.st_uid == record->uid && made.st_gid == record->gid;
	if (!owned && lchown(path, record->uid, record->gid) < 0)
		return error_errno(err, "can't set its owner");
	if (record->kind == S_IFLNK || (owned && (made.st_mode & 07777) == record->mode))
		return 0;
	return chmod(path, record->mode) < 0 ? error_errno(err, "can't set its mode") : 0;
}

static int finish(const struct entry *entry, struct error *err)
{
	const struct tree_record *record = &entry->record;
	const char *path = entry->place;
	struct timespec times[] = {{.tv_nsec = UTIME_OMIT},
				   {record->seconds, (long)record->nanoseconds}};
	if (record->linked)
		return 0;
	if (set_owner_and_mode(entry, err) < 0)
		return -1;
	if (set_attributes(entry, err) < 0)
		return -1;
	if (record->kind != S_IFDIR && utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, "can't set its time");
	return 0;
}

/* What is there goes, but for a directory that stays one. */
static int make_room(const struct tree_root *root, const struct entry *entry, struct error *err)
{
	struct stat old;
	bool there = lstat(entry->place, &old) == 0;
	bool directory = there && S_ISDIR(old.st_mode);
	if (directory && entry->record.kind == S_IFDIR)
		return 0;
	if (tree_mounts_are_below(&root->mounts, entry->path.data))
		return error_set(err, "something is mounted below it");
	return there ? file_remove_tree(entry->place, err) : 0;
}

static int replace(FILE *in, struct tree_root *root, const struct entry *entry, struct error *err)
{
	if (make_room(root, entry, err) < 0)
		return -1;
	if (!entry->record.kind)
		return 0;
	return make(in, root, entry, err) < 0 ? -1 : finish(entry, err);
}

static int put(FILE *in, struct tree_root *root, struct entry *entry, struct error *err)
{
	__attribute__((cleanup(tree_place_free))) struct tree_place place = {.directory = -1};
	const char *name = entry->path.data;
	int status = tree_place_find(root, name, entry->path.len, &place, err);
	if (status < 0)
		return -1;
	if (status > 0 && !entry->record.kind)
		return 0;
	if (status > 0)
		return error_set(err, "\"%.200s\" belongs into what is no directory", name);
	entry->place = place.path;
	if (replace(in, root, entry, err) < 0)
		return error_wrap(err, "can't put \"%.200s\" in its place", name);
	return 0;
}

int tree_unpack(FILE *in, const char *path, struct error *err)
{
	struct entry entry = {0};
	struct tree_root root = {.directory = -1};
	int got = tree_root_open(&root, path, err);
	while (got >= 0 && (got = read_entry(in, &entry, err)) > 0)
		got = put(in, &root, &entry, err);
	tree_root_close(&root);
	buf_free(&entry.path);
	buf_free(&entry.target);
	buf_free(&entry.attributes);
	return got;
}
