#include "agent/facts/system.h"

#include "agent/facts/netlink.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { READ_LIMIT = 16 << 20, READ_STEP = 8 << 10 };

static bool path_below(const struct facts_system *system, const char *path, char full[PATH_MAX])
{
	int len = snprintf(full, PATH_MAX, "%s%s", system->root, path);
	return len > 0 && len < PATH_MAX;
}

/* A hostile tree may hold a FIFO where a file should be: never wait for its writer. */
static int open_file(const struct facts_system *system, const char *path)
{
	char full[PATH_MAX];
	if (!path_below(system, path, full))
		return -1;
	return open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
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

bool facts_read(const struct facts_system *system, const char *path, struct buf *out)
{
	autoclose int fd = system->open(system, path);
	if (fd < 0)
		return false;
	size_t begin = out->len;
	for (;;) {
		ssize_t got = read(fd, buf_reserve(out, READ_STEP), READ_STEP);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || out->len - begin > READ_LIMIT)
			return false;
		if (!got)
			break;
		out->len += (size_t)got;
	}
	buf_putc(out, '\0');
	out->len--;
	return true;
}

char *facts_line(const struct facts_system *system, struct arena *arena, const char *path)
{
	auto_buf struct buf text = {0};
	if (!facts_read(system, path, &text))
		return NULL;
	char *line = text.data;
	line[strcspn(line, "\n")] = '\0';
	line = facts_trim(line);
	return *line ? arena_strdup(arena, line) : NULL;
}

bool facts_number(const struct facts_system *system, const char *path, int64_t *number)
{
	auto_buf struct buf text = {0};
	return facts_read(system, path, &text) && facts_parse_number(facts_trim(text.data), number);
}

char *facts_link(const struct facts_system *system, struct arena *arena, const char *path)
{
	char full[PATH_MAX], target[PATH_MAX];
	if (!path_below(system, path, full))
		return NULL;
	ssize_t len = readlink(full, target, sizeof target);
	return len > 0 ? arena_strndup(arena, target, (size_t)len) : NULL;
}

bool facts_exists(const struct facts_system *system, const char *path)
{
	char full[PATH_MAX];
	return path_below(system, path, full) && access(full, F_OK) == 0;
}

bool facts_is_directory(const struct facts_system *system, const char *path)
{
	char full[PATH_MAX];
	struct stat status;
	return path_below(system, path, full) && stat(full, &status) == 0 &&
	       S_ISDIR(status.st_mode);
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

char **facts_names(const struct facts_system *system, struct arena *arena, const char *path,
		   size_t *count)
{
	char full[PATH_MAX];
	*count = 0;
	DIR *dir = path_below(system, path, full) ? opendir(full) : NULL;
	if (!dir)
		return NULL;
	char **names = read_names(arena, dir, count);
	closedir(dir);
	if (*count)
		qsort(names, *count, sizeof *names, compare_names);
	return names;
}

const char *facts_variable(const struct facts_system *system, const char *name)
{
	size_t len = strlen(name);
	for (const char *const *at = system->environment; at && *at; at++)
		if (strncmp(*at, name, len) == 0 && (*at)[len] == '=')
			return *at + len + 1;
	return NULL;
}
