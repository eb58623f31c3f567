/* factory diff: what two images, or two manifests' artifacts, differ in. */
#include "common/json.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/workshop.h"
#include "host/compare/compare.h"
#include "host/exit_codes.h"

#include <string.h>
#include <sys/stat.h>

struct diff_command {
	struct settings settings;
	const char *format;
	bool ignore_times;
};

static int refuse(const char *path, const char *why, int exit_code, struct error *err)
{
	error_set(err, "%s %s", path, why);
	err->exit_code = exit_code;
	return -1;
}

static size_t index_of(const struct workshop *shop, const char *path)
{
	char *real = realpath(path, NULL);
	size_t i = 0;
	while (real && i < shop->sheet_count && strcmp(shop->sheets[i].real, real) != 0)
		i++;
	free(real);
	return i;
}

/* Those that it stands on come first. */
static const char *find_artifact(struct workshop *shop, const char *path, struct error *err)
{
	if (workshop_read(shop, path, err) < 0)
		return NULL;
	const struct sheet *sheet = &shop->sheets[index_of(shop, path)];
	if (sheet->count != 1) {
		refuse(path, "has a matrix: name two of its images instead", EXIT_USAGE, err);
		return NULL;
	}
	for (size_t i = 0; i <= sheet->first; i++)
		if (job_find(shop, &shop->jobs[i], err) < 0)
			return NULL;
	const char *image = shop->jobs[sheet->first].outcome.image;
	if (!image)
		refuse(path, "is not built as it is now: `factory build` it first", EXIT_STALE,
		       err);
	return image;
}

/* What is a file is a manifest. */
static int read_side(struct workshop *shop, const char *name, struct compare_image *image,
		     struct error *err)
{
	struct stat info;
	const char *ref = name;
	if (stat(name, &info) == 0 && S_ISREG(info.st_mode))
		ref = find_artifact(shop, name, err);
	if (!ref ||
	    compare_read(workshop_site_of(shop, ref)->engine, shop->site.loop, ref, image, err) < 0)
		return -1;
	image->name = arena_strdup(&image->arena, name);
	return 0;
}

static int print(const struct diff_command *command, const struct value *comparison)
{
	auto_buf struct buf out = {0};
	if (command->format && strcmp(command->format, "json") == 0) {
		json_write_pretty(&out, comparison, 2);
		buf_puts(&out, "\n");
	} else {
		compare_print(comparison, &out);
	}
	fputs(buf_text(&out), stdout);
	return compare_is_same(comparison) ? EXIT_OK : EXIT_DIFFERENT;
}

static int run(struct diff_command *command, char *const names[2], struct workshop *shop,
	       struct error *err)
{
	__attribute__((cleanup(compare_image_free))) struct compare_image a = {0}, b = {0};
	auto_arena struct arena arena = {0};
	if (workshop_open(shop, &command->settings, err) < 0 ||
	    read_side(shop, names[0], &a, err) < 0 || read_side(shop, names[1], &b, err) < 0)
		return -1;
	return print(command, compare_images(&a, &b, command->ignore_times, &arena));
}

static int diff(void *options, int argc, char **argv, struct error *err)
{
	struct workshop shop = {.signals = -1, .is_spread = true, .wants_all = true};
	if (argc != 3)
		return commands_misused(&command_diff, "name two images, or manifests", err);
	return workshop_close(&shop, run(options, argv + 1, &shop, err), err);
}

static const struct option diff_options[] = {
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "text (default) or json",
	 .choices = "text json",
	 OPTION_INTO(struct diff_command, format)},
	{.name = "ignore-times",
	 .help = "times of files don't count",
	 OPTION_INTO(struct diff_command, ignore_times)},
	{0},
};

const struct command command_diff = {
	.name = "diff",
	.summary = "tell what two images differ in, by file and by config",
	.usage = "diff A B [OPTION]...",
	.text = "Compares two images: each path of their file systems, each field of their\n"
		"configs. A name that is a file is a manifest, and means the image that it was\n"
		"last built to. Ends with 0 where they are the same, with 13 where they are not.",
	.options = {diff_options, settings_manifest_options, settings_values_options,
		    settings_build_options, settings_engine_options},
	.words = WORD_IMAGE | WORD_MANIFEST,
	.size = sizeof(struct diff_command),
	.run = diff,
};
