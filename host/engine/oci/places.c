/* Places to mount upon, in a layer of their own between the image's and the container's: what the
 * container changes is all that is committed. A directory that the image has is there with the
 * attributes that it has in the image. */
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

struct places {
	int root;         /* what the image has, mounted */
	const char *tree; /* where the places are made */
	bool made;        /* one of them, at least */
};

int place_open(int root, const char *path, uint64_t flags)
{
	const struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

/* The path that an open file has below root, without a "/" before it. NULL: it can't be told. */
static char *path_below(int root, int fd)
{
	char whole[PATH_MAX], prefix[PATH_MAX];
	char whole_link[40], prefix_link[40];
	snprintf(whole_link, sizeof whole_link, "/proc/self/fd/%d", fd);
	snprintf(prefix_link, sizeof prefix_link, "/proc/self/fd/%d", root);
	ssize_t len = readlink(whole_link, whole, sizeof whole - 1);
	ssize_t skip = readlink(prefix_link, prefix, sizeof prefix - 1);
	if (len < skip || skip < 0 || memcmp(whole, prefix, (size_t)skip) != 0)
		return NULL;
	whole[len] = '\0';
	return mem_strdup(whole + skip + (whole[skip] == '/'));
}

/* What overlayfs notes for itself is not the image's. */
static void copy_attribute(int from, const char *to, const char *name)
{
	char value[XATTR_SIZE_MAX];
	ssize_t len = strncmp(name, "trusted.overlay.", 16) == 0
			      ? -1
			      : fgetxattr(from, name, value, sizeof value);
	if (len >= 0)
		lsetxattr(to, name, value, (size_t)len, 0);
}

static int copy_attributes(int from, const char *to, struct error *err)
{
	char names[XATTR_SIZE_MAX];
	struct stat info;
	ssize_t len = flistxattr(from, names, sizeof names);
	for (ssize_t at = 0; at < len; at += (ssize_t)strlen(names + at) + 1)
		copy_attribute(from, to, names + at);
	if (fstat(from, &info) < 0 || lchown(to, info.st_uid, info.st_gid) < 0 ||
	    chmod(to, info.st_mode & 07777) < 0)
		return error_errno(err, "can't prepare %s", to);
	const struct timespec times[] = {info.st_atim, info.st_mtim};
	return utimensat(AT_FDCWD, to, times, 0) < 0 ? error_errno(err, "can't prepare %s", to) : 0;
}

/* Calls what is done for each directory above and at the end of a path, "" not among them. */
static int each_level(const struct places *places, const char *path,
		      int (*visit)(const struct places *places, const char *path,
				   struct error *err),
		      struct error *err)
{
	for (const char *end = path; *end; end += *end == '/') {
		end += strcspn(end, "/");
		autofree char *level = mem_strndup(path, (size_t)(end - path));
		if (visit(places, level, err) < 0)
			return -1;
	}
	return 0;
}

static int make_level(const struct places *places, const char *path, struct error *err)
{
	autofree char *made = mem_printf("%s/%s", places->tree, path);
	if (mkdir(made, 0755) < 0 && errno != EEXIST)
		return error_errno(err, "can't make %s", made);
	return 0;
}

static int dress_level(const struct places *places, const char *path, struct error *err)
{
	autofree char *made = mem_printf("%s/%s", places->tree, path);
	autoclose int there = place_open(places->root, path, O_RDONLY | O_DIRECTORY);
	if (there < 0)
		return error_errno(err, "can't open /%s in the container", path);
	return copy_attributes(there, made, err);
}

/* Makes what is missing of a path behind the directory that is there. */
static int make_rest(struct places *places, const char *above, const char *rest, bool directory,
		     struct error *err)
{
	autofree char *path = mem_printf("%s%s%s", above, *above ? "/" : "", rest);
	char *last = strrchr(path, '/');
	autofree char *parent = mem_strndup(path, last ? (size_t)(last - path) : 0);
	autofree char *made = mem_printf("%s/%s", places->tree, path);
	if (each_level(places, directory ? path : parent, make_level, err) < 0)
		return -1;
	if (!directory && mknod(made, S_IFREG | 0644, 0) < 0 && errno != EEXIST)
		return error_errno(err, "can't make %s", made);
	places->made = true;
	return each_level(places, above, dress_level, err);
}

/* A link to nowhere stays: the runtime makes its target. */
static int make_place(struct places *places, const char *target, bool directory, struct error *err)
{
	struct stat info;
	autofree char *path = mem_strdup(target + strspn(target, "/"));
	for (char *end = path; *end; end += *end == '/') {
		char *begin = end;
		end += strcspn(end, "/");
		autofree char *level = mem_strndup(path, (size_t)(end - path));
		autoclose int there = place_open(places->root, level, O_PATH);
		if (there >= 0)
			continue;
		autofree char *before = mem_strndup(path, (size_t)(begin - path));
		autofree char *name = mem_strndup(begin, (size_t)(end - begin));
		autoclose int parent =
			place_open(places->root, *before ? before : "/", O_PATH | O_DIRECTORY);
		if (parent < 0)
			return error_errno(err, "can't make %s in the container", target);
		if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) == 0)
			return 0;
		autofree char *above = path_below(places->root, parent);
		return above ? make_rest(places, above, begin, directory, err)
			     : error_set(err, "can't make %s in the container", target);
	}
	return 0;
}

static bool is_directory(const char *source)
{
	struct stat info;
	return !source || stat(source, &info) < 0 || S_ISDIR(info.st_mode);
}

/* Below these the runtime mounts file systems of its own. */
static bool is_covered(const char *target)
{
	static const char *const covers[] = {"/dev/", "/proc/", "/sys/"};
	for (size_t i = 0; i < COUNT_OF(covers); i++)
		if (strncmp(target, covers[i], strlen(covers[i])) == 0)
			return true;
	return false;
}

static int make_all(struct places *places, const struct value *container, struct error *err)
{
	static const char *const always[] = {"/proc", "/sys", "/dev"};
	const struct value *mounts = value_get(container, "Mounts");
	const struct value *sealed = value_path(container, "HostConfig.ReadonlyRootfs");
	for (size_t i = 0; i < COUNT_OF(always); i++)
		if (make_place(places, always[i], true, err) < 0)
			return -1;
	if (value_is(sealed, VALUE_BOOL) && sealed->boolean &&
	    make_place(places, "/tmp", true, err) < 0)
		return -1;
	for (size_t i = 0; value_is(mounts, VALUE_LIST) && i < mounts->list.len; i++) {
		const struct value *mount = mounts->list.items[i];
		const char *target = value_text(value_get(mount, "Destination"));
		const char *source = value_text(value_get(mount, "Source"));
		if (!is_covered(target) &&
		    make_place(places, target, is_directory(source), err) < 0)
			return -1;
	}
	return 0;
}

int places_make(const char *root, const char *tree, const struct value *container,
		struct error *err)
{
	autoclose int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct places places = {.root = fd, .tree = tree};
	if (fd < 0)
		return error_errno(err, "can't open %s", root);
	return make_all(&places, container, err) < 0 ? -1 : places.made;
}
