#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/commands/workshop.h"
#include "host/exit_codes.h"

#include <string.h>

static const struct option_usage usage = {
	"factory build MANIFEST -t REPO:TAG [OPTION]...",
	"Builds an image: install steps in one container, each test on a branch of its own from\n"
	"the provisioned state, and the tag moves when all of them have passed.",
};

/* The options of this command alone. */
struct flags {
	const char *tag;
	bool no_cache, push, locked;
	unsigned jobs;
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
	err->exit_code = EXIT_USAGE;
	return -1;
}

static int run(struct settings *settings, const struct flags *flags, const char *path,
	       struct workshop *shop, struct error *err)
{
	shop->no_cache = flags->no_cache;
	shop->jobs = flags->jobs;
	shop->push = flags->push;
	shop->locked = flags->locked;
	if (flags->tag &&
	    split_name(&settings->arena, flags->tag, &shop->repo, &shop->tag, err) < 0)
		return -1;
	if (workshop_open(shop, err) < 0)
		return -1;
	struct manifest *manifest = workshop_manifest(shop, path, NULL, err);
	if (!manifest)
		return -1;
	int code = workshop_cells(shop, manifest, err);
	manifest_free(manifest);
	return code;
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
		 .help = "test branches at once (default: 4)",
		 .number = &flags.jobs},
		{.name = "push",
		 .help = "push the image's names to their registry when it is built",
		 .flag = &flags.push},
		{.name = "locked",
		 .help = "build only if everything is as factory.lock says",
		 .flag = &flags.locked},
		{.name = "kv",
		 .argument = "FILE",
		 .help = "keys for templates, from a YAML or JSON file",
		 .text = &settings->kv_file},
		{.name = "consul",
		 .argument = "ADDR",
		 .help = "Consul's address (default: CONSUL_HTTP_ADDR, the manifest)",
		 .text = &settings->consul},
	};
	size_t count = 7;
	count += settings_manifest_lines(settings, lines + count);
	count += settings_engine_lines(settings, lines + count);
	int status = options_parse(&argc, argv, lines, count, &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc != 2)
		return settings_misused(&usage, "name one manifest", err);
	struct workshop shop = {.settings = settings, .signals = -1};
	status = run(settings, &flags, argv[1], &shop, err);
	return workshop_close(&shop, status, err);
}

int command_build(int argc, char **argv, struct error *err)
{
	return settings_run(build, argc, argv, err);
}
