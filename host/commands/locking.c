#include "host/commands/locking.h"

#include "common/own.h"
#include "host/build/base.h"
#include "host/build/provenance.h"
#include "host/exit_codes.h"

#include <string.h>

/* Without a lock nothing is compared, and nothing need be looked at for it. */
static bool matters(const struct locking *locking)
{
	return locking->before || locking->mode == LOCKING_RENEW;
}

/* --- modules --- */

static const char *relative_to(const char *directory, const char *path)
{
	size_t len = strlen(directory);
	bool below = strncmp(path, directory, len) == 0 && path[len] == '/';
	return below ? path + len + 1 : path;
}

static const char *module_name(const struct locking *locking, const struct module_source *source,
			       struct arena *arena)
{
	static const char *const words[] = {"name", "path", "git", "tarball"};
	bool path = source->kind == MODULE_PATH;
	return arena_printf(arena, "%s %s%s%s%s%s", words[source->kind],
			    path ? relative_to(locking->directory, source->text) : source->text,
			    source->tag ? " tag " : "", source->tag ? source->tag : "",
			    source->path ? " path " : "", source->path ? source->path : "");
}

/* By what was found out before in this run, else by the lock, else by the server. */
static int find_commit(const struct locking *locking, const char *name, struct arena *arena,
		       struct module_source *source, struct error *err)
{
	const struct lock_item *known = lock_get(&locking->now, LOCK_MODULE, name);
	if (!known && locking->before && locking->mode != LOCKING_RENEW)
		known = lock_get(locking->before, LOCK_MODULE, name);
	if (known && known->commit) {
		source->commit = known->commit;
		return 0;
	}
	return module_commit(source, arena, &source->commit, err) == 0
		       ? 0
		       : error_place(err, source->at.file, source->at.line, source->at.column);
}

/* A commit can't change: what is in the cache must be what it was. */
static int check_commit(const struct locking *locking, const struct module_source *source,
			const char *name, const char *digest, struct error *err)
{
	const struct lock_item *item =
		locking->before ? lock_get(locking->before, LOCK_MODULE, name) : NULL;
	bool same_commit =
		item && item->commit && source->commit && strcmp(item->commit, source->commit) == 0;
	if (!same_commit || strcmp(item->digest, digest) == 0)
		return 0;
	return error_set_at(
		err, source->at.file, source->at.line, source->at.column,
		"%s at commit %.12s is not what %s says: its digest is %.12s, not %.12s", name,
		source->commit, locking->lock.path, digest, item->digest);
}

static int resolve_module(void *ctx, const struct module_source *source, const char *near,
			  struct arena *arena, const char **directory, const char **digest,
			  struct error *err)
{
	struct locking *locking = ctx;
	struct module_source pinned = *source;
	const char *name = module_name(locking, source, arena), *found = NULL;
	pinned.progress = &locking->progress;
	if (source->kind == MODULE_GIT && find_commit(locking, name, arena, &pinned, err) < 0)
		return -1;
	bool wanted = digest || matters(locking);
	if (module_source_resolve(&pinned, near, arena, directory, wanted ? &found : NULL, err) <
		    0 ||
	    check_commit(locking, &pinned, name, found, err) < 0)
		return -1;
	struct lock_item item = {name, found ? found : "", pinned.commit};
	lock_put(&locking->lock.arena, &locking->now, LOCK_MODULE, &item);
	if (digest)
		*digest = found;
	return 0;
}

static void tell_progress(void *ctx, const char *line)
{
	const struct locking *locking = ctx;
	report_notice(locking->report, "  %s", line);
}

/* --- base images --- */

/* Pulled where it is not there, but only to be locked. */
static int pull_digest(struct locking *locking, const char *image, const char **digest,
		       struct error *err)
{
	struct base *base = base_wait(locking->loop, locking->engine, image, locking->report, err);
	const struct value *inspected = base ? base_inspected(base, err) : NULL;
	if (inspected)
		*digest = arena_strdup(&locking->lock.arena, provenance_digest(inspected, image));
	base_free(base);
	return inspected ? 0 : -1;
}

static int look_up_digest(struct locking *locking, const char *image, const char **digest,
			  struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	engine_image_inspect(locking->engine, image, engine_keep, &kept);
	if (engine_finish(locking->engine, &kept, err) < 0)
		return -1;
	*digest = kept.status == ENGINE_OK
			  ? arena_strdup(&locking->lock.arena, provenance_digest(kept.body, image))
			  : "";
	return 0;
}

/* The image to build on. One that no registry has can't be had otherwise than by its name. */
static int pin_image(struct locking *locking, const char *image, const char **pinned,
		     struct error *err)
{
	const struct lock_item *item =
		locking->before ? lock_get(locking->before, LOCK_IMAGE, image) : NULL;
	struct lock_item now = {.name = image};
	int status = 0;
	*pinned = image;
	if (!matters(locking))
		return 0;
	if (locking->mode == LOCKING_RENEW)
		status = pull_digest(locking, image, &now.digest, err);
	else if (item && strchr(item->digest, '@'))
		*pinned = now.digest = item->digest;
	else
		status = look_up_digest(locking, image, &now.digest, err);
	if (status == 0)
		lock_put(&locking->lock.arena, &locking->now, LOCK_IMAGE, &now);
	return status;
}

int locking_images(struct locking *locking, struct manifest *manifest, struct error *err)
{
	for (size_t i = 0; i < manifest->cell_count; i++) {
		struct manifest *cell = manifest->cells[i];
		const struct position *at = &cell->image_at;
		const char *pinned;
		if (cell->from)
			continue;
		if (pin_image(locking, cell->image, &pinned, err) < 0)
			return error_place(err, at->file, at->line, at->column);
		cell->image_named = cell->image;
		cell->image = arena_strdup(&cell->arena, pinned);
	}
	return 0;
}

/* Facts are gathered by a container: where the mode insists, none is started for another image. */
static int insist_on_image(const struct locking *locking, const char *image, struct error *err)
{
	const struct lock_item *now = lock_get(&locking->now, LOCK_IMAGE, image);
	const struct lock_item *item =
		locking->before ? lock_get(locking->before, LOCK_IMAGE, image) : NULL;
	if (locking->mode != LOCKING_INSIST || (item && strcmp(item->digest, now->digest) == 0))
		return 0;
	error_set(err,
		  "the image %s, on whose facts the manifest depends, is not as %s says: run "
		  "`factory lock` where it is as you want it",
		  image, locking->lock.path);
	err->exit_code = EXIT_LOCK;
	return -1;
}

static struct value *gather_facts(void *ctx, const char *image, struct arena *arena,
				  struct error *err)
{
	struct locking *locking = ctx;
	const char *pinned;
	if (pin_image(locking, image, &pinned, err) < 0 || insist_on_image(locking, image, err) < 0)
		return NULL;
	return locking->inner->gather(locking->inner->ctx, pinned, arena, err);
}

static struct value *host_facts(void *ctx, struct arena *arena)
{
	const struct locking *locking = ctx;
	return locking->inner->host(locking->inner->ctx, arena);
}

/* --- all of it --- */

int locking_open(struct locking *locking, const char *manifest, const struct manifest_facts *facts,
		 struct error *err)
{
	struct lock *lock = &locking->lock;
	const char *slash = strrchr(manifest, '/');
	const char *path = lock_path(manifest, &lock->arena);
	locking->inner = facts;
	locking->facts = (struct manifest_facts){gather_facts, locking, host_facts};
	locking->modules = (struct manifest_modules){resolve_module, locking};
	locking->progress = (struct module_progress){tell_progress, locking};
	locking->directory =
		slash ? arena_strndup(&lock->arena, manifest, (size_t)(slash - manifest)) : ".";
	if (lock_read(lock, path, &locking->there, err) < 0)
		return -1;
	locking->before = lock_find(lock, manifest);
	if (locking->mode != LOCKING_INSIST || locking->before)
		return 0;
	error_set(err,
		  locking->there ? "%s has nothing about %s: run `factory lock %s`"
				 : "--locked needs a lock, and there is no %s beside %s: run "
				   "`factory lock %s`",
		  path, manifest, manifest);
	return error_class(err, EXIT_LOCK, ERROR_LOCK_MISSING);
}

void locking_close(struct locking *locking)
{
	lock_free(&locking->lock);
}

static void add_line(void *ctx, const char *line)
{
	buf_printf(ctx, "\n  %s", line);
}

static void notice_line(void *ctx, const char *line)
{
	const struct locking *locking = ctx;
	report_notice(locking->report, "not as in %s: %s", locking->lock.path, line);
}

void locking_check(struct locking *locking, const struct manifest *manifest, struct buf *drift)
{
	auto_buf struct buf lines = {0};
	if (!locking->before)
		return;
	if (locking->mode != LOCKING_INSIST) {
		lock_compare(locking->before, &locking->now, notice_line, locking);
		return;
	}
	lock_compare(locking->before, &locking->now, add_line, &lines);
	if (locking_renders(manifest) && !locking->before->knows_values)
		add_line(&lines, "what its templates read: is not known: build it, then lock it");
	if (lines.len)
		buf_printf(drift, "%s%s is not as %s says:%s", drift->len ? "\n" : "",
			   manifest->path, locking->lock.path, lines.data);
}
