/* All tests of a manifest on an image that is there: each runs, whatever becomes of the others. */
#ifndef FACTORY_HOST_EXAM_EXAM_H
#define FACTORY_HOST_EXAM_EXAM_H

#include "common/buffer.h"
#include "host/manifest/manifest.h"
#include "host/progress/report.h"
#include "host/site/site.h"

struct exam_case {
	char *id, *name; /* "test-1", and the step's name */
	bool has_run;
	struct error failure; /* unset where it has passed */
	uint64_t us;          /* with its container and its services */
	struct buf output;    /* the end of what it printed */
};

struct exam_result {
	char *name; /* the manifest's, or the cell's */
	struct exam_case *cases;
	size_t count;
	uint64_t us;
};

/* Of several manifests or cells. */
struct exam_results {
	struct exam_result *items;
	size_t count;
};

struct exam_options {
	struct site *site;
	const struct manifest *manifest;
	const char *base;   /* the image that says how steps run: what the manifest stands on */
	const char *image;  /* what tests run on */
	const char *filter; /* a glob on a test's name or id, or NULL: all */
	int signals;        /* build/interrupt.h */
	struct report *report;
};

/* Runs them, as many at once as the site has slots. Blocks. -1 where they could not begin, or were
 * interrupted: the result holds what there is then. */
int exam_run(const struct exam_options *options, struct exam_result *result, struct error *err);

/* A new one, without cases yet. Others may have another place then. */
struct exam_result *exam_results_add(struct exam_results *results, const char *name);
void exam_result_clear(struct exam_result *result); /* but for its name */
void exam_results_free(struct exam_results *results);

/* Adds what it printed; the end of it is kept. */
void exam_output(struct exam_case *test, const char *data, size_t len);

/* Whether a test failed by its own fault: not because its services, the engine... did. */
bool exam_is_own(const struct error *failure);

/* How many have run and failed, by the test's own fault or not (`only_own`). */
size_t exam_failures(const struct exam_result *result, bool only_own);
size_t exam_skipped(const struct exam_result *result);

#endif
