/* Any text as a module.yml: used by a manifest, and as what tests itself. */
#include "common/file.h"
#include "common/own.h"
#include "host/modules/module.h"
#include "tests/fuzz/modules_here.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char use[] = "image: x\nmodules:\n  - ./m\n  - ./m: {port: 80, name: a, list: [1]}\n";

/* A directory of its own, with nothing in it but the module and what uses it. */
static const char *place(char *path, size_t size, const char *name)
{
	static char directory[] = "/tmp/factory-fuzz-XXXXXX";
	static bool made;
	if (!made && !mkdtemp(directory))
		abort();
	snprintf(path, size, "%s/m", directory);
	if (!made && mkdir(path, 0700) < 0)
		abort();
	made = true;
	snprintf(path, size, "%s/%s", directory, name);
	return path;
}

static void write_as(const char *path, const void *data, size_t size)
{
	auto_error struct error err = {0};
	if (file_replace(path, data, size, 0600, (uid_t)-1, (gid_t)-1, &err) < 0)
		abort();
}

static void read_as(const char *path, const struct manifest_testing *testing)
{
	auto_problems struct manifest_problems problems = {0};
	struct manifest_options options = {
		.problems = &problems, .testing = testing, .modules = &modules_here};
	auto_error struct error err = {0};
	auto_manifest struct manifest *manifest = manifest_read(path, &options, &err);
	if (!manifest == !error_is_set(&err) ||
	    (!manifest == !problems.count && err.code != ERROR_MEMORY))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct manifest_testing testing = {.sketch = true};
	char manifest[64], module[64];
	if (!size || size > 4096 || memmem(data, size, "/dev", 4) || memmem(data, size, "/proc", 5))
		return 0;
	place(manifest, sizeof manifest, "m.yml");
	place(module, sizeof module, "m/module.yml");
	write_as(manifest, use, sizeof use - 1);
	write_as(module, data, size);
	read_as(manifest, NULL);
	read_as(module, &testing);
	return 0;
}
