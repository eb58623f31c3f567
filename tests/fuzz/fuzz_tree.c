/* Any bytes as what another container packed: whatever is unpacked is below its directory, and what
 * is beside that stays as it was. */
#include "agent/tree/tree.h"
#include "common/buffer.h"
#include "common/file.h"
#include "common/own.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool good)
{
	if (!good)
		abort();
}

/* Where a stream may try to go: a directory, links out of it in both ways, a file. */
static void prepare(const char *around)
{
	struct error err = {0};
	require(chdir(around) == 0 && mkdir("into", 0755) == 0 && mkdir("into/d", 0755) == 0);
	require(mkdir("outside", 0755) == 0 && symlink("../outside", "into/up") == 0);
	require(symlink(around, "into/out") == 0 && symlink("../outside/file", "into/link") == 0);
	require(file_replace("into/d/file", "in", 2, 0644, (uid_t)-1, (gid_t)-1, &err) == 0);
	require(file_replace("outside/file", "safe", 4, 0644, (uid_t)-1, (gid_t)-1, &err) == 0);
}

static size_t count_entries(const char *path)
{
	size_t count = 0;
	DIR *directory = opendir(path);
	require(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count - 2;
}

static void check(const char *around)
{
	struct stat info;
	auto_buf struct buf text = {0};
	struct error err = {0};
	require(chdir(around) == 0 && count_entries(".") == 2 && count_entries("outside") == 1);
	require(lstat("outside", &info) == 0 && (info.st_mode & 07777) == 0755);
	require(lstat("outside/file", &info) == 0 && info.st_mode == (S_IFREG | 0644));
	require(info.st_nlink == 1 && info.st_uid == geteuid());
	require(file_read("outside/file", 0, &text, &err) == 0);
	require(text.len == 4 && memcmp(text.data, "safe", 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char around[] = "/tmp/factory-fuzz-XXXXXX", into[64];
	auto_error struct error err = {0}, ignored = {0};
	autoclose int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	require(before >= 0 && mkdtemp(around));
	snprintf(into, sizeof into, "%s/into", around);
	prepare(around);
	FILE *in = size ? fmemopen((void *)data, size, "r") : fopen("/dev/null", "re");
	require(in);
	require(tree_unpack(in, into, &err) == 0 || err.message);
	fclose(in);
	check(around);
	require(fchdir(before) == 0 && file_remove_tree(around, &ignored) == 0);
	return 0;
}
