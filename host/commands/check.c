#include "common/json.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/explain/codes.h"
#include "host/manifest/manifest.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct check_command {
	struct settings settings;
	const char *format;
	bool schema, keys;
};

struct checking {
	const struct settings *settings;
	bool json;
	struct arena arena;
	struct value *list; /* of problems, for JSON */
	size_t wrong;
};

/* The manifests that led to one by their `from`. */
struct trail {
	const struct trail *outer;
	const char *path, *real;
};

static void print_fine(const struct manifest *manifest)
{
	printf("%s: fine (%s", manifest->path, manifest->from ? manifest->from : manifest->image);
	if (manifest->cell_count > 1)
		printf(", %zu cells", manifest->cell_count);
	printf(", %zu install step%s, %zu test%s)\n", manifest->install.count,
	       manifest->install.count == 1 ? "" : "s", manifest->tests.count,
	       manifest->tests.count == 1 ? "" : "s");
}

static void print_ignored(const struct manifest *manifest)
{
	auto_arena struct arena arena = {0};
	const struct value *ignored = manifest_ignored(manifest, &arena);
	for (size_t i = 0; i < ignored->list.len; i++)
		printf("%s%s", i ? ", " : "  ignored, for it has no meaning here: ",
		       value_text(ignored->list.items[i]));
	if (ignored->list.len)
		putchar('\n');
}

static struct value *or_null(struct arena *arena, const char *text)
{
	return text ? value_string(arena, text) : value_null(arena);
}

static struct value *number_of(struct arena *arena, const struct manifest_problem *problem)
{
	return value_string(arena,
			    arena_printf(arena, "F%04d", (int)explain_problem(problem->code)));
}

static void add_json(struct checking *checking, const struct manifest_problem *problem)
{
	struct arena *arena = &checking->arena;
	struct value *map = value_map(arena);
	value_set(arena, map, "file", or_null(arena, problem->at.file));
	value_set(arena, map, "line", value_int(arena, problem->at.line));
	value_set(arena, map, "column", value_int(arena, problem->at.column));
	value_set(arena, map, "code", value_string(arena, problem->code));
	value_set(arena, map, "number", number_of(arena, problem));
	value_set(arena, map, "message", value_string(arena, problem->message));
	value_set(arena, map, "hint", or_null(arena, problem->hint));
	value_append(arena, checking->list, map);
}

static void print_problem(const struct manifest_problem *problem)
{
	fputs("factory: ", stderr);
	if (problem->at.file)
		fprintf(stderr, "%s:", problem->at.file);
	if (problem->at.line)
		fprintf(stderr, "%u:%u:", problem->at.line, problem->at.column);
	fprintf(stderr, "%s%s%s%s [F%04d]\n", problem->at.file || problem->at.line ? " " : "",
		problem->message, problem->hint ? ": " : "", problem->hint ? problem->hint : "",
		(int)explain_problem(problem->code));
}

static void tell(struct checking *checking, const struct manifest_problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		if (checking->json)
			add_json(checking, &problems->items[i]);
		else
			print_problem(&problems->items[i]);
	if (problems->more && !checking->json)
		fprintf(stderr, "factory: there are more: only the first %zu are shown\n",
			problems->count);
}

/* Whether a manifest is on its own trail; then it is a problem of the `from` that led there. */
static bool goes_in_a_circle(const struct trail *trail, const struct manifest *manifest,
			     struct manifest_problems *problems)
{
	char real[PATH_MAX];
	bool circle = false;
	const char *text = arena_strdup(&problems->arena, manifest->from);
	for (; trail && realpath(manifest->from, real); trail = trail->outer) {
		text = arena_printf(&problems->arena, "%s -> %s", trail->path, text);
		circle |= strcmp(trail->real, real) == 0;
	}
	if (circle)
		manifest_problems_add(problems, manifest->from_at, "cycle",
				      arena_printf(&problems->arena,
						   "manifests stand on each other in a circle: %s",
						   text),
				      NULL);
	return circle;
}

static int check_one(struct checking *checking, const char *path, const struct trail *outer,
		     struct error *err);

/* Says what came of it, and goes on to the manifest it stands on. */
static int conclude(struct checking *checking, const struct manifest *manifest,
		    const struct trail *trail, struct manifest_problems *problems,
		    struct error *err)
{
	if (manifest->from && goes_in_a_circle(trail, manifest, problems)) {
		checking->wrong++;
		tell(checking, problems);
		return 0;
	}
	if (!checking->json) {
		print_fine(manifest);
		print_ignored(manifest);
	}
	return manifest->from ? check_one(checking, manifest->from, trail, err) : 0;
}

/* -1: something else than the manifest is wrong. */
static int check_one(struct checking *checking, const char *path, const struct trail *outer,
		     struct error *err)
{
	char real[PATH_MAX];
	const struct trail trail = {outer, path, realpath(path, real) ? real : path};
	struct manifest_problems problems = {0};
	struct settings settings = *checking->settings;
	auto_error struct error first = {0};
	settings.problems = &problems;
	struct manifest *manifest = settings_manifest(&settings, path, NULL, &first);
	int status = 0;
	tell(checking, &problems);
	checking->wrong += !manifest;
	if (manifest)
		status = conclude(checking, manifest, &trail, &problems, err);
	else if (!problems.count)
		status = error_move(err, &first);
	manifest_problems_free(&problems);
	manifest_free(manifest);
	return status;
}

static int check_all(struct checking *checking, char **paths, struct error *err)
{
	int status = 0;
	checking->list = value_list(&checking->arena);
	for (; *paths && status == 0; paths++)
		status = check_one(checking, *paths, NULL, err);
	if (status == 0 && checking->json) {
		auto_buf struct buf out = {0};
		json_write_pretty(&out, checking->list, 2);
		puts(buf_text(&out));
	}
	arena_free(&checking->arena);
	if (status < 0)
		return -1;
	return checking->wrong ? EXIT_MANIFEST : EXIT_OK;
}

static int print_made(void (*make)(struct buf *out))
{
	auto_buf struct buf out = {0};
	make(&out);
	fputs(buf_text(&out), stdout);
	return EXIT_OK;
}

static int check(void *options, int argc, char **argv, struct error *err)
{
	struct check_command *command = options;
	struct checking checking = {
		.settings = &command->settings,
		.json = command->format && strcmp(command->format, "json") == 0,
	};
	if (!command->schema && !command->keys)
		return argc < 2 ? commands_misused(&command_check, "name a manifest", err)
				: check_all(&checking, argv + 1, err);
	if (argc > 1)
		return commands_misused(&command_check, "--schema and --keys take no manifest",
					err);
	return print_made(command->schema ? manifest_schema : manifest_keys);
}

static const struct option check_options[] = {
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "text (default) or json: a list of problems, for editors",
	 .choices = "text json",
	 OPTION_INTO(struct check_command, format)},
	{.name = "schema",
	 .help = "print the JSON Schema of manifests instead",
	 OPTION_INTO(struct check_command, schema)},
	{.name = "keys",
	 .help = "print the keys in Markdown instead",
	 OPTION_INTO(struct check_command, keys)},
	{0},
};

const struct command command_check = {
	.name = "check",
	.summary = "validate manifests without an engine",
	.usage = "check MANIFEST... [OPTION]...\n"
		 "check --schema|--keys",
	.text = "Validates manifests without an engine: Jinja2, YAML, keys, and the files they\n"
		"name. All that is wrong is told, in order, with its place.",
	.options = {check_options, settings_manifest_options},
	.words = WORD_MANIFEST,
	.size = sizeof(struct check_command),
	.run = check,
};
