/* How many packages each manager has installed, from its own database, and where that is. */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 64 << 10 };

/* Lines that begin and end with given texts. A database of a hundred thousand packages has 100 MB:
 * it is never held as a whole. Of a line longer than a chunk, pieces count as lines. */
struct counter {
	const char *begin, *end;
	int64_t count;
};

static void count_line(struct counter *counter, const char *line, size_t len)
{
	size_t begin = strlen(counter->begin), end = strlen(counter->end);
	counter->count += len >= begin + end && memcmp(line, counter->begin, begin) == 0 &&
			  memcmp(line + len - end, counter->end, end) == 0;
}

/* Looks at the lines that have the begin's first character in front: a scan for that character
 * skips most of the others. The text is whole lines. */
static void count_lines(struct counter *counter, const char *text, size_t len)
{
	const char *end = text + len;
	for (const char *at = text;
	     at < end && (at = memchr(at, *counter->begin, (size_t)(end - at))); at++) {
		if (at > text && at[-1] != '\n')
			continue;
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t line = (size_t)((stop ? stop : end) - at);
		count_line(counter, at, line);
		at += line ? line - 1 : 0;
	}
}

static bool count_in_file(struct facts_system *system, const char *path, struct counter *counter)
{
	autoclose int fd = system->open(system, path);
	char chunk[CHUNK];
	size_t held = 0;
	if (fd < 0)
		return false;
	for (;;) {
		ssize_t got = read(fd, chunk + held, sizeof chunk - held);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		held += (size_t)got;
		const char *last = memrchr(chunk, '\n', held);
		size_t whole = last ? (size_t)(last - chunk) + 1 : held == sizeof chunk ? held : 0;
		count_lines(counter, chunk, whole);
		held -= whole;
		memmove(chunk, chunk + whole, held);
	}
	count_lines(counter, chunk, held);
	return true;
}

static const struct {
	const char *manager, *path, *begin, *end;
} databases[] = {
	{"dpkg", "/var/lib/dpkg/status", "Status: ", " installed"},
	{"apk", "/lib/apk/db/installed", "P:", ""},
	{"apk", "/usr/lib/apk/db/installed", "P:", ""},
	{"opkg", "/usr/lib/opkg/status", "Status: ", " installed"},
};

/* Databases that only their own library can read. */
static const struct {
	const char *manager, *path;
} opaque[] = {
	{"rpm", "/usr/lib/sysimage/rpm/rpmdb.sqlite"},
	{"rpm", "/usr/lib/sysimage/rpm/Packages.db"},
	{"rpm", "/var/lib/rpm/rpmdb.sqlite"},
	{"rpm", "/var/lib/rpm/Packages.db"},
	{"rpm", "/var/lib/rpm/Packages"},
};

/* The directory holds one entry for each package. */
static void add_pacman(struct facts_system *system, struct arena *arena, struct value *packages)
{
	static const char path[] = "/var/lib/pacman/local";
	size_t count;
	if (!facts_exists(system, path))
		return;
	facts_names(system, arena, path, &count);
	struct value *pacman = value_map(arena);
	facts_set_int(arena, pacman, "count", (int64_t)count - (count > 0)); /* ALPM_DB_VERSION */
	facts_set_text(arena, pacman, "database", path);
	value_set(arena, packages, "pacman", pacman);
}

struct value *facts_packages(struct facts_system *system, struct arena *arena)
{
	struct value *packages = value_map(arena);
	for (size_t i = 0; i < COUNT_OF(databases); i++) {
		struct counter counter = {databases[i].begin, databases[i].end, 0};
		if (value_get(packages, databases[i].manager) ||
		    !count_in_file(system, databases[i].path, &counter))
			continue;
		struct value *manager = value_map(arena);
		facts_set_int(arena, manager, "count", counter.count);
		facts_set_text(arena, manager, "database", databases[i].path);
		value_set(arena, packages, databases[i].manager, manager);
	}
	for (size_t i = 0; i < COUNT_OF(opaque); i++) {
		if (value_get(packages, opaque[i].manager) || !facts_exists(system, opaque[i].path))
			continue;
		struct value *manager = value_map(arena);
		facts_set_text(arena, manager, "database", opaque[i].path);
		value_set(arena, packages, opaque[i].manager, manager);
	}
	add_pacman(system, arena, packages);
	return packages->map.len ? packages : NULL;
}
