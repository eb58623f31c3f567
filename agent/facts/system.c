#include "agent/facts/system.h"

#include "agent/facts/netlink.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { READ_LIMIT = 16 << 20, READ_STEP = 8 << 10 };

static bool path_below(struct facts_system *system, const char *path, char full[PATH_MAX])
{
	size_t root = strlen(system->root), len = strlen(path);
	if (root + len >= PATH_MAX)
		return false;
	memcpy(full, system->root, root);
	memcpy(full + root, path, len + 1);
	return true;
}

/* A hostile tree may hold a FIFO or a device where a file should be: never wait for what it gives,
 * and take nothing from it. */
static int open_file(struct facts_system *system, const char *path)
{
	char full[PATH_MAX];
	struct stat status;
	int fd = -1;
	if (path_below(system, path, full))
		fd = openat(AT_FDCWD, full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)))
		return fd;
	close(fd);
	errno = EISDIR; /* not always true, but never what opening a file says */
	return -1;
}

/* A file that isn't there, or that has nothing to say here, is no failure. */
static void complain(struct facts_system *system, const char *path, int number)
{
	static const int failures[] = {EACCES, EPERM, EIO, ELOOP, EMFILE, ENFILE, EFBIG, EISDIR};
	for (size_t i = 0; system->errors && i < COUNT_OF(failures); i++)
		if (failures[i] == number)
			value_set(system->errors_arena, system->errors, path,
				  value_string(system->errors_arena,
					       number == EISDIR ? "it is no regular file"
								: strerror(number)));
}

int facts_open(struct facts_system *system, const char *path)
{
	int fd = system->open(system, path);
	if (fd < 0)
		complain(system, path, errno);
	return fd;
}

void facts_system_tree(struct facts_system *system, const char *root)
{
	*system = (struct facts_system){.root = root, .open = open_file};
}

void facts_system_living(struct facts_system *system)
{
	facts_system_tree(system, "");
	system->living = true;
	system->environment = (const char *const *)environ;
	system->dump = facts_netlink_dump;
	uname(&system->uts);
}

/* Most files fit the first step: they take one allocation. */
char *facts_bytes(struct facts_system *system, struct arena *arena, const char *path, size_t *len)
{
	char step[READ_STEP];
	size_t held = 0;
	auto_buf struct buf whole = {0};
	autoclose int fd = facts_open(system, path);
	if (fd < 0)
		return NULL;
	for (ssize_t got = 1; got;) {
		got = read(fd, step + held, sizeof step - held);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || whole.len > READ_LIMIT) {
			complain(system, path, got < 0 ? errno : EFBIG);
			return NULL;
		}
		held += (size_t)got;
		if (held == sizeof step || (!got && whole.len)) {
			buf_add(&whole, step, held);
			held = 0;
		}
	}
	if (len)
		*len = whole.len + held;
	return whole.len ? arena_strndup(arena, whole.data, whole.len)
			 : arena_strndup(arena, step, held);
}

char *facts_hint(struct facts_system *system, struct arena *arena, const char *path, size_t *len)
{
	struct value *errors = system->errors;
	system->errors = NULL;
	char *bytes = facts_bytes(system, arena, path, len);
	system->errors = errors;
	return bytes;
}

char *facts_text(struct facts_system *system, struct arena *arena, const char *path)
{
	return facts_bytes(system, arena, path, NULL);
}

char *facts_line(struct facts_system *system, struct arena *arena, const char *path)
{
	char *line = facts_text(system, arena, path);
	if (!line)
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	line = facts_trim(line);
	return *line ? line : NULL;
}

bool facts_number(struct facts_system *system, struct arena *arena, const char *path,
		  int64_t *number)
{
	char *text = facts_text(system, arena, path);
	return text && facts_parse_number(facts_trim(text), number);
}

char *facts_link(struct facts_system *system, struct arena *arena, const char *path)
{
	char full[PATH_MAX], target[PATH_MAX];
	if (!path_below(system, path, full))
		return NULL;
	ssize_t len = readlink(full, target, sizeof target);
	return len > 0 ? arena_strndup(arena, target, (size_t)len) : NULL;
}

bool facts_exists(struct facts_system *system, const char *path)
{
	char full[PATH_MAX];
	return path_below(system, path, full) && access(full, F_OK) == 0;
}

bool facts_directory(struct facts_system *system, const char *path, struct facts_place *place)
{
	char full[PATH_MAX];
	struct stat status;
	if (!path_below(system, path, full) || stat(full, &status) != 0 || !S_ISDIR(status.st_mode))
		return false;
	*place = (struct facts_place){status.st_dev, status.st_ino};
	return true;
}

int facts_open_directory(struct facts_system *system, const char *path)
{
	char full[PATH_MAX];
	if (!path_below(system, path, full))
		return -1;
	return openat(AT_FDCWD, full, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

bool facts_exists_in(int directory, const char *name)
{
	return faccessat(directory, name, F_OK, 0) == 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **read_names(struct arena *arena, DIR *dir, size_t *count)
{
	char **names = NULL;
	size_t cap = 0;
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		if (*count == cap) {
			size_t more = cap ? cap * 2 : 16;
			names = arena_grow(arena, names, cap, more, sizeof *names);
			cap = more;
		}
		names[(*count)++] = arena_strdup(arena, entry->d_name);
	}
	return names;
}

char **facts_names(struct facts_system *system, struct arena *arena, const char *path,
		   size_t *count)
{
	char full[PATH_MAX];
	*count = 0;
	DIR *dir = path_below(system, path, full) ? opendir(full) : NULL;
	if (!dir)
		return NULL;
	char **names = read_names(arena, dir, count);
	closedir(dir);
	if (names)
		qsort(names, *count, sizeof *names, compare_names);
	return names;
}

const char *facts_variable(struct facts_system *system, const char *name)
{
	size_t len = strlen(name);
	for (const char *const *at = system->environment; at && *at; at++)
		if (strncmp(*at, name, len) == 0 && (*at)[len] == '=')
			return *at + len + 1;
	return NULL;
}
