/* factory verify: builds twice, and tells whether that comes to the same. */
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/workshop.h"
#include "host/compare/compare.h"
#include "host/exit_codes.h"
#include "host/walk/discard.h"

#include <string.h>

struct verify_command {
	struct settings settings;
	const char *format;
	bool ignore_times;
	unsigned jobs;
};

/* What one of the two builds has made: an image for each cell. */
struct round {
	struct compare_image *images;
	size_t count;
};

static void round_free(struct round *round)
{
	for (size_t i = 0; i < round->count; i++)
		compare_image_free(&round->images[i]);
	free(round->images);
}

static int take_image(struct workshop *shop, const struct job *job, struct round *round,
		      struct error *err)
{
	round->images = mem_resize(round->images, round->count + 1, sizeof *round->images);
	struct compare_image *image = &round->images[round->count++];
	*image = (struct compare_image){0};
	if (compare_read(shop->site.engine, shop->site.loop, job->outcome.image, image, err) < 0)
		return -1;
	image->name = arena_strdup(&image->arena, job->name);
	return 0;
}

/* Whatever else fails, no image stays. */
static int take_images(struct workshop *shop, struct round *round, bool wanted, struct error *err)
{
	int status = 0;
	for (size_t i = 0; i < shop->job_count; i++) {
		const struct job *job = &shop->jobs[i];
		auto_error struct error failed = {0};
		if (!job_is_asked_for(shop, job) || !job->outcome.image)
			continue;
		if (wanted && status == 0)
			status = take_image(shop, job, round, err);
		if (discard_image(shop->site.loop, shop->site.engine, job->outcome.image, &failed) <
			    0 &&
		    wanted && status == 0)
			status = error_move(err, &failed);
	}
	return status;
}

static int build(const struct verify_command *command, const char *path, struct workshop *shop,
		 struct round *round, struct error *err)
{
	shop->site.slots.most = command->jobs ? command->jobs : 4;
	if (workshop_open(shop, &command->settings, err) < 0 ||
	    workshop_read(shop, path, err) < 0 || workshop_check(shop, err) < 0)
		return -1;
	int status = workshop_run(shop, err);
	return take_images(shop, round, status == 0, err) < 0 ? -1 : status;
}

static int build_once(const struct verify_command *command, const char *path, struct round *round,
		      struct error *err)
{
	struct workshop shop = {.signals = -1, .throwaway = true, .lent = true};
	return workshop_close(&shop, build(command, path, &shop, round, err), err);
}

/* The second begins in another second than the first one ended in: else files that get the time of
 * the build could have the same one, by luck. */
static int build_twice(const struct verify_command *command, const char *path,
		       struct round rounds[2], struct error *err)
{
	int status = build_once(command, path, &rounds[0], err);
	if (status != 0)
		return status;
	sleep(1);
	status = build_once(command, path, &rounds[1], err);
	if (status == 0 && rounds[0].count != rounds[1].count)
		status = error_set(err, "the two builds of %s have not the same cells", path);
	return status;
}

static void print(const struct verify_command *command, const struct round *round, size_t i,
		  const struct value *comparison, struct buf *out)
{
	if (command->format && strcmp(command->format, "json") == 0) {
		buf_puts(out, i ? "," : "");
		json_write_pretty(out, comparison, 2);
		return;
	}
	if (round->count > 1)
		buf_printf(out, "%s:\n", round->images[i].name);
	compare_print(comparison, out);
}

/* As with `why`, cells are a list in JSON. */
static bool compare(const struct verify_command *command, const struct round rounds[2],
		    struct buf *out)
{
	bool json = command->format && strcmp(command->format, "json") == 0;
	bool list = json && rounds->count > 1, same = true;
	buf_puts(out, list ? "[" : "");
	for (size_t i = 0; i < rounds->count; i++) {
		auto_arena struct arena arena = {0};
		const struct value *comparison = compare_images(
			&rounds[0].images[i], &rounds[1].images[i], command->ignore_times, &arena);
		print(command, rounds, i, comparison, out);
		same &= compare_is_same(comparison);
	}
	buf_puts(out, list ? "]\n" : json ? "\n" : "");
	return same;
}

static int run(const struct verify_command *command, const char *path, struct round rounds[2],
	       struct error *err)
{
	auto_buf struct buf out = {0};
	int status = build_twice(command, path, rounds, err);
	if (status != 0)
		return status;
	bool same = compare(command, rounds, &out);
	fputs(buf_text(&out), stdout);
	fflush(stdout);
	if (same)
		return EXIT_OK;
	error_set(err, "two builds of %s differ", path);
	return error_class(err, EXIT_DIFFERENT, ERROR_DIFFERENT);
}

static int verify(void *options, int argc, char **argv, struct error *err)
{
	struct round rounds[2] = {0};
	if (argc != 2)
		return commands_misused(&command_verify, "name one manifest", err);
	int status = run(options, argv[1], rounds, err);
	round_free(&rounds[0]);
	round_free(&rounds[1]);
	return status;
}

static const struct option verify_options[] = {
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "text (default) or json",
	 .choices = "text json",
	 OPTION_INTO(struct verify_command, format)},
	{.name = "ignore-times",
	 .help = "times of files don't count",
	 OPTION_INTO(struct verify_command, ignore_times)},
	{.name = "jobs",
	 .letter = 'j',
	 .argument = "N",
	 .help = "containers at once (default: 4)",
	 OPTION_INTO(struct verify_command, jobs)},
	{0},
};

const struct command command_verify = {
	.name = "verify",
	.summary = "build twice, and tell whether the images are the same",
	.usage = "verify MANIFEST [OPTION]...",
	.text = "Builds a manifest twice, with nothing from earlier builds, and compares the two\n"
		"images as `factory diff` does: each path of their file systems, each field of\n"
		"their configs. Neither image stays. What the manifest stands on by `from` is\n"
		"built once. Ends with 0 where they are the same, with 13 where they are not.",
	.options = {verify_options, settings_values_options, settings_manifest_options,
		    settings_build_options, settings_engine_options, settings_fleet_options},
	.words = WORD_MANIFEST,
	.size = sizeof(struct verify_command),
	.run = verify,
};
