#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

static bool comes_again(const struct value *layers, size_t i)
{
	const char *digest = value_text(layers->list.items[i]);
	for (size_t j = i + 1; j < layers->list.len; j++)
		if (strcmp(value_text(layers->list.items[j]), digest) == 0)
			return true;
	return false;
}

/* Layers below each other, the newest first, as short names in lower/ of the container's directory:
 * a mount's options must fit in a page. What is there twice says below nothing that it does not say
 * above, and can't be mounted twice. */
static char *lower_directories(const struct value *layers, const char *above)
{
	auto_buf struct buf lower = {0};
	if (above)
		buf_puts(&lower, above);
	for (size_t i = layers->list.len; i-- > 0;)
		if (!comes_again(layers, i))
			buf_printf(&lower, "%s%zu", lower.len ? ":" : "", i);
	return buf_steal(&lower);
}

static int link_layers(const char *directory, const struct value *layers, const char *all,
		       struct error *err)
{
	for (size_t i = 0; i < layers->list.len; i++) {
		const char *hex = value_text(layers->list.items[i]) + strlen("sha256:");
		autofree char *tree = mem_printf("%s/%s/tree", all, hex);
		autofree char *name = mem_printf("%s/lower/%zu", directory, i);
		if (symlink(tree, name) < 0 && errno != EEXIST)
			return error_errno(err, "can't make %s", name);
	}
	return 0;
}

/* above: a directory that is over the image's layers, or NULL. */
static int mount_overlay(const char *directory, const struct value *container, const char *above,
			 struct error *err)
{
	autofree char *lower = lower_directories(value_get(container, "Layers"), above);
	autofree char *root = mem_printf("%s/root", directory);
	autofree char *options =
		mem_printf("lowerdir=%s,upperdir=%s/upper,workdir=%s/work,redirect_dir=off,"
			   "metacopy=off,index=off",
			   lower, directory, directory);
	if (strlen(options) >= (size_t)sysconf(_SC_PAGESIZE))
		return error_set(err, "the image has too many layers for one mount");
	if (mount("overlay", root, "overlay", 0, options) < 0)
		return error_errno(err, "can't mount the container's file system");
	return 0;
}

int mount_root(const char *directory, const struct value *container, const char *layers,
	       struct error *err)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_errno(err, "can't have mounts of our own");
	autofree char *lower = mem_printf("%s/lower", directory);
	if (link_layers(directory, value_get(container, "Layers"), layers, err) < 0)
		return -1;
	if (chdir(lower) < 0)
		return error_errno(err, "can't enter %s", lower);
	return mount_overlay(directory, container, NULL, err);
}

int mount_root_with_places(const char *directory, const struct value *container, const char *layers,
			   struct error *err)
{
	autofree char *root = mem_printf("%s/root", directory);
	autofree char *tree = mem_printf("%s/places", directory);
	if (mount_root(directory, container, layers, err) < 0)
		return -1;
	int made = places_make(root, tree, container, err);
	if (made <= 0)
		return made;
	if (umount2(root, 0) < 0)
		return error_errno(err, "can't mount the container's file system again");
	return mount_overlay(directory, container, tree, err);
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
	autoclose int there = place_open(root, target, O_RDONLY | O_DIRECTORY);
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
