#include "common/file.h"
#include "common/own.h"
#include "host/build/provenance.h"
#include "host/cache/resume.h"
#include "host/commands/commands.h"
#include "host/commands/locking.h"
#include "host/commands/workshop.h"
#include "host/exit_codes.h"
#include "host/graph/graph.h"

#include <limits.h>
#include <string.h>

/* One manifest while it is being locked. */
struct locking_one {
	struct workshop *shop;
	struct locking *locking;
	const struct manifest *manifest;
	const char *base_id; /* of what it stands on, where that is cached; else NULL */
	const char *image;   /* of the last cell, where all are cached; else NULL */
	struct value *names; /* of the values that its templates read */
};

/* --- what its templates read: the cached artifact knows --- */

static void add_names(struct locking_one *one, const struct value *reads)
{
	struct arena *arena = &one->locking->lock.arena;
	for (size_t i = 0; value_is(reads, VALUE_LIST) && i < reads->list.len; i++) {
		const struct value *read = reads->list.items[i];
		const char *kind = value_text(value_get(read, "kind"));
		if (kind && !values_only_in_target(kind))
			value_set(arena, one->names, locking_value_name(read, arena),
				  value_null(arena));
	}
}

/* The key that the build of a cell has on an image that is there. */
static int key_of(const struct manifest *cell, const struct value *base, char *key,
		  struct error *err)
{
	const char *id = value_text(value_get(base, "Id"));
	auto_arena struct arena arena = {0};
	const struct manifest *labelled = provenance_add(cell, base, &arena, err);
	if (!labelled)
		return -1;
	struct graph *graph = graph_new(labelled);
	int status = graph_keys(graph, id ? id : "", err);
	memcpy(key, graph->nodes[graph->count - 1]->key, HASH_HEX);
	graph_free(graph);
	return status;
}

static int look_up_cell(struct locking_one *one, struct manifest *cell, struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	struct engine *engine = one->shop->site.engine;
	const struct value *reads = NULL;
	char key[HASH_HEX];
	one->image = NULL;
	if (cell->from)
		cell->image = one->base_id;
	if (!cell->image)
		return 0;
	engine_image_inspect(engine, cell->image, engine_keep, &kept);
	if (engine_finish(engine, &kept, err) < 0)
		return -1;
	if (kept.status != ENGINE_OK)
		return 0;
	if (key_of(cell, kept.body, key, err) < 0 ||
	    resume_reads(engine, key, &one->shop->arena, &one->image, &reads, err) < 0)
		return -1;
	add_names(one, reads);
	return 0;
}

static int find_values(struct locking_one *one, struct error *err)
{
	const struct manifest *manifest = one->manifest;
	bool cached = true;
	one->names = value_map(&one->locking->lock.arena);
	for (size_t i = 0; i < manifest->cell_count; i++) {
		if (look_up_cell(one, manifest->cells[i], err) < 0)
			return -1;
		cached &= one->image != NULL;
	}
	if (cached || !locking_renders(manifest))
		return workshop_values(one->shop, one->locking, manifest, one->names, err);
	fprintf(stderr,
		"factory: %s: what its templates read is not locked, for it has not been built as "
		"it "
		"is now: build it, then lock it again\n",
		manifest->path);
	return 0;
}

/* --- the file --- */

static void print_change(void *ctx, const char *line)
{
	const struct locking *locking = ctx;
	printf("%s: %s\n", locking->lock.path, line);
}

static int write_lock(struct locking *locking, const char *manifest, struct error *err)
{
	auto_buf struct buf text = {0};
	struct lock_section now = locking->now;
	struct lock_section *section = lock_renew(&locking->lock, manifest);
	now.manifest = section->manifest;
	*section = now;
	lock_write(&locking->lock, &text);
	return file_replace(locking->lock.path, text.data, text.len, 0644, (uid_t)-1, (gid_t)-1,
			    err);
}

/* Values that were locked and now are not known are gone with a line of their own. */
static int conclude(struct locking_one *one, struct error *err)
{
	struct locking *locking = one->locking;
	size_t count = lock_compare(locking->before, &locking->now, print_change, locking);
	bool forgot =
		locking->before && locking->before->knows_values && !locking->now.knows_values;
	bool learnt = !forgot && locking->now.knows_values &&
		      !(locking->before && locking->before->knows_values);
	if (forgot)
		print_change(locking, "what its templates read is no longer known");
	if (!count && !forgot && !learnt && locking->before) {
		printf("%s: nothing has changed for %s\n", locking->lock.path, one->manifest->path);
		return 0;
	}
	return write_lock(locking, one->manifest->path, err);
}

static int lock_one(struct workshop *shop, const char *path, const struct chain *outer,
		    const char **image, struct error *err);

/* What it stands on has a lock of its own. */
static int lock_base(struct locking_one *one, const struct chain *chain, struct error *err)
{
	const struct manifest *manifest = one->manifest;
	if (!manifest->from)
		return 0;
	if (workshop_refuse_circle(manifest, chain, err) < 0)
		return -1;
	return lock_one(one->shop, manifest->from, chain, &one->base_id, err);
}

static int lock_read_manifest(struct locking_one *one, const char *path, const struct chain *chain,
			      struct error *err)
{
	struct manifest *manifest = workshop_manifest(one->shop, path, one->locking, err);
	if (!manifest)
		return -1;
	one->manifest = manifest;
	int status = lock_base(one, chain, err);
	if (status == 0)
		status = find_values(one, err);
	if (status == 0)
		status = conclude(one, err);
	manifest_free(manifest);
	return status;
}

/* *image: the artifact's id where it is cached, else NULL. */
static int lock_one(struct workshop *shop, const char *path, const struct chain *outer,
		    const char **image, struct error *err)
{
	char real[PATH_MAX];
	const struct chain chain = {outer, path, realpath(path, real) ? real : path};
	struct locking locking = {.mode = LOCKING_RENEW};
	struct locking_one one = {.shop = shop, .locking = &locking};
	int status = lock_read_manifest(&one, path, &chain, err);
	*image = one.image;
	locking_close(&locking);
	return status;
}

static int run(struct workshop *shop, const struct settings *settings, char *const *paths,
	       struct error *err)
{
	const char *image;
	if (workshop_open(shop, settings, err) < 0)
		return -1;
	for (; *paths; paths++)
		if (lock_one(shop, *paths, NULL, &image, err) < 0)
			return -1;
	return EXIT_OK;
}

static int lock_manifests(void *options, int argc, char **argv, struct error *err)
{
	struct workshop shop = {.signals = -1};
	if (argc < 2)
		return commands_misused(&command_lock, "name a manifest", err);
	return workshop_close(&shop, run(&shop, options, argv + 1, err), err);
}

const struct command command_lock = {
	.name = "lock",
	.summary = "pin what manifests name: images, modules, values",
	.usage = "lock MANIFEST... [OPTION]...",
	.text = "Writes factory.lock beside each manifest: base images and modules by digest, and\n"
		"the hashes of what its templates read, as all of that is now. Prints what has\n"
		"changed.",
	.options = {settings_values_options, settings_manifest_options, settings_engine_options},
	.words = WORD_MANIFEST,
	.size = sizeof(struct settings),
	.run = lock_manifests,
};
