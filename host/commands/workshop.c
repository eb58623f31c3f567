/* The manifests of a call, and what they stand on. */
#include "host/commands/workshop.h"

#include "common/kv.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/build/probe.h"
#include "host/commands/endpoints.h"
#include "host/commands/locking.h"
#include "host/exit_codes.h"
#include "host/explain/codes.h"
#include "host/interrupt.h"
#include "host/manifest/secrets.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static struct sheet *read_sheet(struct workshop *shop, const char *path, const struct chain *chain,
				struct error *err);

/* What a tag may be made of (https://docs.docker.com/reference/cli/docker/image/tag/). */
static const char *suffix_of(struct arena *arena, const char *cell)
{
	char *text = arena_strndup(arena, cell, strnlen(cell, 80)), *to = text;
	for (const char *c = text; *c; c++) {
		bool fine = isalnum((unsigned char)*c) || *c == '.' || *c == '_';
		if (fine)
			*to++ = *c;
		else if (to > text && to[-1] != '-')
			*to++ = '-';
	}
	while (to > text && to[-1] == '-')
		to--;
	*to = 0;
	return text;
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

/* The number of the job whose image `cell` stands on. */
static int find_base(struct workshop *shop, const struct manifest *cell, const struct chain *chain,
		     size_t *number, struct error *err)
{
	const struct position *at = &cell->from_at;
	*number = NO_JOB;
	if (!cell->from)
		return 0;
	if (workshop_refuse_circle(cell, chain, err) < 0)
		return -1;
	const struct sheet *base = read_sheet(shop, cell->from, chain, err);
	if (!base)
		return -1;
	if (base->count > 1)
		return error_set_at(err, at->file, at->line, at->column,
				    "%s has a matrix: which of its images is meant is not known",
				    cell->from);
	*number = base->first;
	return 0;
}

static void add_job(struct workshop *shop, struct manifest *cell, size_t base,
		    const struct chain *link)
{
	struct job *job;
	shop->jobs = mem_resize(shop->jobs, shop->job_count + 1, sizeof *job);
	job = &shop->jobs[shop->job_count++];
	*job = (struct job){.manifest = cell,
			    .name = cell->cell ? cell->cell : cell->path,
			    .suffix = cell->cell ? suffix_of(&shop->arena, cell->cell) : NULL,
			    .dependent = link->outer ? link->outer->path : NULL,
			    .base = base,
			    .sheet = shop->sheet_count,
			    .report = shop->report};
}

static void list_cells(const struct manifest *manifest, struct buf *out)
{
	for (size_t i = 0; i < manifest->cell_count; i++)
		buf_printf(out, "%s'%s'", i ? ", " : "", manifest->cells[i]->cell);
}

static int refuse_cell(const struct workshop *shop, const struct manifest *manifest,
		       struct error *err)
{
	auto_buf struct buf names = {0};
	if (manifest->cells[0]->cell)
		list_cells(manifest, &names);
	error_set(err, "--cell: %s has no '%s': %s%s", manifest->path, shop->cell,
		  names.len ? "there are " : "it has no matrix", buf_text(&names));
	err->exit_code = EXIT_USAGE;
	return -1;
}

int workshop_refuse_matrix(const struct workshop *shop, const char *why, struct error *err)
{
	const struct sheet *sheet = &shop->sheets[shop->jobs[shop->job_count - 1].sheet];
	auto_buf struct buf names = {0};
	if (sheet->count == 1)
		return 0;
	list_cells(sheet->manifest, &names);
	error_set(err, "%s has a matrix: %s. `--cell NAME` chooses one of: %s",
		  sheet->manifest->path, why, buf_text(&names));
	return error_class(err, EXIT_USAGE, ERROR_MATRIX);
}

/* The cells that are wanted: of --cell only that one. */
static int choose_cells(const struct workshop *shop, const struct manifest *manifest,
			const struct chain *link, size_t *first, size_t *count, struct error *err)
{
	*first = 0;
	*count = manifest->cell_count;
	if (!shop->cell || link->outer)
		return 0;
	*count = 1;
	for (; *first < manifest->cell_count; (*first)++) {
		const char *cell = manifest->cells[*first]->cell;
		if (cell && strcmp(cell, shop->cell) == 0)
			return 0;
	}
	return refuse_cell(shop, manifest, err);
}

/* The jobs of what it stands on come first. Returns how many it has itself. */
static int add_jobs(struct workshop *shop, struct manifest *manifest, const struct chain *link,
		    struct error *err)
{
	size_t first, count;
	auto_arena struct arena arena = {0};
	size_t *bases = arena_alloc(&arena, manifest->cell_count * sizeof *bases);
	if (choose_cells(shop, manifest, link, &first, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (find_base(shop, manifest->cells[first + i], link, &bases[i], err) < 0)
			return -1;
	for (size_t i = 0; i < count; i++)
		add_job(shop, manifest->cells[first + i], bases[i], link);
	return (int)count;
}

struct manifest *workshop_manifest(struct workshop *shop, const char *path, struct locking *locking,
				   struct error *err)
{
	struct probe probe = {.loop = shop->site.loop,
			      .engine = shop->site.engine,
			      .toolbox = shop->site.toolbox,
			      .report = shop->report,
			      .signals = shop->signals};
	const struct manifest_facts facts = {probe_manifest_facts, &probe, probe_manifest_host};
	struct settings settings = *shop->settings;
	locking->loop = shop->site.loop;
	locking->engine = shop->site.engine;
	locking->report = shop->report;
	if (locking_open(locking, path, &facts, err) < 0)
		return NULL;
	settings.modules = &locking->modules;
	struct manifest *manifest = settings_manifest(&settings, path, &locking->facts, err);
	/* While something was fetched: what came of that is no fault of the manifest. */
	if (!manifest && interrupt_pending())
		interrupt_error(interrupt_pending(), err);
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
	if (shop->locked && locking->before->knows_values &&
	    workshop_values(shop, locking, manifest, locked_names(locking), err) < 0)
		return -1;
	locking_check(locking, manifest, &shop->drift);
	return 0;
}

/* Obeys the lock beside it. */
static struct manifest *read_locked(struct workshop *shop, const char *path, struct error *err)
{
	struct locking locking = {.mode = shop->locked ? LOCKING_INSIST : LOCKING_OBEY};
	struct manifest *manifest = workshop_manifest(shop, path, &locking, err);
	if (manifest && check_lock(shop, &locking, manifest, err) < 0) {
		manifest_free(manifest);
		manifest = NULL;
	}
	locking_close(&locking);
	return manifest;
}

int workshop_check(struct workshop *shop, struct error *err)
{
	if (!shop->drift.len)
		return 0;
	error_set(err, "%s\nrun `factory lock` where that is as you want it", shop->drift.data);
	err->exit_code = EXIT_LOCK;
	return -1;
}

static struct manifest *read_manifest(struct workshop *shop, const char *path, struct error *err)
{
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
	return manifest;
}

static struct sheet *find_sheet(const struct workshop *shop, const char *real)
{
	for (size_t i = 0; i < shop->sheet_count; i++)
		if (strcmp(shop->sheets[i].real, real) == 0)
			return &shop->sheets[i];
	return NULL;
}

static struct sheet *read_sheet(struct workshop *shop, const char *path, const struct chain *chain,
				struct error *err)
{
	char resolved[PATH_MAX];
	const char *real = realpath(path, resolved) ? resolved : path;
	const struct chain link = {chain, path, real};
	struct sheet *known = find_sheet(shop, real);
	if (known)
		return known;
	struct manifest *manifest = read_manifest(shop, path, err);
	if (!manifest)
		return NULL;
	int jobs = add_jobs(shop, manifest, &link, err);
	if (jobs < 0) {
		manifest_free(manifest);
		return NULL;
	}
	size_t number = shop->sheet_count++;
	shop->sheets = mem_resize(shop->sheets, shop->sheet_count, sizeof *shop->sheets);
	shop->sheets[number] = (struct sheet){.real = mem_strdup(real),
					      .manifest = manifest,
					      .first = shop->job_count - (size_t)jobs,
					      .count = (size_t)jobs};
	return &shop->sheets[number];
}

int workshop_read(struct workshop *shop, const char *path, struct error *err)
{
	struct sheet *sheet = read_sheet(shop, path, NULL, err);
	if (!sheet)
		return -1;
	sheet->is_asked_for = true;
	return 0;
}

static void clear(struct workshop *shop)
{
	for (size_t i = 0; i < shop->job_count; i++) {
		struct job *job = &shop->jobs[i];
		consul_target_free(&job->consul);
		free(job->outcome.image);
		if (job->report != shop->report)
			report_free(job->report);
	}
	for (size_t i = 0; i < shop->sheet_count; i++) {
		manifest_free(shop->sheets[i].manifest);
		free(shop->sheets[i].real);
	}
	free(shop->jobs);
	free(shop->sheets);
	free(shop->tasks);
	error_clear(&shop->failure);
	buf_free(&shop->drift);
	site_clear(&shop->site);
}

int workshop_open(struct workshop *shop, const struct settings *settings, struct error *err)
{
	shop->settings = settings;
	shop->site.toolbox = settings->toolbox;
	if (settings->kv_file && !(shop->kv = kv_read(&shop->arena, settings->kv_file, err)))
		return -1;
	shop->signals = interrupt_open(err);
	if (shop->signals < 0)
		return -1;
	shop->site.loop = loop_new(err);
	if (!shop->site.loop)
		return -1;
	shop->report = settings_report(settings, shop->site.loop, err);
	return shop->report ? endpoints_open(shop, err) : -1;
}

/* The caller prints the error, unless what is printed is for a program. */
static int tell_error(const struct workshop *shop, struct error *err)
{
	secrets_hide_error(report_hidden(shop->report), err);
	if (!settings_wants_json(shop->settings))
		return -1;
	autofree char *text = explain_text(err);
	report_message(shop->report, "factory: %s", text);
	return err->exit_code ? err->exit_code : EXIT_FAILED;
}

int workshop_close(struct workshop *shop, int status, struct error *err)
{
	if (status < 0 && shop->report)
		status = tell_error(shop, err);
	own_close(&shop->signals);
	clear(shop);
	report_free(shop->report);
	endpoints_close(shop);
	loop_free(shop->site.loop);
	arena_free(&shop->arena);
	return status;
}
