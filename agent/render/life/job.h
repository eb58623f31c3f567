/* One template and what became of it: its parsed text, the values it uses, the file it makes. */
#ifndef FACTORY_AGENT_RENDER_LIFE_JOB_H
#define FACTORY_AGENT_RENDER_LIFE_JOB_H

#include "agent/render/life/stamp.h"
#include "agent/render/render.h"
#include "agent/source/live.h"

enum job_state {
	JOB_DUE,     /* to be rendered */
	JOB_PENDING, /* values come: to be rendered again when all are there */
	JOB_LACKING, /* a missing key is waited for */
	JOB_READY,   /* rendered, not written */
	JOB_FAILED,  /* the error was told, and is not fatal */
	JOB_DONE,
};

struct job {
	const struct render_template *tmpl;  /* `given`, or `own` */
	const struct render_template *given; /* the configuration's */
	/* A file of a directory: its source, destination and name are owned. The name may hold a
	 * template. */
	const struct render_directory *directory;
	struct render_template own;
	char *name;
	struct arena arena; /* of the parsed template */
	const struct template_set *set;
	struct stamp stamp; /* of the source */
	enum job_state state;
	bool ever_done;
	bool changed; /* the file's bytes were, this time */
	struct buf output;
	struct buf explanation;   /* a line for each value, if wanted */
	char *lacking;            /* the key that is missing, owned; or NULL */
	struct dependency **uses; /* owned */
	unsigned *generations;    /* of those, when it was rendered; owned */
	size_t use_count;
	struct stamps files; /* that `file` has read */
	/* Quiescence: when the first and the last change was; 0: none. */
	uint64_t first_change_us, last_change_us;
};

/* What all jobs share while they are rendered. */
struct job_context {
	struct source *source;
	struct live *live; /* NULL: the source answers at once */
	enum missing_policy missing;
	bool explain;
};

/* Reads and parses the source. */
int job_parse(struct job *job, struct error *err);

/* Renders: the state is PENDING, LACKING or READY afterwards; -1: an error that no value that may
 * still come can mend. */
int job_render(struct job *job, const struct job_context *context, struct error *err);

/* Whether a value or a file it has read is another than then. */
bool job_is_stale(const struct job *job);
void job_mark(const struct job *job); /* its dependencies are still wanted */

void job_free(struct job *job); /* what it holds, not the struct */

#endif
