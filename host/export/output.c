#include "host/export/output.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *temporary = getenv("TMPDIR");
	if (strcmp(path, "-") == 0)
		return mem_strdup(temporary && *temporary ? temporary : "/tmp");
	return slash ? mem_strndup(path, slash == path ? 1 : (size_t)(slash - path))
		     : mem_strdup(".");
}

static char *name_beside(const char *directory)
{
	return mem_printf("%s/.factory-XXXXXX", directory);
}

int output_scratch(const char *path, struct error *err)
{
	autofree char *directory = directory_of(path), *name = name_beside(directory);
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, "can't create a file in %s", directory);
	unlink(name);
	return fd;
}

/* Without a name it goes with the process; not every file system can do that. */
int output_open(struct output *output, const char *path, struct error *err)
{
	*output = (struct output){.fd = STDOUT_FILENO, .path = path};
	if (strcmp(path, "-") == 0)
		return 0;
	autofree char *directory = directory_of(path), *name = name_beside(directory);
	output->fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (output->fd >= 0)
		return 0;
	output->fd = mkostemp(name, O_CLOEXEC);
	if (output->fd < 0)
		return error_errno(err, "can't write %s", path);
	output->temporary = STEAL(name);
	return 0;
}

int output_write(const struct output *output, const void *data, size_t len)
{
	return file_write_all(output->fd, data, len);
}

/* A name for what has none: linkat takes none that is there, so it gets one to be renamed. */
static int give_name(struct output *output)
{
	autofree char *directory = directory_of(output->path), *name = name_beside(directory);
	autofree char *self = mem_printf("/proc/self/fd/%d", output->fd);
	int fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -1;
	close(fd);
	unlink(name);
	if (linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) < 0)
		return -1;
	output->temporary = STEAL(name);
	return 0;
}

static mode_t usual_mode(void)
{
	mode_t mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

int output_commit(struct output *output, struct error *err)
{
	if (output->fd == STDOUT_FILENO)
		return 0;
	if (fchmod(output->fd, usual_mode()) < 0 || fsync(output->fd) < 0 ||
	    (!output->temporary && give_name(output) < 0))
		return error_errno(err, "can't write %s", output->path);
	int status = file_commit(output->temporary, output->path, err);
	free(STEAL(output->temporary)); /* renamed, or removed by file_commit */
	return status;
}

void output_discard(struct output *output)
{
	if (output->temporary)
		unlink(output->temporary);
	free(STEAL(output->temporary));
	if (output->fd > STDERR_FILENO)
		close(output->fd);
	output->fd = -1;
}
