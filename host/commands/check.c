#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/commands/telling.h"
#include "host/exit_codes.h"
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
	struct telling telling;
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
		telling_add(&checking->telling, problems);
		return 0;
	}
	if (!checking->telling.json) {
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
	telling_add(&checking->telling, &problems);
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
	for (; *paths && status == 0; paths++)
		status = check_one(checking, *paths, NULL, err);
	telling_end(&checking->telling, status == 0);
	if (status < 0)
		return -1;
	return checking->wrong ? EXIT_MANIFEST : EXIT_OK;
}

static int check(void *options, int argc, char **argv, struct error *err)
{
	struct check_command *command = options;
	struct checking checking = {
		.settings = &command->settings,
		.telling.json = command->format && strcmp(command->format, "json") == 0,
	};
	if (!command->schema && !command->keys)
		return argc < 2 ? commands_misused(&command_check, "name a manifest", err)
				: check_all(&checking, argv + 1, err);
	if (argc > 1)
		return commands_misused(&command_check, "--schema and --keys take no manifest",
					err);
	return telling_print(command->schema ? manifest_schema : manifest_keys);
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
