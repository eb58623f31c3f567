/* What `factory build` needs while it runs: the manifests it was given and those they stand on, and
 * the builds of their cells, which run side by side. */
#ifndef FACTORY_HOST_COMMANDS_WORKSHOP_H
#define FACTORY_HOST_COMMANDS_WORKSHOP_H

#include "host/build/build.h"
#include "host/build/schedule.h"
#include "host/commands/settings.h"

/* One build: of a manifest without a matrix, or of one cell. */
struct job {
	struct manifest *manifest; /* its own, or the cell */
	const char *name;          /* for people */
	const char *suffix;        /* of its tags: the cell's; or NULL */
	const char
		*dependent; /* the manifest that it was first wanted for; NULL: it was asked for */
	size_t base;        /* the number of the job it stands on, or NO_JOB */
	size_t sheet;       /* its number */
	struct report *report; /* the workshop's, or a part of it */
	struct consul_target consul;
	struct build_options options;
	struct build *build; /* while it runs */
	uint64_t began;
	double seconds;
	struct build_outcome outcome;
};

#define NO_JOB SIZE_MAX

enum { WIDEST_NAME = 60 }; /* columns of a name that are shown */

/* A manifest that was read: however many stand on it, it is built once. */
struct sheet {
	char *real; /* its path, without links */
	struct manifest *manifest;
	size_t first, count; /* its jobs */
	bool is_asked_for;
};

struct workshop {
	const struct settings *settings;
	struct arena arena;
	struct site site;
	struct report *report;
	int signals;
	const char *repo, *tag; /* of -t; NULL: the manifest's */
	const struct value *kv; /* of --kv */
	bool no_cache;
	bool keeps_ids; /* it doesn't print those of its images */

	struct sheet *sheets; /* each behind those it stands on */
	size_t sheet_count;
	struct job *jobs; /* likewise */
	size_t job_count;
	struct task *tasks;   /* one for each job, while they run */
	int interrupted;      /* the exit code of the signal that came, or 0 */
	struct error failure; /* the first one, where there is no summary */
};

/* Reads a manifest and what it stands on, and adds their jobs. */
int workshop_read(struct workshop *shop, const char *path, struct error *err);

/* Runs all jobs, as many at once as the site has slots. Prints the images' ids, in order, and a
 * summary where several were asked for. Returns the exit code: that of the first build, in order,
 * that failed and may not; -1 with the error where only one was asked for, or all were interrupted.
 */
int workshop_run(struct workshop *shop, struct error *err);

/* Whether the job's manifest was named on the command line, not only by `from:`. */
bool job_is_asked_for(const struct workshop *shop, const struct job *job);

/* The table of all jobs, on standard error, with what became of their tasks. */
void workshop_summary(const struct workshop *shop);

/* Begins a job's build, under the names its image gets; and ends one that is over, which blocks as
 * build_finish does. -1 with the error where it failed. */
int job_start(struct workshop *shop, struct job *job, struct error *err);
int job_finish(struct workshop *shop, struct job *job, struct error *err);

/* Releases all of it, its engine and its loop as well. */
void workshop_clear(struct workshop *shop);

#endif
