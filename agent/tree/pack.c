#include "agent/tree/tree.h"

#include "agent/tree/place.h"
#include "common/arena.h"
#include "common/buffer.h"
#include "common/own.h"
#include "common/value.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

struct packing {
	FILE *out;
	struct tree_root root;
	struct arena arena;
	struct value *names; /* "DEVICE:INODE" of a file with several names -> the first one */
};

/* The name under which the stream already has this file, or NULL. */
static const char *first_name(struct packing *packing, const char *name, const struct stat *info)
{
	if (!S_ISREG(info->st_mode) || info->st_nlink < 2)
		return NULL;
	const char *key =
		arena_printf(&packing->arena, "%llu:%llu", (unsigned long long)info->st_dev,
			     (unsigned long long)info->st_ino);
	const char *first = value_text(value_get(packing->names, key));
	if (!first)
		value_set(&packing->arena, packing->names, key,
			  value_string(&packing->arena, name));
	return first;
}

/* A file that grows or shrinks meanwhile must not shift what follows. */
static int write_content(FILE *out, const char *path, uint64_t size, struct error *err)
{
	char bytes[64 << 10];
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return error_errno(err, "can't read \"%s\"", path);
	while (size) {
		ssize_t got = read(fd, bytes, size < sizeof bytes ? size : sizeof bytes);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, "can't read \"%s\"", path);
		if (got == 0)
			return error_set(err, "\"%s\" changed while it was read", path);
		if (fwrite(bytes, 1, (size_t)got, out) != (size_t)got)
			return error_errno(err, "can't write \"%s\" out", path);
		size -= (uint64_t)got;
	}
	return 0;
}

static void describe(struct tree_record *record, const struct stat *info)
{
	record->kind = info->st_mode & S_IFMT;
	record->mode = info->st_mode & 07777;
	record->uid = info->st_uid;
	record->gid = info->st_gid;
	record->device = info->st_rdev;
	record->seconds = info->st_mtim.tv_sec;
	record->nanoseconds = info->st_mtim.tv_nsec;
}

static void write_head(FILE *out, const struct tree_record *record, const char *name,
		       const char *target, const struct buf *attributes)
{
	fwrite(record, sizeof *record, 1, out);
	fwrite(name, 1, record->path, out);
	fwrite(target, 1, record->target, out);
	fwrite(buf_text(attributes), 1, record->attributes, out);
}

static int pack_entry(struct packing *packing, const char *name, const char *path,
		      const struct stat *info, struct error *err)
{
	auto_buf struct buf attributes = {0};
	struct tree_record record = {.path = (uint32_t)strlen(name)};
	const char *linked = first_name(packing, name, info);
	char target[4096];
	ssize_t len = S_ISLNK(info->st_mode) ? readlink(path, target, sizeof target) : 0;
	if (len < 0)
		return error_errno(err, "can't read the link \"%s\"", name);
	describe(&record, info);
	if (!linked && tree_attributes(path, &attributes, err) < 0)
		return -1;
	record.linked = linked != NULL;
	record.target = (uint32_t)(linked ? strlen(linked) : (size_t)len);
	record.attributes = (uint32_t)attributes.len;
	record.size = S_ISREG(info->st_mode) && !linked ? (uint64_t)info->st_size : 0;
	write_head(packing->out, &record, name, linked ? linked : target, &attributes);
	return record.size ? write_content(packing->out, path, record.size, err) : 0;
}

/* Below what has become a link there is nothing, wherever that leads. */
static int pack_name(struct packing *packing, const char *name, struct error *err)
{
	static const struct buf none;
	__attribute__((cleanup(tree_place_free))) struct tree_place place = {.directory = -1};
	struct stat info;
	struct tree_record gone = {.path = (uint32_t)strlen(name)};
	int status = tree_place_find(&packing->root, name, gone.path, &place, err);
	if (status < 0)
		return -1;
	if (status == 0 && lstat(place.path, &info) == 0)
		return pack_entry(packing, name, place.path, &info, err);
	if (status == 0 && errno != ENOENT)
		return error_errno(err, "can't look at \"%s\"", name);
	write_head(packing->out, &gone, name, "", &none);
	return 0;
}

int tree_pack(FILE *names, FILE *out, struct error *err)
{
	struct packing packing = {.out = out};
	autofree char *name = NULL;
	size_t room = 0;
	int status = tree_root_open(&packing.root, "", err);
	packing.names = value_map(&packing.arena);
	while (status == 0 && getdelim(&name, &room, '\0', names) > 0)
		status = pack_name(&packing, name, err);
	if (status == 0 && (fflush(out) != 0 || ferror(out)))
		status = error_errno(err, "can't write what has changed");
	tree_root_close(&packing.root);
	arena_free(&packing.arena);
	return status;
}
