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
	const char *const paths[] = {results->archive, results->sbom, results->provenance};
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

static int write_archive(struct workshop *shop, const struct results *results, struct error *err)
{
	size_t count = 0;
	for (size_t i = 0; i < shop->job_count; i++)
		count += job_count_names(shop, &shop->jobs[i]) + 1;
	const char **names = arena_alloc(&shop->arena, (count + 1) * sizeof *names);
	count = 0;
	for (size_t i = 0; i < shop->job_count; i++) {
		const struct job *job = &shop->jobs[i];
		if (!job_is_asked_for(shop, job) || !job->outcome.image)
			continue;
		for (size_t j = 0; j < job_count_names(shop, job) || j == 0; j++)
			names[count++] = job_name(shop, job, j);
	}
	return export_images(shop->site.engine, names, results->archive, results->format, err);
}

static struct value *make_sbom(struct workshop *shop, const struct job *job, struct error *err)
{
	const struct gathering gathering = {.loop = shop->site.loop,
					    .engine = shop->site.engine,
					    .toolbox = shop->site.toolbox,
					    .report = shop->report,
					    .signals = shop->signals};
	return sbom_gather(&gathering, job->outcome.image, job_name(shop, job, 0), &shop->arena,
			   err);
}

static struct value *make_statement(struct workshop *shop, const struct job *job, struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	engine_image_inspect(shop->site.engine, job->manifest->image, engine_keep, &kept);
	if (engine_finish(shop->site.engine, &kept, err) < 0)
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
	if (results->archive && write_archive(shop, results, err) < 0)
		return -1;
	for (size_t i = 0; i < shop->job_count; i++)
		if (job_is_asked_for(shop, &shop->jobs[i]) && shop->jobs[i].outcome.image &&
		    write_documents(shop, &shop->jobs[i], results, err) < 0)
			return -1;
	return 0;
}
