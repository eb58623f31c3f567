#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/sharing.h"
#include "host/commands/workshop.h"
#include "host/exam/junit.h"
#include "host/exit_codes.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct test_command {
	struct settings settings;
	const char *manifest; /* whose tests run on an image; NULL: the argument is a manifest */
	const char *junit, *filter;
	bool no_cache;
	unsigned jobs;
};

/* --- what they come to --- */

/* Tells the failures; returns the first one's exit code, or 0. */
static int tell_failures(const struct workshop *shop, const struct exam_result *result)
{
	int code = 0;
	for (size_t i = 0; i < result->count; i++) {
		const struct error *failure = &result->cases[i].failure;
		if (!error_is_set(failure))
			continue;
		workshop_tell(shop, NULL, failure);
		if (!code)
			code = failure->exit_code ? failure->exit_code : EXIT_FAILED;
	}
	return code;
}

static int sum_up(const struct workshop *shop, const struct exam_results *results)
{
	size_t tests = 0, failed = 0, skipped = 0;
	uint64_t us = 0;
	int code = 0;
	for (size_t i = 0; i < results->count; i++) {
		const struct exam_result *result = &results->items[i];
		int own = tell_failures(shop, result);
		code = code ? code : own;
		tests += result->count;
		failed += exam_failures(result, false);
		skipped += exam_skipped(result);
		us += result->us;
	}
	if (tests)
		report_notice(shop->report, "%zu %s: %zu passed, %zu failed in %.2f s", tests,
			      tests == 1 ? "test" : "tests", tests - failed - skipped, failed,
			      (double)us / 1e6);
	return code;
}

/* --- the tests --- */

static int examine(const struct test_command *command, struct workshop *shop, const struct job *job,
		   const char *image, struct exam_results *results, struct error *err)
{
	const struct manifest *manifest = job->manifest;
	struct exam_options options = {.site = image ? workshop_site_of(shop, image) : job->site,
				       .manifest = manifest,
				       .base = image ? image : manifest->image,
				       .image = image ? image : job->outcome.image,
				       .filter = command->filter,
				       .signals = shop->signals,
				       .report = report_part(shop->report, job->name, 0)};
	struct exam_result *result = exam_results_add(results, job->name);
	int status = exam_run(&options, result, err);
	struct progress_summary summary = {.passed = status == 0 && !exam_failures(result, false),
					   .wall_us = result->us,
					   .size = -1,
					   .added = -1};
	report_over(options.report, &summary);
	report_free(options.report);
	return status;
}

static int examine_jobs(const struct test_command *command, struct workshop *shop,
			const char *image, struct exam_results *results, struct error *err)
{
	size_t tests = 0;
	for (size_t i = 0; i < shop->job_count; i++) {
		const struct job *job = &shop->jobs[i];
		if (!job_is_asked_for(shop, job))
			continue;
		if (examine(command, shop, job, image, results, err) < 0)
			return -1;
		tests += results->items[results->count - 1].count;
	}
	if (tests)
		return 0;
	error_set(err, command->filter ? "no test is called '%s'" : "there are no tests",
		  command->filter);
	return error_class(err, EXIT_MANIFEST, ERROR_TESTS_NONE);
}

static int examine_all(const struct test_command *command, struct workshop *shop, const char *image,
		       struct exam_results *results, struct error *err)
{
	int status = sharing_open(shop, NULL, err);
	if (status == 0)
		status = examine_jobs(command, shop, image, results, err);
	sharing_close(shop);
	return status;
}

/* What was done counts, whatever became of the rest. */
static int conclude(const struct test_command *command, const struct workshop *shop,
		    const struct exam_results *results, int status, struct error *err)
{
	auto_error struct error failure = {0};
	if (command->junit &&
	    junit_write_file(command->junit, results, report_hidden(shop->report), &failure) < 0 &&
	    status == 0)
		status = error_move(err, &failure);
	int code = sum_up(shop, results);
	return status < 0 ? -1 : code;
}

static int run(const struct test_command *command, const char *what, struct workshop *shop,
	       struct error *err)
{
	__attribute__((cleanup(exam_results_free))) struct exam_results results = {0};
	const char *path = command->manifest ? command->manifest : what;
	if (workshop_open(shop, &command->settings, err) < 0 || workshop_read(shop, path, err) < 0)
		return -1;
	int status = command->manifest ? 0 : workshop_run(shop, err);
	if (status)
		return status;
	status = examine_all(command, shop, command->manifest ? what : NULL, &results, err);
	return conclude(command, shop, &results, status, err);
}

static int test(void *options, int argc, char **argv, struct error *err)
{
	struct test_command *command = options;
	struct workshop shop = {.signals = -1,
				.untested = true,
				.no_cache = command->no_cache,
				.is_spread = true,
				.wants_all = true};
	if (argc != 2)
		return commands_misused(&command_test, "name a manifest, or an image", err);
	if (!command->manifest && access(argv[1], F_OK) < 0 && strcmp(argv[1], "-") != 0)
		return commands_misused(&command_test,
					"there is no such manifest; where an image is meant, say "
					"whose tests are to run by --manifest",
					err);
	shop.site.slots.most = command->jobs ? command->jobs : 4;
	return workshop_close(&shop, run(command, argv[1], &shop, err), err);
}

static const struct option test_options[] = {
	{.name = "manifest",
	 .argument = "MANIFEST",
	 .help = "whose tests run; the argument is an image then",
	 .words = WORD_MANIFEST,
	 OPTION_INTO(struct test_command, manifest)},
	{.name = "filter",
	 .argument = "GLOB",
	 .help = "only tests whose name or id (test-1) fits",
	 OPTION_INTO(struct test_command, filter)},
	{.name = "junit",
	 .argument = "FILE",
	 .help = "also write the results as JUnit's XML",
	 .words = WORD_FILE,
	 OPTION_INTO(struct test_command, junit)},
	{.name = "no-cache",
	 .help = "build the image anew",
	 OPTION_INTO(struct test_command, no_cache)},
	{.name = "jobs",
	 .letter = 'j',
	 .argument = "N",
	 .help = "containers at once, those of services aside (default: 4)",
	 OPTION_INTO(struct test_command, jobs)},
	{0},
};

const struct command command_test = {
	.name = "test",
	.summary = "run the tests of a manifest",
	.usage = "test MANIFEST [OPTION]...\ntest IMAGE --manifest MANIFEST "
		 "[OPTION]...",
	.text = "Runs a manifest's tests: on the image that it makes, which is built first where\n"
		"the cache has none, or on one that is there. All of them run, also when one\n"
		"fails; nothing is named.",
	.options = {test_options, settings_values_options, settings_manifest_options,
		    settings_engine_options, settings_fleet_options},
	.words = WORD_MANIFEST,
	.size = sizeof(struct test_command),
	.run = test,
};
