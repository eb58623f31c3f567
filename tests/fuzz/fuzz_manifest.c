/* Any text as a manifest, of either dialect: read, its graph made, a Dockerfile translated. */
#include "common/file.h"
#include "common/own.h"
#include "host/graph/graph.h"
#include "host/init/init.h"
#include "host/manifest/manifest.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In a directory of its own, so that includes and copies find only what was written there. */
static int enter(void)
{
	char directory[] = "/tmp/factory-fuzz-XXXXXX";
	return mkdtemp(directory) ? chdir(directory) : -1;
}

static void read_as(const char *path, const uint8_t *data, size_t size)
{
	struct manifest_problems problems = {0};
	struct manifest_options options = {.problems = &problems};
	auto_error struct error err = {0};
	auto_buf struct buf out = {0};
	if (file_replace(path, data, size, 0600, (uid_t)-1, (gid_t)-1, &err) < 0)
		abort();
	struct manifest *manifest = manifest_read(path, &options, &err);
	if (!manifest == !error_is_set(&err) || !manifest == !problems.count)
		abort();
	for (size_t i = 0; manifest && i < manifest->cell_count; i++) {
		struct graph *graph = graph_new(manifest->cells[i]);
		graph_write_json(graph, &out);
		graph_free(graph);
	}
	manifest_free(manifest);
	manifest_problems_free(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int entered = -1;
	auto_buf struct buf out = {0};
	if (entered < 0 && (entered = enter()) < 0)
		abort();
	if (!size || size > 4096 || memmem(data, size, "/dev", 4) || memmem(data, size, "/proc", 5))
		return 0;
	read_as("m.yml", data, size);
	read_as(".travis.yml", data, size);
	init_dockerfile((const char *)data, size, &out);
	return 0;
}
