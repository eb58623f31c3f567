#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/graph/graph.h"

static const struct option_usage usage = {
	"factory check MANIFEST... [OPTION]...",
	"Validates manifests without an engine: Jinja2, YAML, keys, and the files they name.",
};

static int check_one(const struct settings *settings, const char *path, struct error *err)
{
	struct manifest *manifest = settings_manifest(settings, path, NULL, err);
	if (!manifest)
		return -1;
	printf("%s: fine (%s, %zu install step%s, %zu test%s)\n", path, manifest->image,
	       manifest->install.count, manifest->install.count == 1 ? "" : "s",
	       manifest->tests.count, manifest->tests.count == 1 ? "" : "s");
	manifest_free(manifest);
	return 0;
}

static int check(struct settings *settings, int argc, char **argv, struct error *err)
{
	struct option_line lines[SETTINGS_MOST];
	size_t count = settings_manifest_lines(settings, lines);
	int status = options_parse(&argc, argv, lines, count, &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc < 2)
		return settings_misused(&usage, "name a manifest", err);
	for (int i = 1; i < argc; i++)
		if (check_one(settings, argv[i], err) < 0)
			return -1;
	return EXIT_OK;
}

int command_check(int argc, char **argv, struct error *err)
{
	return settings_run(check, argc, argv, err);
}
