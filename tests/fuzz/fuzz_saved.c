/* Any bytes as an image that an engine saves: a tree, sorted and with each path once, or an error.
 */
#include "common/own.h"
#include "host/compare/compare.h"
#include "host/compare/layers.h"
#include "host/saved/archive.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		const struct tree_file *file = &tree->files[i];
		if (i && strcmp(tree->files[i - 1].path, file->path) >= 0)
			abort();
		if (tree_find(tree, file->path, strlen(file->path)) != file)
			abort();
	}
}

static void read_as(const uint8_t *data, size_t size,
		    int (*read)(struct archive *archive, struct arena *arena, struct tree *tree,
				struct error *err))
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct tree tree = {0};
	struct archive *archive = saved_archive();
	if (archive_read_open_memory(archive, data, size) == ARCHIVE_OK) {
		int status = read(archive, &arena, &tree, &err);
		if (status < 0 && !err.message)
			abort();
		if (status == 0)
			check(&tree);
		if (status == 0 && compare_trees(&tree, &tree, false, &arena)->list.len)
			abort();
	}
	archive_read_free(archive);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_as(data, size, tree_read);
	read_as(data, size, layers_read);
	return 0;
}
