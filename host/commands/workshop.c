#include "host/commands/workshop.h"

#include "common/kv.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/build/interrupt.h"
#include "host/build/probe.h"
#include "host/commands/locking.h"
#include "host/exit_codes.h"
#include "host/manifest/secrets.h"

#include <limits.h>
#include <string.h>

int workshop_open(struct workshop *shop, struct error *err)
{
	shop->report = settings_report(shop->settings);
	if (shop->settings->kv_file &&
	    !(shop->kv = kv_read(&shop->arena, shop->settings->kv_file, err)))
		return -1;
	shop->signals = interrupt_open(err);
	if (shop->signals < 0)
		return -1;
	return settings_engine(shop->settings, &shop->loop, &shop->engine, err);
}

int workshop_close(struct workshop *shop, int status, struct error *err)
{
	if (status < 0 && shop->report)
		secrets_hide_error(report_hidden(shop->report), err);
	own_close(&shop->signals);
	report_free(shop->report);
	engine_close(shop->engine);
	loop_free(shop->loop);
	arena_free(&shop->arena);
	return status;
}

int workshop_consul(const struct workshop *shop, const struct manifest *manifest,
		    struct consul_target *consul, bool *found, struct error *err)
{
	const char *address = shop->settings->consul, *environment = getenv("CONSUL_HTTP_ADDR");
	if (!address && !(environment && *environment))
		address = manifest->consul;
	*found = address || (environment && *environment);
	return *found ? consul_target_from(consul, address, NULL, err) : 0;
}

/* An image may have several names: -t's one, else all of the manifest's. */
static const char *name_of(struct arena *arena, const struct manifest *manifest, size_t i,
			   const char *suffix)
{
	const char *tag = manifest->tags ? value_text(manifest->tags->list.items[i]) : "latest";
	return suffix ? arena_printf(arena, "%s-%s", tag, suffix) : tag;
}

/* How many the manifest gives it; the first is the build's own. */
static size_t count_names(const struct workshop *shop, const struct manifest *manifest)
{
	return !shop->repo && manifest->repo && manifest->tags ? manifest->tags->list.len : 0;
}

static int name_more(struct workshop *shop, const struct manifest *manifest, const char *suffix,
		     const char *image, struct error *err)
{
	for (size_t i = 1; i < count_names(shop, manifest); i++) {
		__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
		const char *tag = name_of(&shop->arena, manifest, i, suffix);
		engine_image_tag(shop->engine, image, manifest->repo, tag, engine_keep, &kept);
		if (engine_finish(shop->engine, &kept, err) < 0)
			return error_wrap(err, "can't name the image %s:%s", manifest->repo, tag);
	}
	return 0;
}

static int push_all(struct workshop *shop, const struct manifest *manifest, const char *suffix,
		    const struct build_options *options, struct error *err)
{
	if (!shop->push && !manifest->push)
		return 0;
	if (workshop_push(shop, options->repo, options->tag, err) < 0)
		return -1;
	for (size_t i = 1; i < count_names(shop, manifest); i++)
		if (workshop_push(shop, manifest->repo, name_of(&shop->arena, manifest, i, suffix),
				  err) < 0)
			return -1;
	return 0;
}

/* Before anything is built. */
static int check_push(const struct workshop *shop, const struct build_options *options,
		      struct error *err)
{
	if (!shop->push || options->repo)
		return 0;
	error_set(err, "--push needs a name to push to: give -t REPO:TAG, or `artifact:` in the "
		       "manifest");
	err->exit_code = EXIT_USAGE;
	return -1;
}

static void name_first(struct workshop *shop, const struct manifest *manifest, const char *suffix,
		       struct build_options *options)
{
	bool tagged = !manifest->tags || manifest->tags->list.len;
	options->repo = shop->repo ? shop->repo : manifest->repo;
	if (shop->repo && suffix)
		options->tag = arena_printf(&shop->arena, "%s-%s", shop->tag, suffix);
	else if (options->repo)
		options->tag = shop->repo ? shop->tag
			       : tagged   ? name_of(&shop->arena, manifest, 0, suffix)
					  : "latest";
}

/* What comes after the build: its other names, and its registry. */
static int conclude(struct workshop *shop, const struct manifest *manifest, const char *suffix,
		    const struct build_options *options, const struct build_outcome *outcome,
		    double seconds, struct error *err)
{
	if (shop->throwaway) {
		report_notice(shop->report, "passed in %.2f s", seconds);
		return 0;
	}
	if (name_more(shop, manifest, suffix, outcome->image, err) < 0)
		return -1;
	autofree char *name = options->repo ? mem_printf("%s:%s", options->repo, options->tag)
					    : mem_strdup(outcome->image);
	report_notice(shop->report, "built %s in %.2f s%s", name, seconds,
		      outcome->cached ? " (cached)" : "");
	return push_all(shop, manifest, suffix, options, err);
}

int workshop_build(struct workshop *shop, const struct manifest *manifest, const char *suffix,
		   struct build_outcome *outcome, struct error *err)
{
	struct consul_target consul = {0};
	bool has_consul = false;
	struct build_options options = {.toolbox = shop->settings->toolbox,
					.no_cache = shop->no_cache,
					.throwaway = shop->throwaway,
					.jobs = shop->jobs,
					.kv = shop->kv,
					.report = shop->report,
					.signals = shop->signals};
	name_first(shop, manifest, suffix, &options);
	if (check_push(shop, &options, err) < 0 ||
	    workshop_consul(shop, manifest, &consul, &has_consul, err) < 0)
		return -1;
	options.consul = has_consul ? &consul : NULL;
	uint64_t began = loop_now_us();
	int status = build_run(shop->loop, shop->engine, manifest, &options, outcome, err);
	consul_target_free(&consul);
	double seconds = (double)(loop_now_us() - began) / 1e6;
	return status < 0 ? -1 : conclude(shop, manifest, suffix, &options, outcome, seconds, err);
}

int workshop_refuse_circle(const struct manifest *manifest, const struct chain *chain,
			   struct error *err)
{
	char real[PATH_MAX];
	if (!realpath(manifest->from, real)) {
		error_set_at(err, manifest->from_at.file, manifest->from_at.line,
			     manifest->from_at.column, "there is no %s to stand on",
			     manifest->from);
		err->exit_code = EXIT_MANIFEST;
		return -1;
	}
	autofree char *text = mem_strdup(manifest->from);
	bool circle = false;
	size_t depth = 0;
	for (; chain; chain = chain->outer, depth++) {
		char *longer = mem_printf("%s -> %s", chain->path, text);
		free(text);
		text = longer;
		circle |= strcmp(chain->real, real) == 0;
	}
	if (!circle && depth < 30)
		return 0;
	error_set_at(err, manifest->from_at.file, manifest->from_at.line, manifest->from_at.column,
		     circle ? "manifests stand on each other in a circle: %s"
			    : "too many manifests stand on each other: %s",
		     text);
	err->exit_code = EXIT_MANIFEST;
	return -1;
}

/* The image's id becomes the base, so that nothing can move it between the two builds. */
static int build_base(struct workshop *shop, struct manifest *manifest, const struct chain *chain,
		      struct error *err)
{
	struct build_outcome outcome = {0};
	const struct workshop last = *shop;
	if (workshop_refuse_circle(manifest, chain, err) < 0)
		return -1;
	struct manifest *base = workshop_manifest(shop, manifest->from, chain, err);
	if (!base)
		return -1;
	report_notice(shop->report, "building %s, which %s stands on", manifest->from,
		      manifest->path);
	shop->repo = NULL; /* -t and --push mean the last one only */
	shop->push = false;
	int status = base->cell_count > 1
			     ? error_set_at(err, manifest->from_at.file, manifest->from_at.line,
					    manifest->from_at.column,
					    "%s has a matrix: which of its images is meant is not "
					    "known",
					    manifest->from)
			     : workshop_build(shop, base, NULL, &outcome, err);
	shop->repo = last.repo;
	shop->push = last.push;
	manifest_free(base);
	for (size_t i = 0; status == 0 && i < manifest->cell_count; i++)
		if (manifest->cells[i]->from)
			manifest->cells[i]->image =
				arena_strdup(&manifest->cells[i]->arena, outcome.image);
	free(outcome.image);
	return status;
}

struct manifest *workshop_read(struct workshop *shop, const char *path, struct locking *locking,
			       struct error *err)
{
	struct probe probe = {.loop = shop->loop,
			      .engine = shop->engine,
			      .toolbox = shop->settings->toolbox,
			      .report = shop->report,
			      .signals = shop->signals};
	const struct manifest_facts facts = {probe_manifest_facts, &probe, probe_manifest_host};
	struct settings settings = *shop->settings;
	locking->engine = shop->engine;
	locking->report = shop->report;
	if (locking_open(locking, path, &facts, err) < 0)
		return NULL;
	settings.modules = &locking->modules;
	struct manifest *manifest = settings_manifest(&settings, path, &locking->facts, err);
	/* While something was fetched: what came of that is no fault of the manifest. */
	if (!manifest && interrupt_pending()) {
		error_set(err, "interrupted");
		err->exit_code = interrupt_pending();
	}
	if (!manifest || locking_images(locking, manifest, err) == 0)
		return manifest;
	manifest_free(manifest);
	return NULL;
}

/* All names that a section has values of. */
static const struct value *locked_names(struct locking *locking)
{
	struct arena *arena = &locking->lock.arena;
	const struct lock_items *items = &locking->before->kinds[LOCK_VALUE];
	struct value *names = value_map(arena);
	for (size_t i = 0; i < items->count; i++)
		value_set(arena, names, items->items[i].name, value_null(arena));
	return names;
}

static int check_lock(struct workshop *shop, struct locking *locking,
		      const struct manifest *manifest, struct error *err)
{
	bool values = shop->locked && locking->before->knows_values;
	if (values && workshop_values(shop, locking, manifest, locked_names(locking), err) < 0)
		return -1;
	return locking_check(locking, manifest, err);
}

/* Obeys the lock beside it. */
static struct manifest *read_locked(struct workshop *shop, const char *path, struct error *err)
{
	struct locking locking = {.mode = shop->locked ? LOCKING_INSIST : LOCKING_OBEY};
	struct manifest *manifest = workshop_read(shop, path, &locking, err);
	if (manifest && check_lock(shop, &locking, manifest, err) < 0) {
		manifest_free(manifest);
		manifest = NULL;
	}
	locking_close(&locking);
	return manifest;
}

struct manifest *workshop_manifest(struct workshop *shop, const char *path,
				   const struct chain *chain, struct error *err)
{
	char real[PATH_MAX];
	const struct chain link = {chain, path, realpath(path, real) ? real : path};
	struct manifest *manifest = read_locked(shop, path, err);
	if (!manifest)
		return NULL;
	for (size_t i = 0; manifest->secrets && i < manifest->secrets->list.len; i++)
		report_hide(shop->report, manifest->secrets->list.items[i]->string.data,
			    manifest->secrets->list.items[i]->string.len);
	auto_arena struct arena arena = {0};
	const struct value *ignored = manifest_ignored(manifest, &arena);
	for (size_t i = 0; i < ignored->list.len; i++)
		report_notice(shop->report, "%s: '%s' is ignored: it has no meaning here", path,
			      value_text(ignored->list.items[i]));
	if (!manifest->from || build_base(shop, manifest, &link, err) == 0)
		return manifest;
	manifest_free(manifest);
	return NULL;
}
