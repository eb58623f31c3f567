/* Languages whose interpreter or compiler is on PATH. Nothing is run: a version is told only where
 * the name of the program tells it (python3 -> python3.11). */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

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

static const char *find_program(struct facts_system *system, struct arena *arena,
				const struct directories *directories, const char *program)
{
	for (size_t i = 0; i < directories->count; i++) {
		char path[PATH_MAX];
		size_t len = strlen(directories->found[i].path);
		if (len + strlen(program) + 2 > sizeof path)
			continue;
		memcpy(path, directories->found[i].path, len);
		path[len] = '/';
		strcpy(path + len + 1, program);
		if (facts_exists(system, path))
			return arena_strdup(arena, path);
	}
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

struct value *facts_languages(struct facts_system *system, struct arena *arena)
{
	struct value *languages = value_map(arena);
	struct directories directories;
	search_path(system, arena, &directories);
	for (size_t i = 0; i < COUNT_OF(programs); i++) {
		if (value_get(languages, programs[i].language))
			continue;
		const char *found = find_program(system, arena, &directories, programs[i].program);
		if (!found)
			continue;
		struct value *language = value_map(arena);
		const char *resolved = resolve(system, arena, found);
		facts_set_text(arena, language, "path", found);
		facts_set_text(arena, language, "version", version_in(resolved));
		if (strcmp(resolved, found) != 0)
			facts_set_text(arena, language, "program", resolved);
		value_set(arena, languages, programs[i].language, language);
	}
	return languages->map.len ? languages : NULL;
}
