/* Languages whose interpreter or compiler is on PATH. Nothing is run: a version is told only where
 * a file beside the program tells it, or the program's name (python3 -> python3.11). */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_CHAIN = 8, MOST_DIRECTORIES = 64 };

/* Several programs of a language: the first that is found counts. */
static const struct {
	const char *language, *program;
} programs[] = {
	{"python", "python3"}, {"python", "python"}, {"perl", "perl"},   {"ruby", "ruby"},
	{"node", "node"},      {"node", "nodejs"},   {"php", "php"},     {"java", "java"},
	{"go", "go"},          {"rust", "rustc"},    {"c", "cc"},        {"c", "gcc"},
	{"c", "clang"},        {"c++", "c++"},       {"c++", "g++"},     {"c++", "clang++"},
	{"lua", "lua"},        {"tcl", "tclsh"},     {"r", "Rscript"},   {"erlang", "erl"},
	{"elixir", "elixir"},  {"haskell", "ghc"},   {"ocaml", "ocaml"}, {"julia", "julia"},
	{"swift", "swift"},    {"dotnet", "dotnet"},
};

static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct directories {
	struct {
		const char *path;
		struct facts_place place;
		int fd;
	} found[MOST_DIRECTORIES];
	size_t count;
};

static void add_directory(struct facts_system *system, struct directories *directories,
			  const char *path)
{
	struct facts_place place;
	if (directories->count == MOST_DIRECTORIES || *path != '/' ||
	    !facts_directory(system, path, &place))
		return;
	for (size_t i = 0; i < directories->count; i++)
		if (directories->found[i].place.inode == place.inode &&
		    directories->found[i].place.device == place.device)
			return;
	int fd = facts_open_directory(system, path);
	if (fd < 0)
		return;
	directories->found[directories->count].fd = fd;
	directories->found[directories->count].path = path;
	directories->found[directories->count++].place = place;
}

/* PATH's directories that are there, each once (/bin is often /usr/bin): looking for every program
 * in one that is missing costs as much as in one that isn't. */
static void search_path(struct facts_system *system, struct arena *arena,
			struct directories *directories)
{
	const char *path = facts_variable(system, "PATH");
	struct value *named = facts_words(arena, path ? path : default_path, ':');
	directories->count = 0;
	for (size_t i = 0; i < named->list.len; i++)
		add_directory(system, directories, value_text(named->list.items[i]));
}

static void close_directories(const struct directories *directories)
{
	for (size_t i = 0; i < directories->count; i++)
		close(directories->found[i].fd);
}

static const char *find_program(struct arena *arena, const struct directories *directories,
				const char *program)
{
	for (size_t i = 0; i < directories->count; i++)
		if (facts_exists_in(directories->found[i].fd, program))
			return arena_printf(arena, "%s/%s", directories->found[i].path, program);
	return NULL;
}

/* Follows the symbolic links of a path's last part. */
static const char *resolve(struct facts_system *system, struct arena *arena, const char *path)
{
	for (int i = 0; i < LONGEST_CHAIN; i++) {
		const char *target = facts_link(system, arena, path);
		if (!target)
			break;
		int directory = (int)(strrchr(path, '/') - path);
		path = *target == '/' ? target
				      : arena_printf(arena, "%.*s/%s", directory, path, target);
	}
	return path;
}

/* The number at a name's end, after a letter or a dash: "python3.11", "x86_64-linux-gnu-gcc-12". */
static const char *version_in(const char *path)
{
	const char *name = strrchr(path, '/');
	const char *end = path + strlen(path), *at = end;
	while (at > name && (isdigit((unsigned char)at[-1]) || at[-1] == '.'))
		at--;
	return isdigit((unsigned char)*at) ? at : NULL;
}

/* Files that tell a version, from the directory above the program's own: what stands before it. A
 * version in three lines is put together of their numbers. */
static const struct {
	const char *language, *file, *before[3];
} tellers[] = {
	{"go", "VERSION", {"go"}},
	{"java", "release", {"JAVA_VERSION=\""}},
	{"java", "../release", {"JAVA_VERSION=\""}},
	{"node",
	 "include/node/node_version.h",
	 {"#define NODE_MAJOR_VERSION ", "#define NODE_MINOR_VERSION ",
	  "#define NODE_PATCH_VERSION "}},
};

static const char *text_behind(struct arena *arena, const char *text, const char *before)
{
	const char *at = before ? strstr(text, before) : NULL;
	if (!at || (at > text && at[-1] != '\n'))
		return NULL;
	at += strlen(before);
	size_t len = strcspn(at, "\" \r\n");
	return len ? arena_strndup(arena, at, len) : NULL;
}

static const char *version_told(struct facts_system *system, struct arena *arena,
				const char *language, const char *program)
{
	int above = (int)(strrchr(program, '/') - program);
	for (size_t i = 0; i < COUNT_OF(tellers); i++) {
		if (strcmp(tellers[i].language, language) != 0)
			continue;
		const char *text = facts_text(
			system, arena,
			arena_printf(arena, "%.*s/../%s", above, program, tellers[i].file));
		const char *version = text ? text_behind(arena, text, tellers[i].before[0]) : NULL;
		for (size_t k = 1; version && k < COUNT_OF(tellers[i].before); k++) {
			const char *part = text_behind(arena, text, tellers[i].before[k]);
			if (part)
				version = arena_printf(arena, "%s.%s", version, part);
		}
		if (version)
			return version;
	}
	return NULL;
}

struct value *facts_languages(struct facts_system *system, struct arena *arena)
{
	struct value *languages = value_map(arena);
	struct directories directories;
	search_path(system, arena, &directories);
	for (size_t i = 0; i < COUNT_OF(programs); i++) {
		if (value_get(languages, programs[i].language))
			continue;
		const char *found = find_program(arena, &directories, programs[i].program);
		if (!found)
			continue;
		struct value *language = value_map(arena);
		const char *resolved = resolve(system, arena, found);
		facts_set_text(arena, language, "path", found);
		const char *version = version_told(system, arena, programs[i].language, resolved);
		facts_set_text(arena, language, "version",
			       version ? version : version_in(resolved));
		if (strcmp(resolved, found) != 0)
			facts_set_text(arena, language, "program", resolved);
		value_set(arena, languages, programs[i].language, language);
	}
	close_directories(&directories);
	return languages->map.len ? languages : NULL;
}
