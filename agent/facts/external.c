/* External facts, as facter and terminus have them: what a directory's files say. */
#include "agent/facts/external.h"

#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/json.h"
#include "common/own.h"
#include "common/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_FILES = 256, TIMEOUT_MS = 10000 };

static const char *const default_directories[] = {
	"/etc/factory/facts.d",
	"/etc/facter/facts.d",
	"/etc/puppetlabs/facter/facts.d",
	"/opt/puppetlabs/facter/facts.d",
};

struct collecting {
	struct arena *arena;
	struct value *facts, *errors;
	struct facts_program *programs; /* NULL while there is none */
	size_t program_count;
};

static void report(struct collecting *into, const char *path, const char *reason)
{
	value_set(into->arena, into->errors, path, value_string(into->arena, reason));
}

static bool is_own(const char *name)
{
	for (size_t i = 0; i < facts_family_count; i++)
		if (strcmp(facts_families[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < facts_alias_count; i++)
		if (strcmp(facts_aliases[i].name, name) == 0)
			return true;
	return strcmp(name, "errors") == 0;
}

static void take_map(struct collecting *into, const char *path, const struct value *map)
{
	if (!value_is(map, VALUE_MAP)) {
		report(into, path, "it is no map of names to values");
		return;
	}
	for (size_t i = 0; i < map->map.len; i++) {
		const struct value_entry *entry = &map->map.entries[i];
		if (is_own(entry->key))
			report(into, path,
			       arena_printf(into->arena,
					    "the name \"%s\" is one of our own facts: choose "
					    "another one",
					    entry->key));
		else
			value_set(into->arena, into->facts, entry->key, entry->value);
	}
}

typedef struct value *parser(struct arena *arena, const char *path, const char *text, size_t len,
			     struct error *err);

/* "key=value" lines; empty ones and those that begin with # are skipped. */
static struct value *parse_lines(struct arena *arena, const char *path, const char *text,
				 size_t len, struct error *err)
{
	struct value *map = value_map(arena);
	char *rest = arena_strndup(arena, text, len);
	unsigned number = 0;
	if (strlen(rest) != len) {
		error_set(err, "it has a zero byte in it");
		return NULL;
	}
	for (char *line; (line = facts_next_line(&rest));) {
		char *name, *assigned;
		number++;
		line = facts_trim(line);
		if (!*line || *line == '#')
			continue;
		if (!facts_split_pair(line, '=', &name, &assigned) || !*name) {
			error_set_at(err, path, number, 1, "this line is no key=value");
			return NULL;
		}
		value_set(arena, map, name, value_string(arena, assigned));
	}
	return map;
}

static struct value *parse_output(struct arena *arena, const char *path, const char *text,
				  size_t len, struct error *err)
{
	size_t blank = strspn(text, " \t\r\n");
	parser *parse = text[blank] == '{' || text[blank] == '[' ? json_parse : parse_lines;
	return parse(arena, path, text, len, err);
}

static void take_text(struct collecting *into, const char *path, const struct buf *text,
		      parser *parse)
{
	auto_error struct error err = {0};
	struct value *map = parse(into->arena, path, buf_text(text), text->len, &err);
	if (map) {
		take_map(into, path, map);
	} else if (err.line) {
		report(into, path,
		       arena_printf(into->arena, "line %u, column %u: %s", err.line, err.column,
				    err.message));
	} else {
		report(into, path, err.message);
	}
}

static int read_text(const char *path, struct buf *text, struct error *err)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return error_errno(err, "can't open it");
	for (;;) {
		ssize_t got = read(fd, buf_reserve(text, 16 << 10), 16 << 10);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, "can't read it");
		if (!got)
			return 0;
		text->len += (size_t)got;
		if (text->len > FACTS_EXTERNAL_LIMIT)
			return error_set(err, "it has more than %d KiB",
					 FACTS_EXTERNAL_LIMIT / 1024);
	}
}

static void take_file(struct collecting *into, const char *path, parser *parse)
{
	auto_buf struct buf text = {0};
	auto_error struct error err = {0};
	if (read_text(path, &text, &err) < 0)
		report(into, path, err.message);
	else
		take_text(into, path, &text, parse);
}

static parser *parser_for(const char *name)
{
	static const struct {
		const char *end;
		parser *parse;
	} parsers[] = {{".json", json_parse},
		       {".yml", yaml_parse},
		       {".yaml", yaml_parse},
		       {".txt", parse_lines}};
	const char *end = strrchr(name, '.');
	for (size_t i = 0; end && i < COUNT_OF(parsers); i++)
		if (strcmp(parsers[i].end, end) == 0)
			return parsers[i].parse;
	return NULL;
}

/* What editors and package managers leave behind. */
static bool is_left_over(const char *name)
{
	static const char *const ends[] = {"~",         ".bak",      ".orig",     ".swp",
					   ".rpmnew",   ".rpmsave",  ".dpkg-old", ".dpkg-dist",
					   ".dpkg-new", ".ucf-dist", ".ucf-old"};
	size_t len = strlen(name);
	for (size_t i = 0; i < COUNT_OF(ends); i++)
		if (len > strlen(ends[i]) && strcmp(name + len - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

static void add_program(struct collecting *into, const char *path)
{
	if (!into->programs)
		into->programs = arena_alloc(into->arena, MOST_FILES * sizeof *into->programs);
	into->programs[into->program_count++].path = path;
}

/* Programs are run when all files have been read. */
static void take_entry(struct collecting *into, const char *path, const char *name)
{
	struct stat status;
	if (stat(path, &status) != 0)
		report(into, path, strerror(errno));
	else if (!S_ISREG(status.st_mode))
		report(into, path, S_ISDIR(status.st_mode) ? "it is a directory" : "it is no file");
	else if (parser_for(name))
		take_file(into, path, parser_for(name));
	else if (status.st_mode & 0111 && into->program_count < MOST_FILES)
		add_program(into, path);
	else
		report(into, path, "it is neither a program nor a .json, .yml or .txt file");
}

static void take_directory(struct collecting *into, const char *directory, bool must_be_there)
{
	struct facts_system system;
	size_t count;
	facts_system_tree(&system, "");
	if (access(directory, R_OK | X_OK) < 0) {
		if (must_be_there || (errno != ENOENT && errno != ENOTDIR))
			report(into, directory, strerror(errno));
		return;
	}
	char **names = facts_names(&system, into->arena, directory, &count);
	if (count > MOST_FILES)
		report(into, directory, "it has more than 256 files: the others are left out");
	for (size_t i = 0; i < count && i < MOST_FILES; i++)
		if (!is_left_over(names[i]))
			take_entry(into, arena_printf(into->arena, "%s/%s", directory, names[i]),
				   names[i]);
}

static void take_programs(struct collecting *into, unsigned timeout_ms)
{
	facts_run_programs(into->programs, into->program_count, timeout_ms);
	for (size_t i = 0; i < into->program_count; i++) {
		struct facts_program *program = &into->programs[i];
		if (error_is_set(&program->error))
			report(into, program->path, program->error.message);
		else
			take_text(into, program->path, &program->output, parse_output);
		buf_free(&program->output);
		error_clear(&program->error);
	}
}

void facts_add_external(const struct facts_external *external, struct arena *arena,
			struct value *facts, struct value *errors)
{
	bool named = external->directories != NULL;
	const char *const *directories = named ? external->directories : default_directories;
	size_t count = named ? external->count : COUNT_OF(default_directories);
	struct collecting into = {.arena = arena, .facts = facts, .errors = errors};
	for (size_t i = 0; i < count; i++)
		take_directory(&into, directories[i], named);
	take_programs(&into, external->timeout_ms ? external->timeout_ms : TIMEOUT_MS);
}
