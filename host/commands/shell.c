/* factory shell: a shell in an image, or in what a manifest's steps have made so far. */
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/commands/sharing.h"
#include "host/commands/workshop.h"
#include "host/exit_codes.h"
#include "host/interactive/visit.h"

#include <string.h>

struct shell_command {
	struct settings settings;
	const char *user, *cell;
	bool no_cache;
};

/* "MANIFEST" or "MANIFEST:STEP": the manifest's path and the step, NULL where there is none. NULL:
 * it is neither. A step's name may have colons too. */
static const char *split_target(struct arena *arena, const char *target, const char **step)
{
	*step = NULL;
	if (settings_is_manifest(target))
		return target;
	for (const char *colon = strchr(target, ':'); colon; colon = strchr(colon + 1, ':')) {
		const char *path = arena_strndup(arena, target, (size_t)(colon - target));
		*step = colon + 1;
		if (settings_is_manifest(path))
			return path;
	}
	return NULL;
}

/* --- the state after a step --- */

static int refuse_step(const struct manifest *manifest, const char *name, struct error *err)
{
	auto_buf struct buf names = {0};
	for (size_t i = 0; i < manifest->install.count; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", manifest->install.items[i].name);
	error_set(err, "%s: there is no install step '%s'; there are: %s", manifest->path, name,
		  names.len ? buf_text(&names) : "none");
	return error_class(err, EXIT_USAGE, ERROR_STEP_UNKNOWN);
}

/* By its name, its number, or as the graph calls it: install-2. */
static int find_step(const struct manifest *manifest, const char *name, size_t *number,
		     struct error *err)
{
	for (size_t i = 0; i < manifest->install.count; i++) {
		autofree char *id = mem_printf("install-%zu", i + 1);
		*number = i + 1;
		if (strcmp(manifest->install.items[i].name, name) == 0 || strcmp(id, name) == 0 ||
		    strcmp(strchr(id, '-') + 1, name) == 0)
			return 0;
	}
	return refuse_step(manifest, name, err);
}

/* Neither tests nor names: nothing but the state is wanted. */
static int cut(struct manifest *manifest, const char *step, struct error *err)
{
	size_t count = manifest->install.count;
	if (step && find_step(manifest, step, &count, err) < 0)
		return -1;
	manifest->install.count = count;
	manifest->tests.count = 0;
	manifest->repo = NULL;
	manifest->tags = NULL;
	manifest->push = false;
	return 0;
}

static int read_and_cut(struct workshop *shop, const char *path, const char *step,
			struct error *err)
{
	if (workshop_read(shop, path, err) < 0)
		return -1;
	if (workshop_refuse_matrix(shop, "one image is meant", err) < 0)
		return -1;
	return cut(shop->jobs[shop->job_count - 1].manifest, step, err);
}

static int visit_step(struct visit *visit, struct workshop *shop, const char *path,
		      const char *step, struct error *err)
{
	shop->keeps_ids = true;
	if (read_and_cut(shop, path, step, err) < 0)
		return -1;
	int code = workshop_run(shop, err);
	const struct job *job = &shop->jobs[shop->job_count - 1];
	if (code != EXIT_OK)
		return code;
	visit->site = job->site;
	struct manifest state = *job->manifest;
	state.image = job->outcome.image;
	code = sharing_open(shop, path, err);
	return code < 0 ? -1 : visit_state(visit, &state, err);
}

/* --- an image --- */

static int visit_one(struct visit *visit, struct workshop *shop, const char *image,
		     struct error *err)
{
	visit->site = workshop_site_of(shop, image);
	return sharing_open(shop, image, err) < 0 ? -1 : visit_image(visit, image, err);
}

/* --- the command --- */

static int run(struct shell_command *command, struct workshop *shop, const char *target,
	       char *const *argv, struct error *err)
{
	const char *step;
	const char *path = split_target(&command->settings.arena, target, &step);
	shop->no_cache = command->no_cache;
	shop->cell = command->cell;
	shop->site.slots.most = 4;
	command->settings.progress = "plain"; /* the terminal is the shell's */
	if (workshop_open(shop, &command->settings, err) < 0)
		return -1;
	struct visit visit = {.report = shop->report,
			      .signals = shop->signals,
			      .user = command->user,
			      .argv = *argv ? (const char *const *)argv : NULL};
	int code = path ? visit_step(&visit, shop, path, step, err)
			: visit_one(&visit, shop, target, err);
	sharing_close(shop);
	return code;
}

static int shell(void *options, int argc, char **argv, struct error *err)
{
	struct shell_command *command = options;
	struct workshop shop = {.signals = -1, .is_spread = true, .wants_all = true};
	if (argc < 2)
		return commands_misused(&command_shell, "name one image or manifest", err);
	return workshop_close(&shop, run(command, &shop, argv[1], argv + 2, err), err);
}

static const struct option shell_options[] = {
	{.name = "user",
	 .argument = "NAME[:GROUP]",
	 .help = "whose shell it is (default: that of steps)",
	 OPTION_INTO(struct shell_command, user)},
	{.name = "cell",
	 .argument = "NAME",
	 .help = "of the manifest's matrix, the one that is meant",
	 OPTION_INTO(struct shell_command, cell)},
	{.name = "no-cache",
	 .help = "run every step, whatever was built before",
	 OPTION_INTO(struct shell_command, no_cache)},
	{0},
};

const struct command command_shell = {
	.name = "shell",
	.summary = "open a shell in an image, or behind a manifest's step",
	.usage = "shell IMAGE [OPTION]... [-- COMMAND...]\n"
		 "shell MANIFEST[:STEP] [OPTION]... [-- COMMAND...]",
	.text = "Opens a shell in a container of the image: bash, else sh, else the toolbox's\n"
		"busybox. Of a manifest, the state behind an install step (the last one, where\n"
		"none is named) is built first, or found in the cache, and the shell has the\n"
		"environment that the next step would have. Without a terminal it reads commands\n"
		"from standard input. A command, with its arguments, runs instead of the shell.\n"
		"The exit code is the shell's or the command's; the container is gone afterwards.",
	.options = {shell_options, settings_manifest_options, settings_values_options,
		    settings_engine_options, settings_fleet_options},
	.words = WORD_MANIFEST | WORD_IMAGE,
	.size = sizeof(struct shell_command),
	.run = shell,
};
