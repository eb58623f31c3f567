#include "common/file.h"
#include "common/kv.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/build/interrupt.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/commands/workshop.h"
#include "host/exit_codes.h"
#include "host/manifest/secrets.h"

#include <string.h>

static const struct option_usage usage = {
	"factory build MANIFEST... [-t REPO:TAG] [OPTION]...",
	"Builds an image: install steps in one container, each test on a branch of its own from\n"
	"the provisioned state, and the tag moves when all of them have passed. Several "
	"manifests,\n"
	"and the cells of a matrix, are built side by side.",
};

/* The options of this command alone. */
struct flags {
	const char *tag;
	bool no_cache;
	unsigned jobs;
};

static void shop_free(struct workshop *shop)
{
	own_close(&shop->signals);
	workshop_clear(shop);
	report_free(shop->report);
	engine_close(shop->site.engine);
	loop_free(shop->site.loop);
	arena_free(&shop->arena);
}

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
	err->exit_code = EXIT_USAGE;
	return -1;
}

static int open_shop(struct settings *settings, struct workshop *shop, struct error *err)
{
	auto_error struct error ignored = {0};
	shop->settings = settings;
	shop->site.toolbox = settings->toolbox;
	shop->signals = interrupt_open(err);
	if (shop->signals < 0 ||
	    settings_engine(settings, &shop->site.loop, &shop->site.engine, err) < 0)
		return -1;
	shop->report = settings_report(settings, shop->site.loop, err);
	if (!shop->report)
		return -1;
	report_add_sink(shop->report, sink_record(&ignored)); /* a build goes without it as well */
	return 0;
}

static int run(struct settings *settings, const struct flags *flags, char *const *paths,
	       struct workshop *shop, struct error *err)
{
	shop->no_cache = flags->no_cache;
	shop->site.slots.most = flags->jobs;
	if (flags->tag &&
	    split_name(&settings->arena, flags->tag, &shop->repo, &shop->tag, err) < 0)
		return -1;
	if (settings->kv_file && !(shop->kv = kv_read(&settings->arena, settings->kv_file, err)))
		return -1;
	if (open_shop(settings, shop, err) < 0)
		return -1;
	for (; *paths; paths++)
		if (workshop_read(shop, *paths, err) < 0)
			return -1;
	return workshop_run(shop, err);
}

/* The caller prints the error, unless what is printed is for a program. */
static int tell_error(const struct workshop *shop, struct error *err)
{
	secrets_hide_error(report_hidden(shop->report), err);
	if (!settings_wants_json(shop->settings))
		return -1;
	autofree char *text = error_text(err);
	report_message(shop->report, "factory: %s", text);
	return err->exit_code ? err->exit_code : EXIT_FAILED;
}

static int build(struct settings *settings, int argc, char **argv, struct error *err)
{
	struct flags flags = {.jobs = 4};
	struct option_line lines[2 * SETTINGS_MOST] = {
		{.name = "tag",
		 .letter = 't',
		 .argument = "REPO:TAG",
		 .help = "what the image is called when all tests have passed",
		 .text = &flags.tag},
		{.name = "no-cache",
		 .help = "run every node, whatever was built before",
		 .flag = &flags.no_cache},
		{.name = "jobs",
		 .letter = 'j',
		 .argument = "N",
		 .help = "containers at once, of all builds (default: 4)",
		 .number = &flags.jobs},
		{.name = "progress",
		 .argument = "HOW",
		 .help = "tty, plain, json or quiet (default: tty on a terminal, else plain)",
		 .text = &settings->progress},
		{.name = "kv",
		 .argument = "FILE",
		 .help = "keys for templates, from a YAML or JSON file",
		 .text = &settings->kv_file},
		{.name = "consul",
		 .argument = "ADDR",
		 .help = "Consul's address (default: CONSUL_HTTP_ADDR, the manifest)",
		 .text = &settings->consul},
	};
	size_t count = 6;
	count += settings_manifest_lines(settings, lines + count);
	count += settings_engine_lines(settings, lines + count);
	int status = options_parse(&argc, argv, lines, count, &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc < 2)
		return settings_misused(&usage, "name a manifest", err);
	if (argc > 2 && flags.tag)
		return settings_misused(&usage,
					"-t names the image of one manifest: where there are "
					"several, let each say its `artifact:`",
					err);
	struct workshop shop = {.signals = -1};
	status = run(settings, &flags, argv + 1, &shop, err);
	if (status < 0 && shop.report)
		status = tell_error(&shop, err);
	shop_free(&shop);
	return status;
}

int command_build(int argc, char **argv, struct error *err)
{
	return settings_run(build, argc, argv, err);
}
