/* Any text as a manifest, of either dialect: read, its graph made, a Dockerfile translated. */
#include "common/file.h"
#include "common/own.h"
#include "host/graph/graph.h"
#include "host/init/init.h"
#include "host/manifest/manifest.h"
#include "tests/fuzz/modules_here.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A directory of its own, so that includes and copies find only what was written there. The working
 * directory stays: the fuzzer reads its corpus by relative paths. */
static const char *place(char *path, size_t size, const char *name)
{
	static char directory[] = "/tmp/factory-fuzz-XXXXXX";
	static bool made;
	if (!made && !mkdtemp(directory))
		abort();
	made = true;
	snprintf(path, size, "%s/%s", directory, name);
	return path;
}

static void read_as(const char *name, const uint8_t *data, size_t size)
{
	char buffer[64];
	const char *path = place(buffer, sizeof buffer, name);
	struct manifest_problems problems = {0};
	struct manifest_options options = {.problems = &problems, .modules = &modules_here};
	auto_error struct error err = {0};
	auto_buf struct buf out = {0};
	if (file_replace(path, data, size, 0600, (uid_t)-1, (gid_t)-1, &err) < 0)
		abort();
	struct manifest *manifest = manifest_read(path, &options, &err);
	if (!manifest == !error_is_set(&err) || !manifest == !problems.count)
		abort();
	for (size_t i = 0; manifest && i < manifest->cell_count; i++) {
		struct graph *graph = graph_new(manifest->cells[i]);
		graph_write_json(&graph, 1, &out);
		graph_free(graph);
	}
	manifest_free(manifest);
	manifest_problems_free(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_buf struct buf out = {0};
	if (!size || size > 4096 || memmem(data, size, "/dev", 4) || memmem(data, size, "/proc", 5))
		return 0;
	read_as("m.yml", data, size);
	read_as(".travis.yml", data, size);
	init_dockerfile((const char *)data, size, &out);
	return 0;
}
