#include "common/file.h"
#include "common/hash.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/modules/pack.h"
#include "host/modules/source.h"

struct pack_command {
	struct settings settings;
	const char *output;
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

static int pack(void *options, int argc, char **argv, struct error *err)
{
	const struct pack_command *command = options;
	if (argc != 2)
		return commands_misused(&command_module_pack, "name one module's directory", err);
	return check_and_write(&command->settings, argv[1], command->output, err);
}

static const struct option pack_options[] = {
	{.name = "output",
	 .letter = 'o',
	 .argument = "FILE",
	 .help = "where to; default: NAME-VERSION.tar.gz here",
	 .words = WORD_FILE,
	 OPTION_INTO(struct pack_command, output)},
	{0},
};

const struct command command_module_pack = {
	.name = "module pack",
	.summary = "make the archive of a module, the same bytes each time",
	.usage = "module pack DIR [OPTION]...",
	.text = "Makes NAME-VERSION.tar.gz of a module, the same bytes of the same files each\n"
		"time, and prints its SHA-256: for `tarball:` and `sha256:` in a manifest.",
	.options = {pack_options},
	.words = WORD_DIRECTORY,
	.size = sizeof(struct pack_command),
	.run = pack,
};
