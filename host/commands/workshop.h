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
	bool is_known;      /* what its last build's record says: */
	const char *last;   /* its image's name, or NULL */
	double cost;        /* what it took, in seconds; 0: not known */
	struct site *site;  /* where it runs or ran, of the workshop's; NULL: nowhere yet */
	const char *key; /* of its image, where that is or will be at another endpoint; or NULL */
	const struct fleet_lot *followed; /* where another driver builds it; or NULL */
	const char *lost; /* the endpoint that was gone before it was built elsewhere; or NULL */
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
	struct site site;    /* of manifests' facts, and the first of builds */
	struct site **sites; /* of builds */
	size_t site_count;
	struct places *places;      /* by the sites' numbers */
	struct supply *supply;      /* of images between the sites; NULL: one endpoint is meant */
	bool is_spread;             /* over all endpoints of the settings */
	bool wants_all;             /* all that answer, before anything else */
	struct joining *joining;    /* endpoints that have not answered yet (endpoints_open.c) */
	struct error first_failure; /* of one that was left out */
	unsigned jobs_at_once;      /* on an endpoint that does not say how many */
	bool has_lost;              /* an endpoint was lost: what was made there may be needed */
	struct fleet *fleet;        /* those that they are shared with (sharing.h), or NULL */
	struct consul_target fleet_consul;
	struct report *report;
	int signals;
	const char *repo, *tag; /* of -t; NULL: the manifest's */
	const struct value *kv; /* of --kv */
	bool no_cache;
	bool throwaway, lent;  /* of those that were asked for: build_options' */
	bool untested;         /* what was asked for is built without its tests, and not named */
	bool keeps_ids;        /* it doesn't print those of its images */
	struct pilot *pilot;   /* who decides at the nodes of the one build, or NULL */
	const char *cell;      /* of --cell: the only one of those that were asked for, or NULL */
	bool push, locked;     /* --push, --locked */
	const char *from_step; /* of --from-step: for those that were asked for */

	struct buf drift;     /* with --locked: how things differ from the locks, in lines */
	struct sheet *sheets; /* each behind those it stands on */
	size_t sheet_count;
	struct job *jobs; /* likewise */
	size_t job_count;
	struct task *tasks;   /* one for each job, while they run */
	int interrupted;      /* the exit code of the signal that came, or 0 */
	struct error failure; /* the first one, where there is no summary */
};

/* The manifests that are being read, each for the one before it. */
struct chain {
	const struct chain *outer;
	const char *path, *real;
};

/* Makes the report, catches signals, opens the engine of the settings. */
int workshop_open(struct workshop *shop, const struct settings *settings, struct error *err);

/* Reads a manifest and what it stands on, and adds their jobs. */
int workshop_read(struct workshop *shop, const char *path, struct error *err);

/* Refuses a manifest with a matrix where one image is meant: `why`, and what --cell could be. The
 * sheet is that of the last job. */
int workshop_refuse_matrix(const struct workshop *shop, const char *why, struct error *err);

/* Refuses with all that differs from the locks of what was read. */
int workshop_check(struct workshop *shop, struct error *err);

/* Refuses a `from` that leads in a circle, or too far. */
int workshop_refuse_circle(const struct manifest *manifest, const struct chain *chain,
			   struct error *err);

/* Reads a manifest as it is under a lock, not what it stands on. */
struct locking;
struct manifest *workshop_manifest(struct workshop *shop, const char *path, struct locking *locking,
				   struct error *err);

/* What the values of these names (a map) come to now, in all cells of the manifest. */
int workshop_values(struct workshop *shop, struct locking *locking, const struct manifest *manifest,
		    const struct value *names, struct error *err);

/* --consul, else CONSUL_HTTP_ADDR, else the manifest's; *found is false where there is none. */
int workshop_consul(const struct workshop *shop, const struct manifest *manifest,
		    struct consul_target *consul, bool *found, struct error *err);

/* Pushes a job's image by one of its names. Blocks, but other builds go on; a signal ends it. */
int job_push(struct workshop *shop, const struct job *job, const char *repo, const char *tag,
	     struct error *err);

/* Runs all jobs, as many at once as the site has slots. Prints the images' ids, in order, and a
 * summary where several were asked for. Returns the exit code: that of the first build, in order,
 * that failed and may not; -1 with the error where only one was asked for, or all were interrupted.
 */
int workshop_run(struct workshop *shop, struct error *err);

/* The names that its image gets, the first one first: its id where there are none. */
size_t job_count_names(const struct workshop *shop, const struct job *job);
const char *job_name(struct workshop *shop, const struct job *job, size_t i);

/* Prints a failure, behind whose it is (or NULL), to standard error. */
void workshop_tell(const struct workshop *shop, const char *name, const struct error *failure);

/* Whether the job's manifest was named on the command line, not only by `from:`. */
bool job_is_asked_for(const struct workshop *shop, const struct job *job);

/* Tells the table of all jobs, with what became of their tasks. */
void workshop_summary(const struct workshop *shop);

/* Fills a job's options, but for its names. */
int job_options(struct workshop *shop, struct job *job, struct error *err);

/* The site whose engine has an image, by a name or an id; the first where none has. Blocks. */
struct site *workshop_site_of(const struct workshop *shop, const char *image);

/* What its build would do (build/plan.h), at the site where it would run; the images of the jobs
 * before it are known. Blocks. */
struct plan;
int job_plan(struct workshop *shop, struct job *job, struct plan *plan, struct error *err);

/* Finds the image of a build that is there as a whole: outcome.image, else NULL. Blocks. */
int job_find(struct workshop *shop, struct job *job, struct error *err);

/* Begins a job's build, under the names its image gets; and ends one that is over, which blocks as
 * build_finish does. -1 with the error where it failed; 1: it is to be built on another endpoint,
 * for its own is gone, or another driver builds it there. */
int job_start(struct workshop *shop, struct job *job, struct error *err);
int job_finish(struct workshop *shop, struct job *job, struct error *err);

/* Releases all of it. Secrets do not stand in the error that comes out of `status` -1. Returns
 * `status`. */
int workshop_close(struct workshop *shop, int status, struct error *err);

#endif
