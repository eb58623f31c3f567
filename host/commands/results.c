#include "host/commands/results.h"

#include "common/own.h"
#include "host/exit_codes.h"
#include "host/export/export.h"
#include "host/sbom/gather.h"
#include "host/sbom/statement.h"

#include <string.h>

static size_t count_asked_for(const struct workshop *shop)
{
	size_t count = 0;
	for (size_t i = 0; i < shop->job_count; i++)
		count += job_is_asked_for(shop, &shop->jobs[i]);
	return count;
}

int results_check(const struct workshop *shop, const struct results *results, struct error *err)
{
	const char *const paths[] = {results->archive, results->sbom, results->provenance,
				     results->junit};
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		if (paths[i] && strcmp(paths[i], "-") == 0) {
			error_set(err, "standard output is for the images' ids: name a file (or "
				       "build first, and use `factory export` and `factory sbom`)");
			return error_class(err, EXIT_USAGE, ERROR_OPTION_VALUE);
		}
	if ((!results->sbom && !results->provenance) || count_asked_for(shop) == 1)
		return 0;
	error_set(err, "--sbom and --provenance are for a build of one image");
	return error_class(err, EXIT_USAGE, ERROR_OPTION_VALUE);
}

/* Where a job's manifest wants its image: from its own directory. NULL: nowhere. */
static const char *archive_of(struct workshop *shop, const struct job *job)
{
	const struct manifest *manifest = job->manifest;
	if (!manifest->archive || *manifest->archive == '/')
		return manifest->archive;
	return arena_printf(&shop->arena, "%s/%s", manifest->directory, manifest->archive);
}

/* Does a job's image go into this archive? path NULL: that of -o. */
static bool is_in(struct workshop *shop, const struct job *job, const char *path)
{
	const char *own = path ? archive_of(shop, job) : NULL;
	bool wanted = path ? own && strcmp(own, path) == 0 : job_is_asked_for(shop, job);
	return wanted && job->outcome.image;
}

/* The names of all jobs that go into an archive: those of one manifest, say. */
static const char **names_in(struct workshop *shop, const char *path)
{
	const char **names = NULL;
	size_t count = 0;
	for (size_t i = 0; i < shop->job_count; i++) {
		const struct job *job = &shop->jobs[i];
		size_t more = job_count_names(shop, job);
		if (!is_in(shop, job, path))
			continue;
		more = more ? more : 1;
		names = arena_grow(&shop->arena, names, count, count + more + 1, sizeof *names);
		for (size_t j = 0; j < more; j++)
			names[count++] = job_name(shop, job, j);
		names[count] = NULL;
	}
	return names;
}

/* The engine that has all that goes into an archive. */
static struct engine *engine_of(struct workshop *shop, const char *path, struct error *err)
{
	struct engine *engine = NULL;
	for (size_t i = 0; i < shop->job_count; i++) {
		const struct job *job = &shop->jobs[i];
		if (!is_in(shop, job, path))
			continue;
		if (engine && engine != job->site->engine) {
			error_as(err, ERROR_ARCHIVE,
				 "the images for one archive were built on several endpoints: "
				 "give each an archive of its own");
			return NULL;
		}
		engine = job->site->engine;
	}
	return engine;
}

/* `named`: the archive's path as jobs know it; NULL: that of -o. */
static int write_archive(struct workshop *shop, const char *path, const char *named,
			 const char *format, struct error *err)
{
	const char **names = names_in(shop, named);
	struct engine *engine = names ? engine_of(shop, named, err) : NULL;
	if (!names)
		return 0;
	return engine ? export_images(engine, names, path, format, err) : -1;
}

/* Those that manifests name, each once. */
static int write_named(struct workshop *shop, const char *format, struct error *err)
{
	for (size_t i = 0; i < shop->job_count; i++) {
		const char *path = archive_of(shop, &shop->jobs[i]);
		size_t first = 0;
		for (const char *other; path && first < i; first++)
			if ((other = archive_of(shop, &shop->jobs[first])) &&
			    strcmp(other, path) == 0)
				break;
		if (path && first == i && write_archive(shop, path, path, format, err) < 0)
			return -1;
	}
	return 0;
}

static struct value *make_sbom(struct workshop *shop, const struct job *job, struct error *err)
{
	const struct gathering gathering = {.loop = shop->site.loop,
					    .engine = job->site->engine,
					    .toolbox = shop->site.toolbox,
					    .report = shop->report,
					    .signals = shop->signals};
	return sbom_gather(&gathering, job->outcome.image, job_name(shop, job, 0), &shop->arena,
			   err);
}

static struct value *make_statement(struct workshop *shop, const struct job *job, struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	engine_image_inspect(job->site->engine, job->manifest->image, engine_keep, &kept);
	if (engine_finish(job->site->engine, &kept, err) < 0)
		return NULL;
	return statement_make(&shop->arena, job->manifest, job_name(shop, job, 0),
			      job->outcome.image, kept.body, err);
}

static int write_documents(struct workshop *shop, const struct job *job,
			   const struct results *results, struct error *err)
{
	const struct value *document;
	if (results->sbom && (!(document = make_sbom(shop, job, err)) ||
			      sbom_write(results->sbom, document, err) < 0))
		return -1;
	if (results->provenance && (!(document = make_statement(shop, job, err)) ||
				    sbom_write(results->provenance, document, err) < 0))
		return -1;
	return 0;
}

int results_write(struct workshop *shop, const struct results *results, struct error *err)
{
	if (write_named(shop, results->format, err) < 0)
		return -1;
	if (results->archive &&
	    write_archive(shop, results->archive, NULL, results->format, err) < 0)
		return -1;
	for (size_t i = 0; i < shop->job_count; i++)
		if (job_is_asked_for(shop, &shop->jobs[i]) && shop->jobs[i].outcome.image &&
		    write_documents(shop, &shop->jobs[i], results, err) < 0)
			return -1;
	return 0;
}
