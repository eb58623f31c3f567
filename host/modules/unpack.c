#include "host/modules/unpack.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/tree/archived.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_ENTRIES = 20000, MOST_BYTES = 256 << 20, DEEPEST = 64, BLOCK = 1 << 16 };

struct unpacking {
	const char *name;
	struct archive *archive;
	int root; /* the directory */
	size_t entries, bytes;
};

/* One entry: its path, and the open directory that it goes into. */
struct place {
	const char *path; /* as the archive has it, for messages */
	char *copy;       /* of it, cut at the slashes */
	char *last;       /* in `copy`: its last component; NULL: the root itself */
	int directory;
	unsigned depth; /* of that directory below the root */
};

static void place_free(struct place *place)
{
	own_close(&place->directory);
	free(place->copy);
}

static int refuse(const struct unpacking *unpacking, const char *path, const char *why,
		  struct error *err)
{
	return error_as(err, ERROR_MODULE_ARCHIVE, "%s: its entry '%.200s' is refused: %s",
			unpacking->name, path, why);
}

static int check_name(const struct unpacking *unpacking, const char *path, struct error *err)
{
	if (!path || !*path)
		return error_as(err, ERROR_MODULE_ARCHIVE,
				"%s: an entry has no name, or one that is no UTF-8",
				unpacking->name);
	for (const char *c = path; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7F)
			return error_as(err, ERROR_MODULE_ARCHIVE,
					"%s: an entry has a name with control characters",
					unpacking->name);
	return *path == '/' ? refuse(unpacking, path, "its path is absolute", err) : 0;
}

/* Opens (and makes) the directory `part` below another; never through a link. */
static int step_into(int above, const char *part)
{
	if (mkdirat(above, part, 0755) < 0 && errno != EEXIST)
		return -1;
	return openat(above, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int enter(const struct unpacking *unpacking, struct place *place, const char *part,
		 struct error *err)
{
	if (++place->depth > DEEPEST)
		return refuse(unpacking, place->path, "it is too deep", err);
	int below = step_into(place->directory, part);
	if (below < 0)
		return refuse(unpacking, place->path,
			      errno == ELOOP || errno == ENOTDIR
				      ? "a part of its path is a link or a file"
				      : strerror(errno),
			      err);
	close(place->directory);
	place->directory = below;
	return 0;
}

/* Walks down to the directory that the entry goes into. */
static int find_place(const struct unpacking *unpacking, const char *path, struct place *place,
		      struct error *err)
{
	*place = (struct place){.path = path, .directory = -1};
	if (check_name(unpacking, path, err) < 0)
		return -1;
	char *rest = NULL;
	place->copy = strdup(path);
	place->directory = fcntl(unpacking->root, F_DUPFD_CLOEXEC, 0);
	if (!place->copy || place->directory < 0)
		return error_errno(err, "%s", unpacking->name);
	for (char *part = strtok_r(place->copy, "/", &rest); part;
	     part = strtok_r(NULL, "/", &rest)) {
		if (strcmp(part, "..") == 0)
			return refuse(unpacking, path, "its path has a '..'", err);
		if (strcmp(part, ".") == 0)
			continue;
		if (place->last && enter(unpacking, place, place->last, err) < 0)
			return -1;
		place->last = part;
	}
	return 0;
}

/* A link may climb, by `..` at its beginning only, as far as the root; what it names below that
 * may be another such link: none leads out. */
static bool leads_out(const char *target, unsigned depth)
{
	bool below = false;
	if (*target == '/' || !*target)
		return true;
	for (const char *part = target; *part;) {
		size_t len = strcspn(part, "/");
		bool up = len == 2 && part[0] == '.' && part[1] == '.';
		if (up && (below || depth-- == 0))
			return true;
		below |= !up && len && !(len == 1 && *part == '.');
		part += len + (part[len] == '/');
	}
	return false;
}

static int write_link(const struct unpacking *unpacking, const struct place *place,
		      const char *target, struct error *err)
{
	if (!target || leads_out(target, place->depth))
		return refuse(unpacking, place->path, "the link leads out of the archive", err);
	if (symlinkat(target, place->directory, place->last) == 0)
		return 0;
	return refuse(unpacking, place->path,
		      errno == EEXIST ? "it is there twice" : strerror(errno), err);
}

static int copy_data(struct unpacking *unpacking, int fd, const char *path, struct error *err)
{
	char block[BLOCK];
	la_ssize_t len;
	while ((len = archive_read_data(unpacking->archive, block, sizeof block)) > 0) {
		unpacking->bytes += (size_t)len;
		if (unpacking->bytes > MOST_BYTES)
			return error_as(err, ERROR_MODULE_ARCHIVE, "%s holds more than %d MiB",
					unpacking->name, MOST_BYTES >> 20);
		if (file_write_all(fd, block, (size_t)len) < 0)
			return error_errno(err, "can't unpack '%s'", path);
	}
	return len < 0 ? error_as(err, ERROR_MODULE_ARCHIVE, "%s is broken at '%.200s': %s",
				  unpacking->name, path, archived_reason(unpacking->archive))
		       : 0;
}

static int write_file(struct unpacking *unpacking, const struct place *place, mode_t mode,
		      struct error *err)
{
	autoclose int fd = openat(place->directory, place->last,
				  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return refuse(unpacking, place->path,
			      errno == EEXIST ? "it is there twice" : strerror(errno), err);
	if (fchmod(fd, mode & 0111 ? 0755 : 0644) < 0)
		return error_errno(err, "can't unpack '%s'", place->path);
	return copy_data(unpacking, fd, place->path, err);
}

static int write_directory(const struct unpacking *unpacking, struct place *place,
			   struct error *err)
{
	return place->last ? enter(unpacking, place, place->last, err) : 0;
}

static int write_entry(struct unpacking *unpacking, struct archive_entry *entry,
		       struct place *place, struct error *err)
{
	mode_t type = archive_entry_filetype(entry), mode = archive_entry_perm(entry);
	if (archive_entry_hardlink(entry))
		return refuse(unpacking, place->path, "hard links are not taken", err);
	if (type == AE_IFDIR)
		return write_directory(unpacking, place, err);
	if (!place->last)
		return refuse(unpacking, place->path, "it would replace the directory", err);
	if (type == AE_IFLNK)
		return write_link(unpacking, place, archive_entry_symlink(entry), err);
	if (type != AE_IFREG)
		return refuse(unpacking, place->path, "it is no file, directory or link", err);
	if (mode & (S_ISUID | S_ISGID))
		return refuse(unpacking, place->path, "it is a set-user-id or set-group-id file",
			      err);
	return write_file(unpacking, place, mode, err);
}

static int unpack_next(struct unpacking *unpacking, struct archive_entry *entry, struct error *err)
{
	__attribute__((cleanup(place_free))) struct place place = {.directory = -1};
	if (++unpacking->entries > MOST_ENTRIES)
		return error_as(err, ERROR_MODULE_ARCHIVE, "%s has more than %d entries",
				unpacking->name, MOST_ENTRIES);
	const char *path = archive_entry_pathname_utf8(entry);
	int status =
		find_place(unpacking, path ? path : archive_entry_pathname(entry), &place, err);
	return status == 0 ? write_entry(unpacking, entry, &place, err) : -1;
}

static int unpack_all(struct unpacking *unpacking, const char *path, struct error *err)
{
	struct archive *archive = unpacking->archive;
	auto_entry struct archive_entry *entry = mem_given(archive_entry_new());
	int got = archive_read_open_filename(archive, path, BLOCK);
	/* A warning is about what we don't keep, or about a name's encoding. */
	while (got == ARCHIVE_OK || got == ARCHIVE_WARN) {
		got = archive_read_next_header2(archive, entry);
		if ((got == ARCHIVE_OK || got == ARCHIVE_WARN) &&
		    unpack_next(unpacking, entry, err) < 0)
			return -1;
	}
	if (got != ARCHIVE_EOF)
		return error_as(err, ERROR_MODULE_ARCHIVE,
				"%s is no tar archive, or a broken one: %s", unpacking->name,
				archived_reason(archive));
	return unpacking->entries
		       ? 0
		       : error_as(err, ERROR_MODULE_ARCHIVE, "%s is empty", unpacking->name);
}

int unpack_archive(const char *name, const char *archive, const char *directory, struct error *err)
{
	auto_archive struct archive *opened = mem_given(archive_read_new());
	struct unpacking unpacking = {.name = name, .archive = opened};
	autoclose int root = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	archive_read_support_format_tar(unpacking.archive);
	archive_read_support_filter_gzip(unpacking.archive);
	archive_read_support_filter_bzip2(unpacking.archive);
	archive_read_support_filter_xz(unpacking.archive);
	archive_read_support_filter_zstd(unpacking.archive);
	unpacking.root = root;
	return root < 0 ? error_errno(err, "can't open %s", directory)
			: unpack_all(&unpacking, archive, err);
}
