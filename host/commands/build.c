#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/results.h"
#include "host/commands/settings.h"
#include "host/commands/workshop.h"
#include "host/exam/follow.h"
#include "host/exam/junit.h"
#include "host/exit_codes.h"
#include "host/interactive/pilot.h"

#include <string.h>

enum { MOST_BREAKS = 64 };

struct build_command {
	struct settings settings;
	const char *tag, *cell;
	bool no_cache, push, locked;
	const char *from_step;
	unsigned jobs;
	bool interactive, break_on_failure;
	const char *breaks[MOST_BREAKS + 1];
	size_t break_count;
	struct results results;
	struct exam_results tests; /* for --junit */
};

/* "REPO[:TAG]", the tag "latest" where there is none; a colon may also belong to a port. */
static int split_name(struct arena *arena, const char *name, const char **repo, const char **tag,
		      struct error *err)
{
	const char *slash = strrchr(name, '/');
	const char *colon = strrchr(slash ? slash : name, ':');
	size_t len = colon ? (size_t)(colon - name) : strlen(name);
	*repo = arena_strndup(arena, name, len);
	*tag = colon ? colon + 1 : "latest";
	if (len && **tag)
		return 0;
	error_set(err, "-t takes REPO:TAG, not '%s'", name);
	return error_class(err, EXIT_USAGE, ERROR_OPTION_VALUE);
}

static bool is_guided(const struct build_command *command)
{
	return command->interactive || command->break_on_failure || command->break_count;
}

static int prepare(struct build_command *command, struct workshop *shop, struct error *err)
{
	if (is_guided(command)) /* a display that draws over the prompt is none for it */
		command->settings.progress = "plain";
	shop->no_cache = command->no_cache;
	shop->from_step = command->from_step;
	shop->cell = command->cell;
	shop->push = command->push;
	shop->locked = command->locked;
	shop->is_spread = true;
	shop->wants_all = is_guided(command);
	shop->site.slots.most = command->jobs ? command->jobs : 4;
	if (command->tag &&
	    split_name(&shop->arena, command->tag, &shop->repo, &shop->tag, err) < 0)
		return -1;
	if (workshop_open(shop, &command->settings, err) < 0)
		return -1;
	auto_error struct error ignored = {0}; /* a build goes without a record as well */
	report_add_sink(shop->report, sink_record(&ignored));
	if (command->results.junit)
		report_add_sink(shop->report, exam_follow(&command->tests));
	return 0;
}

/* Every node must come by where it may be stopped at. */
static int open_pilot(struct build_command *command, struct workshop *shop, struct error *err)
{
	const struct pilot_options options = {command->interactive, command->break_on_failure,
					      command->breaks};
	const struct job *job = &shop->jobs[shop->job_count - 1];
	if (workshop_refuse_matrix(shop, "one image at a time can be built interactively", err) < 0)
		return -1;
	for (size_t i = 0; i < shop->site_count; i++)
		shop->sites[i]->slots.most = 1;
	shop->no_cache |= command->interactive || command->break_count;
	shop->pilot = pilot_new(&options, job->manifest, shop->site.loop, shop->report, err);
	return shop->pilot ? 0 : -1;
}

static int run_guided(struct build_command *command, struct workshop *shop, struct error *err)
{
	if (!is_guided(command))
		return workshop_run(shop, err);
	if (open_pilot(command, shop, err) < 0)
		return -1;
	int status = workshop_run(shop, err);
	pilot_free(STEAL(shop->pilot));
	return status;
}

static int run(struct build_command *command, char *const *paths, struct workshop *shop,
	       struct error *err)
{
	if (prepare(command, shop, err) < 0)
		return -1;
	for (; *paths; paths++)
		if (workshop_read(shop, *paths, err) < 0)
			return -1;
	if (workshop_check(shop, err) < 0 || results_check(shop, &command->results, err) < 0)
		return -1;
	int code = run_guided(command, shop, err);
	return code == EXIT_OK && results_write(shop, &command->results, err) < 0 ? -1 : code;
}

/* What became of the tests is told whatever became of the build, once it has begun. */
static int write_tests(struct build_command *command, const struct workshop *shop, int status,
		       struct error *err)
{
	auto_error struct error failure = {0};
	const struct value *hidden = shop->report ? report_hidden(shop->report) : NULL;
	bool written =
		!command->tests.count ||
		junit_write_file(command->results.junit, &command->tests, hidden, &failure) == 0;
	if (!written && status == EXIT_OK)
		status = error_move(err, &failure);
	else if (!written)
		workshop_tell(shop, NULL, &failure);
	exam_results_free(&command->tests);
	return status;
}

static int add_break(void *target, const char *name, struct error *err)
{
	struct build_command *command = target;
	if (command->break_count == MOST_BREAKS)
		return error_set(err, "more than %d breaks", MOST_BREAKS);
	command->breaks[command->break_count++] = name;
	return 0;
}

static int build(void *options, int argc, char **argv, struct error *err)
{
	struct build_command *command = options;
	struct workshop shop = {.signals = -1};
	if (argc < 2)
		return commands_misused(&command_build, "name a manifest", err);
	if (is_guided(command) && (argc > 2 || command->settings.quiet))
		return commands_misused(&command_build,
					"-i, --break-at and --break-on-failure take one manifest, "
					"and no --quiet",
					err);
	if (argc > 2 && command->tag)
		return commands_misused(&command_build,
					"-t names the image of one manifest: where there are "
					"several, let each say its `artifact:`",
					err);
	int status = run(command, argv + 1, &shop, err);
	status = write_tests(command, &shop, status, err);
	return workshop_close(&shop, status, err);
}

static const struct option build_options[] = {
	{.name = "tag",
	 .letter = 't',
	 .argument = "REPO:TAG",
	 .help = "what the image is called when all tests have passed",
	 .words = WORD_IMAGE,
	 OPTION_INTO(struct build_command, tag)},
	{.name = "no-cache",
	 .help = "run every node, whatever was built before",
	 OPTION_INTO(struct build_command, no_cache)},
	{.name = "from-step",
	 .argument = "STEP",
	 .help = "run this step and those behind it, by its name or number, whatever was built "
		 "before",
	 OPTION_INTO(struct build_command, from_step)},
	{.name = "cell",
	 .argument = "NAME",
	 .help = "build only this cell of the matrix",
	 OPTION_INTO(struct build_command, cell)},
	{.name = "jobs",
	 .letter = 'j',
	 .argument = "N",
	 .help = "containers at once, of all builds (default: 4)",
	 OPTION_INTO(struct build_command, jobs)},
	{.name = "interactive",
	 .letter = 'i',
	 .help = "ask before each step, and after one that failed",
	 OPTION_INTO(struct build_command, interactive)},
	{.name = "break-at",
	 .argument = "STEP",
	 .help = "ask before this step; may be given often",
	 .each = add_break},
	{.name = "break-on-failure",
	 .help = "ask what to do when a step fails",
	 OPTION_INTO(struct build_command, break_on_failure)},
	{.name = "progress",
	 .argument = "HOW",
	 .help = "tty, plain, json or quiet (default: tty on a terminal, else plain)",
	 .choices = "tty plain json quiet",
	 OPTION_INTO(struct settings, progress)},
	{.name = "push",
	 .help = "push the image's names to their registry when it is built",
	 OPTION_INTO(struct build_command, push)},
	{.name = "output",
	 .letter = 'o',
	 .argument = "FILE",
	 .help = "write the image to an archive, too",
	 .words = WORD_FILE,
	 OPTION_INTO(struct build_command, results.archive)},
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "the archive's: docker (default) or oci",
	 .choices = "docker oci",
	 OPTION_INTO(struct build_command, results.format)},
	{.name = "sbom",
	 .argument = "FILE",
	 .help = "write the image's packages, as SPDX 2.3 in JSON",
	 .words = WORD_FILE,
	 OPTION_INTO(struct build_command, results.sbom)},
	{.name = "provenance",
	 .argument = "FILE",
	 .help = "write what the image was made from, as SLSA's provenance",
	 .words = WORD_FILE,
	 OPTION_INTO(struct build_command, results.provenance)},
	{.name = "junit",
	 .argument = "FILE",
	 .help = "also write the tests' results as JUnit's XML",
	 .words = WORD_FILE,
	 OPTION_INTO(struct build_command, results.junit)},
	{.name = "locked",
	 .help = "build only if everything is as factory.lock says",
	 OPTION_INTO(struct build_command, locked)},
	{0},
};

const struct command command_build = {
	.name = "build",
	.summary = "build an image from a manifest",
	.usage = "build MANIFEST... [-t REPO:TAG] [OPTION]...",
	.text = "Builds an image: install steps in one container, each test on a branch of its\n"
		"own from the provisioned state, and the tag moves when all of them have passed.\n"
		"Several manifests, and the cells of a matrix, are built side by side.",
	.options = {build_options, settings_values_options, settings_manifest_options,
		    settings_engine_options, settings_build_options, settings_fleet_options},
	.words = WORD_MANIFEST,
	.size = sizeof(struct build_command),
	.run = build,
};
