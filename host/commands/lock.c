#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/build/cache.h"
#include "host/commands/commands.h"
#include "host/commands/locking.h"
#include "host/commands/workshop.h"
#include "host/exit_codes.h"
#include "host/graph/graph.h"

#include <limits.h>
#include <string.h>

static const struct option_usage usage = {
	"factory lock MANIFEST... [OPTION]...",
	"Writes factory.lock beside each manifest: base images and modules by digest, and the "
	"hashes of\n"
	"what its templates read, as all of that is now. Prints what has changed.",
};

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

static const char *base_of(const struct locking_one *one, const struct manifest *cell,
			   struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	if (cell->from)
		return one->base_id;
	engine_image_inspect(one->shop->engine, cell->image, engine_keep, &kept);
	if (engine_finish(one->shop->engine, &kept, err) < 0)
		return NULL;
	const char *id = value_text(value_get(kept.body, "Id"));
	return id ? arena_strdup(&one->shop->arena, id) : NULL;
}

static int look_up_cell(struct locking_one *one, const struct manifest *cell, struct error *err)
{
	const struct value *reads = NULL;
	const char *base = base_of(one, cell, err);
	one->image = NULL;
	if (!base)
		return error_is_set(err) ? -1 : 0;
	struct graph *graph = graph_new(cell);
	int status = graph_keys(graph, base, err);
	if (status == 0)
		status = cache_reads(one->shop->engine, graph->nodes[graph->count - 1]->key,
				     &one->shop->arena, &one->image, &reads, err);
	graph_free(graph);
	add_names(one, reads);
	return status;
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
	struct manifest *manifest = workshop_read(one->shop, path, one->locking, err);
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

static int run(char **paths, struct workshop *shop, struct error *err)
{
	const char *image;
	if (workshop_open(shop, err) < 0)
		return -1;
	for (; *paths; paths++)
		if (lock_one(shop, *paths, NULL, &image, err) < 0)
			return -1;
	return EXIT_OK;
}

static int lock_manifests(struct settings *settings, int argc, char **argv, struct error *err)
{
	struct option_line lines[2 * SETTINGS_MOST] = {
		{.name = "kv",
		 .argument = "FILE",
		 .help = "keys for templates, as `factory build` will get them",
		 .text = &settings->kv_file},
		{.name = "consul",
		 .argument = "ADDR",
		 .help = "Consul's address (default: CONSUL_HTTP_ADDR, the manifest)",
		 .text = &settings->consul},
	};
	size_t count = 2;
	count += settings_manifest_lines(settings, lines + count);
	count += settings_engine_lines(settings, lines + count);
	int status = options_parse(&argc, argv, lines, count, &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc < 2)
		return settings_misused(&usage, "name a manifest", err);
	struct workshop shop = {.settings = settings, .signals = -1};
	status = run(argv + 1, &shop, err);
	return workshop_close(&shop, status, err);
}

int command_lock(int argc, char **argv, struct error *err)
{
	return settings_run(lock_manifests, argc, argv, err);
}
