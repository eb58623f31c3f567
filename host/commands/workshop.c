#include "host/commands/workshop.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/probe.h"
#include "host/exit_codes.h"

#include <limits.h>
#include <string.h>

/* --consul, else CONSUL_HTTP_ADDR, else the manifest. */
static int find_consul(const struct workshop *shop, const struct manifest *manifest,
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

static int name_more(struct workshop *shop, const struct manifest *manifest, const char *suffix,
		     const char *image, struct error *err)
{
	size_t count =
		!shop->repo && manifest->repo && manifest->tags ? manifest->tags->list.len : 0;
	for (size_t i = 1; i < count; i++) {
		__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
		const char *tag = name_of(&shop->arena, manifest, i, suffix);
		engine_image_tag(shop->engine, image, manifest->repo, tag, engine_keep, &kept);
		if (engine_finish(shop->engine, &kept, err) < 0)
			return error_wrap(err, "can't name the image %s:%s", manifest->repo, tag);
	}
	return 0;
}

/* Tells how a build has ended; what the engine doesn't tell of the image is left out. */
static void tell_end(struct report *report, const struct build_outcome *outcome, const char *name,
		     const struct error *failure)
{
	autofree char *text = failure ? error_text(failure) : NULL;
	struct progress_summary summary = {.passed = !failure,
					   .cached = outcome->cached,
					   .image = outcome->image,
					   .name = name,
					   .failure = text,
					   .size = failure ? -1 : outcome->size,
					   .added = failure ? -1 : outcome->added};
	report_over(report, &summary);
}

static int build_and_name(struct workshop *shop, const struct manifest *manifest,
			  const char *suffix, const struct build_options *options,
			  struct build_outcome *outcome, struct error *err)
{
	if (build_run(shop->loop, shop->engine, manifest, options, outcome, err) < 0)
		return -1;
	return name_more(shop, manifest, suffix, outcome->image, err);
}

int workshop_build(struct workshop *shop, const struct manifest *manifest, const char *suffix,
		   struct build_outcome *outcome, struct error *err)
{
	struct consul_target consul = {0};
	bool has_consul = false;
	struct build_options options = {.toolbox = shop->settings->toolbox,
					.no_cache = shop->no_cache,
					.jobs = shop->jobs,
					.kv = shop->kv,
					.signals = shop->signals,
					.repo = shop->repo ? shop->repo : manifest->repo};
	bool tagged = !manifest->tags || manifest->tags->list.len;
	if (shop->repo && suffix)
		options.tag = arena_printf(&shop->arena, "%s-%s", shop->tag, suffix);
	else if (options.repo)
		options.tag = shop->repo ? shop->tag
			      : tagged   ? name_of(&shop->arena, manifest, 0, suffix)
					 : "latest";
	if (find_consul(shop, manifest, &consul, &has_consul, err) < 0)
		return -1;
	options.consul = has_consul ? &consul : NULL;
	options.report = report_build(shop->report, suffix ? manifest->cell : manifest->path);
	int status = build_and_name(shop, manifest, suffix, &options, outcome, err);
	consul_target_free(&consul);
	autofree char *name = options.repo ? mem_printf("%s:%s", options.repo, options.tag) : NULL;
	tell_end(options.report, outcome, name ? name : outcome->image, status < 0 ? err : NULL);
	report_free(options.report);
	return status;
}

static int refuse_circle(const struct manifest *manifest, const struct chain *chain,
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
	const char *repo = shop->repo;
	if (refuse_circle(manifest, chain, err) < 0)
		return -1;
	struct manifest *base = workshop_manifest(shop, manifest->from, chain, err);
	if (!base)
		return -1;
	report_notice(shop->report, "building %s, which %s stands on", manifest->from,
		      manifest->path);
	shop->repo = NULL; /* -t names the last one only */
	int status = base->cell_count > 1
			     ? error_set_at(err, manifest->from_at.file, manifest->from_at.line,
					    manifest->from_at.column,
					    "%s has a matrix: which of its images is meant is not "
					    "known",
					    manifest->from)
			     : workshop_build(shop, base, NULL, &outcome, err);
	shop->repo = repo;
	manifest_free(base);
	for (size_t i = 0; status == 0 && i < manifest->cell_count; i++)
		if (manifest->cells[i]->from)
			manifest->cells[i]->image =
				arena_strdup(&manifest->cells[i]->arena, outcome.image);
	free(outcome.image);
	return status;
}

struct manifest *workshop_manifest(struct workshop *shop, const char *path,
				   const struct chain *chain, struct error *err)
{
	struct probe probe = {.loop = shop->loop,
			      .engine = shop->engine,
			      .toolbox = shop->settings->toolbox,
			      .report = shop->report,
			      .signals = shop->signals};
	struct manifest_facts facts = {probe_manifest_facts, &probe, probe_manifest_host};
	char real[PATH_MAX];
	const struct chain link = {chain, path, realpath(path, real) ? real : path};
	struct manifest *manifest = settings_manifest(shop->settings, path, &facts, err);
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
