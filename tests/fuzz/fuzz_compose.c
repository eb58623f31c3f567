/* Any text as a compose file: read by a manifest, and described. What stands before a NUL is the
 * file .env beside it. */
#include "common/file.h"
#include "common/own.h"
#include "host/manifest/manifest.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whole paths, for the working directory stays: the fuzzer reads its corpus by relative ones. */
struct files {
	char manifest[64], compose[64], dotenv[64];
};

static void put(const char *path, const void *data, size_t size)
{
	auto_error struct error err = {0};
	if (file_replace(path, data, size, 0600, (uid_t)-1, (gid_t)-1, &err) < 0)
		abort();
}

static const struct files *files(void)
{
	static const char text[] = "image: x\nservices: compose.yml\nscript: a\n";
	static char directory[] = "/tmp/factory-fuzz-XXXXXX";
	static struct files files;
	if (*files.manifest)
		return &files;
	if (!mkdtemp(directory))
		abort();
	snprintf(files.manifest, sizeof files.manifest, "%s/m.yml", directory);
	snprintf(files.compose, sizeof files.compose, "%s/compose.yml", directory);
	snprintf(files.dotenv, sizeof files.dotenv, "%s/.env", directory);
	put(files.manifest, text, sizeof text - 1);
	return &files;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct manifest_problems problems = {0};
	struct manifest_options options = {.problems = &problems};
	if (size > 4096 || memmem(data, size, "/dev", 4) || memmem(data, size, "/proc", 5))
		return 0;
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	size_t before = end ? (size_t)(end - data) : 0, compose = end ? before + 1 : 0;
	put(files()->dotenv, data, before);
	put(files()->compose, data + compose, size - compose);
	struct manifest *manifest = manifest_read(files()->manifest, &options, &err);
	if (!manifest == !error_is_set(&err) || !manifest == !problems.count)
		abort();
	if (manifest && !manifest->services.count)
		abort();
	for (size_t i = 0; manifest && i < manifest->services.count; i++)
		service_describe(&arena, &manifest->services.items[i]);
	manifest_free(manifest);
	manifest_problems_free(&problems);
	return 0;
}
