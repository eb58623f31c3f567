#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Layers below each other, the newest first, as paths relative to the layers' directory: a mount's
 * options must fit in a page. */
static char *lower_directories(const struct value *layers)
{
	auto_buf struct buf lower = {0};
	for (size_t i = layers->list.len; i-- > 0;)
		buf_printf(&lower, "%s%s/tree", lower.len ? ":" : "",
			   value_text(layers->list.items[i]) + strlen("sha256:"));
	return buf_steal(&lower);
}

int mount_root(const char *directory, const struct value *container, const char *layers,
	       struct error *err)
{
	autofree char *lower = lower_directories(value_get(container, "Layers"));
	autofree char *root = mem_printf("%s/root", directory);
	autofree char *options =
		mem_printf("lowerdir=%s,upperdir=%s/upper,workdir=%s/work,redirect_dir=off,"
			   "metacopy=off,index=off",
			   lower, directory, directory);
	if (strlen(options) >= (size_t)sysconf(_SC_PAGESIZE))
		return error_set(err, "the image has too many layers for one mount");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_errno(err, "can't have mounts of our own");
	if (chdir(layers) < 0 || mount("overlay", root, "overlay", 0, options) < 0)
		return error_errno(err, "can't mount the container's file system");
	return 0;
}

/* --- places to mount upon --- */

/* Opens a path below root as the container would see it: no link leads out of it. */
static int open_inside(int root, const char *path, uint64_t flags)
{
	const struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

struct places {
	int root;
	FILE *made;
};

/* Makes the last part of a path whose directory is there. */
static int make_last(const struct places *places, const char *path, bool directory,
		     struct error *err)
{
	autofree char *parent = mem_strdup(path);
	char *slash = strrchr(parent, '/');
	*slash = '\0';
	autoclose int at = open_inside(places->root, *parent ? parent : "/", O_PATH | O_DIRECTORY);
	int status = at < 0      ? -1
		     : directory ? mkdirat(at, slash + 1, 0755)
				 : mknodat(at, slash + 1, S_IFREG | 0644, 0);
	if (status < 0 && errno == EEXIST) /* a link to nowhere: the runtime makes its target */
		return 0;
	if (status < 0)
		return error_errno(err, "can't make %s in the container", path);
	fprintf(places->made, "%s\n", path + 1);
	return 0;
}

static int make_place(const struct places *places, const char *path, bool directory,
		      struct error *err)
{
	for (const char *end = path + 1; *end; end++) {
		end += strcspn(end, "/");
		autofree char *part = mem_strndup(path, (size_t)(end - path));
		autoclose int there = open_inside(places->root, part, O_PATH);
		if (there < 0 && make_last(places, part, *end || directory, err) < 0)
			return -1;
		if (!*end)
			break;
	}
	return 0;
}

static bool is_directory(const char *source)
{
	struct stat info;
	return !source || stat(source, &info) < 0 || S_ISDIR(info.st_mode);
}

static int make_places(const struct places *places, const struct value *container,
		       struct error *err)
{
	static const char *const always[] = {"/proc", "/sys", "/dev"};
	const struct value *mounts = value_get(container, "Mounts");
	for (size_t i = 0; i < COUNT_OF(always); i++)
		if (make_place(places, always[i], true, err) < 0)
			return -1;
	for (size_t i = 0; value_is(mounts, VALUE_LIST) && i < mounts->list.len; i++) {
		const struct value *mount = mounts->list.items[i];
		const char *target = value_text(value_get(mount, "Destination"));
		if (make_place(places, target, is_directory(value_text(value_get(mount, "Source"))),
			       err) < 0)
			return -1;
	}
	return 0;
}

int mount_points(const char *directory, const struct value *container, struct error *err)
{
	autofree char *root = mem_printf("%s/root", directory);
	autofree char *list = mem_printf("%s/made", directory);
	autofclose FILE *made = fopen(list, "ae");
	autoclose int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (!made || fd < 0)
		return error_errno(err, "can't open %s", root);
	const struct places places = {fd, made};
	return make_places(&places, container, err);
}

char **mount_points_made(struct arena *arena, const char *directory)
{
	auto_buf struct buf text = {0};
	auto_error struct error ignored = {0};
	autofree char *list = mem_printf("%s/made", directory);
	size_t count = 0;
	file_read(list, 0, &text, &ignored);
	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == '\n';
	char **paths = arena_alloc(arena, (count + 1) * sizeof *paths);
	const char *at = buf_text(&text);
	for (size_t i = 0; i < count; i++) {
		size_t len = strcspn(at, "\n");
		paths[i] = arena_strndup(arena, at, len);
		at += len + 1;
	}
	return paths;
}

/* --- volumes --- */

struct filling {
	const struct oci *oci;
	const char *directory;
	const struct value *container;
};

static int run_copy(const char *from, const char *to, struct error *err)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		execlp("cp", "cp", "-a", "--", from, to, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
		return error_set(err, "can't copy the image's %s into a volume", to);
	return 0;
}

static int fill(int root, const char *target, const char *source, struct error *err)
{
	autoclose int there = open_inside(root, target, O_RDONLY | O_DIRECTORY);
	struct stat info;
	if (there < 0)
		return 0;
	if (fstat(there, &info) < 0 || chown(source, info.st_uid, info.st_gid) < 0 ||
	    chmod(source, info.st_mode & 07777) < 0)
		return error_errno(err, "can't prepare %s", source);
	/* It is this process's directory, and cp's. */
	if (fchdir(there) < 0)
		return error_errno(err, "can't enter %s", target);
	return run_copy(".", source, err);
}

static int fill_volumes(void *ctx, struct error *err)
{
	const struct filling *filling = ctx;
	const struct value *mounts = value_get(filling->container, "Mounts");
	autofree char *layers = store_path(filling->oci, "layers");
	autofree char *root = mem_printf("%s/root", filling->directory);
	if (unshare(CLONE_NEWNS) < 0)
		return error_errno(err, "can't have mounts of our own");
	if (mount_root(filling->directory, filling->container, layers, err) < 0)
		return -1;
	autoclose int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < mounts->list.len; i++) {
		const struct value *mount = mounts->list.items[i];
		if (!value_get(mount, "Volume"))
			continue;
		if (fill(fd, value_text(value_get(mount, "Destination")),
			 value_text(value_get(mount, "Source")), err) < 0)
			return -1;
	}
	return 0;
}

int mount_fill_volumes(const struct oci *oci, const char *directory, const struct value *container,
		       struct error *err)
{
	const struct value *mounts = value_get(container, "Mounts");
	struct filling filling = {oci, directory, container};
	for (size_t i = 0; i < mounts->list.len; i++)
		if (value_get(mounts->list.items[i], "Volume"))
			return in_child(fill_volumes, &filling, err);
	return 0;
}
