#include "common/file.h"
#include "common/hash.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/module.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/modules/pack.h"
#include "host/modules/source.h"

static const struct option_usage usage = {
	"factory module pack DIR [OPTION]...",
	"Makes NAME-VERSION.tar.gz of a module, the same bytes of the same files each time, and\n"
	"prints its SHA-256: for `tarball:` and `sha256:` in a manifest.",
};

static int write_archive(const char *directory, const struct module_use *use, const char *output,
			 struct error *err)
{
	auto_buf struct buf archive = {0};
	char hex[HASH_HEX];
	autofree char *name =
		mem_printf("%s%s%s.tar.gz", use->name, *use->version ? "-" : "", use->version);
	const char *path = output ? output : name;
	if (module_pack(directory, &archive, err) < 0 ||
	    file_replace(path, archive.data, archive.len, 0644, (uid_t)-1, (gid_t)-1, err) < 0)
		return -1;
	hash_hex(archive.data, archive.len, hex);
	printf("%s  %s\n", hex, path);
	return EXIT_OK;
}

/* What is wrong is not packed. */
static int check_and_write(const struct settings *common, const char *directory, const char *output,
			   struct error *err)
{
	static const struct manifest_testing testing = {.sketch = true};
	struct settings settings = *common;
	autofree char *path = mem_printf("%s/module.yml", directory);
	settings.testing = &testing;
	struct manifest *manifest = settings_manifest(&settings, path, NULL, err);
	if (!manifest)
		return -1;
	int status = write_archive(directory, &manifest->modules[manifest->module_count - 1],
				   output, err);
	manifest_free(manifest);
	return status;
}

static int pack(struct settings *settings, int argc, char **argv, struct error *err)
{
	const char *output = NULL;
	const struct option_line lines[] = {
		{.name = "output",
		 .letter = 'o',
		 .argument = "FILE",
		 .help = "where to; default: NAME-VERSION.tar.gz here",
		 .text = &output},
	};
	int status = options_parse(&argc, argv, lines, COUNT_OF(lines), &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc != 2)
		return settings_misused(&usage, "name one module's directory", err);
	return check_and_write(settings, argv[1], output, err);
}

int module_command_pack(int argc, char **argv, struct error *err)
{
	return settings_run(pack, argc, argv, err);
}
