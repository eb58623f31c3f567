/* Text -> Jinja2 -> YAML -> struct manifest, for each cell of the matrix. */
#include "host/manifest/manifest.h"

#include "common/guard.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/manifest/learn.h"
#include "host/manifest/problems.h"
#include "host/manifest/secrets.h"
#include "host/manifest/sections.h"
#include "host/manifest/travis.h"
#include "host/manifest/when.h"
#include "host/modules/module.h"

#include <limits.h>

static struct manifest *manifest_new(const char *path)
{
	auto_manifest struct manifest *manifest = mem_alloc(sizeof *manifest);
	manifest->path = arena_strdup(&manifest->arena, path);
	manifest->directory = sources_directory(&manifest->arena, path);
	return STEAL(manifest);
}

/* The first cell is `first` itself. */
static int read_cell(struct loader *loader, struct manifest *first, const struct travis_cell *cell,
		     struct manifest *manifest)
{
	struct reader reader = {.manifest = manifest,
				.options = loader->options,
				.sources = loader->sources,
				.incomplete = loader->incomplete,
				.problems = loader->problems};
	manifest->travis = first->travis;
	if (manifest->travis)
		travis_defaults(&manifest->arena, cell->root);
	loader->manifest = manifest;
	if (sections_read(&reader, modules_merge(loader, cell->root)) < 0)
		return -1;
	manifest->cell = cell->name ? cell->name : manifest->cell;
	manifest->may_fail = cell->may_fail;
	if (when_apply(loader, &manifest->install) < 0 || when_apply(loader, &manifest->tests) < 0)
		return -1;
	travis_phases(manifest);
	return 0;
}

enum { MOST_STEPS = 200000 }; /* of all cells together */

static int refuse_size(struct loader *loader, const struct value *root)
{
	struct position at = sources_locate(loader->sources, root->line, root->column);
	manifest_problems_add(loader->problems, at, "value",
			      "the cells of the matrix have too many steps together", NULL);
	return -1;
}

static int read_cells(struct loader *loader, struct manifest *first,
		      const struct travis_matrix *matrix)
{
	int status = 0;
	size_t steps = 0;
	first->fast_finish = matrix->fast_finish;
	first->cells = arena_alloc(&first->arena, matrix->count * sizeof(struct manifest *));
	for (const struct travis_cell *cell = matrix->first; cell; cell = cell->next) {
		struct manifest *manifest = first->cell_count ? manifest_new(first->path) : first;
		first->cells[first->cell_count++] = manifest;
		if (read_cell(loader, first, cell, manifest) < 0)
			status = -1;
		steps += manifest->install.count + manifest->tests.count;
		if (matrix->count > 1 && steps > MOST_STEPS)
			return refuse_size(loader, cell->root);
	}
	return status;
}

static int read_tree(struct loader *loader, struct manifest *manifest, const struct value *root)
{
	struct reader reader = {.manifest = manifest,
				.options = loader->options,
				.sources = loader->sources,
				.problems = loader->problems};
	struct travis_matrix matrix = {0};
	if (root->kind != VALUE_MAP)
		return reader_map(&reader, root, &manifest_section, manifest);
	manifest->travis = travis_is(manifest->path, root);
	if (travis_expand(&reader, root, &matrix) < 0)
		return -1;
	return read_cells(loader, manifest, &matrix);
}

/* One pass over all files, with the facts that are known. */
static struct manifest *pass(const char *path, struct loader *loader)
{
	auto_manifest struct manifest *manifest = manifest_new(path);
	struct sources sources = {.arena = &manifest->arena};
	char real[PATH_MAX];
	const struct include_chain chain = {
		NULL, path, realpath(path, real) ? arena_strdup(&manifest->arena, real) : path};
	loader->manifest = manifest;
	loader->arena = &manifest->arena;
	loader->sources = &sources;
	loader->chain = &chain;
	loader->files = loader->modules = 0;
	const struct value *root = loader->options->testing
					   ? module_test_tree(loader, manifest->directory)
					   : load_tree(loader, path);
	if (root && read_tree(loader, manifest, root) == 0 && !loader->problems->count)
		return STEAL(manifest);
	return NULL;
}

/* A manifest whose text depends on facts or on its pillar is read twice: first with placeholders,
 * to learn the base image and the pillar's files, then with what these come to. */
static struct manifest *read_twice(const char *path, struct loader *loader, struct error *err)
{
	loader->facts = loader->pillar = jinja_placeholder(loader->lasting);
	auto_manifest struct manifest *manifest = pass(path, loader);
	if (!manifest || !loader->options->facts)
		return STEAL(manifest);
	if (loader->reads_facts || loader->reads_pillar) {
		int status = learn(loader, manifest, err);
		manifest_free(STEAL(manifest));
		manifest = status == 0 ? pass(path, loader) : NULL;
	}
	if (!manifest || learn_keys(loader, manifest, err) == 0)
		return STEAL(manifest);
	return NULL;
}

struct reading {
	const char *path;
	const struct manifest_options *options;
	struct manifest *manifest;
};

static int read_manifest(void *ctx, struct error *err)
{
	struct reading *reading = ctx;
	auto_arena struct arena arena = {0};
	auto_problems struct manifest_problems own = {0};
	const struct manifest_options *options = reading->options;
	struct manifest_problems *problems = options->problems ? options->problems : &own;
	struct loader loader = {.options = options,
				.problems = problems,
				.lasting = &arena,
				.secrets = value_list(&arena)};
	auto_manifest struct manifest *manifest = read_twice(reading->path, &loader, err);
	manifest_problems_sort(problems);
	if (!manifest && problems->count && !error_is_set(err))
		problems_error(&problems->items[0], err);
	secrets_hide_error(loader.secrets, err);
	if (!manifest && !err->exit_code)
		err->exit_code = EXIT_MANIFEST;
	reading->manifest = STEAL(manifest);
	return reading->manifest ? 0 : -1;
}

struct manifest *manifest_read(const char *path, const struct manifest_options *options,
			       struct error *err)
{
	struct reading reading = {.path = path, .options = options};
	mem_guard(read_manifest, &reading, err);
	return reading.manifest;
}

int manifest_render(const char *path, const struct manifest_options *options, struct buf *out,
		    struct error *err)
{
	auto_manifest struct manifest *manifest = manifest_new(path);
	struct sources sources = {.arena = &manifest->arena};
	auto_problems struct manifest_problems problems = {0};
	struct value *unknown = jinja_placeholder(&manifest->arena);
	struct loader loader = {.manifest = manifest,
				.arena = &manifest->arena,
				.options = options,
				.sources = &sources,
				.problems = &problems,
				.facts = unknown,
				.pillar = unknown};
	const struct source *source = load_text(&loader, path);
	if (source)
		buf_add(out, source->text.data, source->text.len);
	else
		problems_error(&problems.items[0], err);
	if (!source)
		err->exit_code = EXIT_MANIFEST;
	return source ? 0 : -1;
}

struct value *manifest_ignored(const struct manifest *manifest, struct arena *arena)
{
	struct value *seen = value_map(arena), *list = value_list(arena);
	for (size_t c = 0; c < manifest->cell_count; c++) {
		const struct value *own = manifest->cells[c]->ignored;
		for (size_t i = 0; own && i < own->list.len; i++) {
			const char *key = value_text(own->list.items[i]);
			if (!value_get(seen, key))
				value_append(arena, list, value_string(arena, key));
			value_set(arena, seen, key, value_null(arena));
		}
	}
	return list;
}

void manifest_free(struct manifest *manifest)
{
	if (!manifest)
		return;
	/* The cells' values are in the first one's arena. */
	for (size_t i = 1; i < manifest->cell_count; i++)
		manifest_free(manifest->cells[i]);
	arena_free(&manifest->arena);
	free(manifest);
}
