/* What happens in a build, as a stream: one small struct for each thing that a person or a program
 * may want to see. report.h makes them, sinks (sinks.h) show them. Texts hold no secrets. */
#ifndef FACTORY_HOST_PROGRESS_EVENT_H
#define FACTORY_HOST_PROGRESS_EVENT_H

#include "common/value.h"
#include "host/graph/graph.h"
#include "host/session/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum progress_kind {
	PROGRESS_BUILD,    /* a build begins: its graph is known */
	PROGRESS_PLAN,     /* not all of it is there: what will be run, and why */
	PROGRESS_NODE,     /* a node begins */
	PROGRESS_OUTPUT,   /* a line of a step's output */
	PROGRESS_DONE,     /* a node has ended well */
	PROGRESS_FAILED,   /* a node has not */
	PROGRESS_CACHED,   /* a node need not run: what it would make is there */
	PROGRESS_NOTICE,   /* "toolbox: made" */
	PROGRESS_MESSAGE,  /* the same, for those too who want failures only */
	PROGRESS_TRANSFER, /* bytes on their way to or from the engine */
	PROGRESS_FACTS,    /* what is known of the base image */
	PROGRESS_IMAGE,    /* what the artifact is made of */
	PROGRESS_END,      /* a build has ended */
	PROGRESS_KINDS
};

struct progress_transfer {
	const char *what;     /* "pull", "upload" */
	const char *name;     /* a layer; "files" */
	const char *status;   /* the engine's word, or NULL */
	uint64_t done, total; /* bytes; total 0: not known */
	bool over;            /* all of it: no more of `what` comes */
};

struct progress_summary {
	bool passed, cached;
	const char *image;                  /* its id, or NULL */
	const char *name;                   /* REPO:TAG, or the id; NULL: nothing was kept */
	const char *failure;                /* the error's text, or NULL */
	int code;                           /* its number (common/error_codes.h) */
	uint64_t wall_us;                   /* of the whole build */
	size_t ran, from_cache;             /* nodes */
	int64_t size, added;                /* bytes, the second over the base; -1: not known */
	uint64_t phase_us[NODE_COMMIT + 1]; /* by the kind of node: from the first's begin to the
					       last's end; 0: there was none */
};

struct progress_event {
	enum progress_kind kind;
	uint64_t at_us;    /* since the program began to report */
	const char *build; /* which of several: a manifest's path, a cell's name */
	int width;         /* of the names of builds, where lines of several are mixed; else 0 */
	const char *node;  /* its id; NULL: none */
	const char *label; /* the node's */
	size_t number;     /* "[2/7]", the node's; 0 where nothing is run... */
	size_t total;      /* ...and of how many: there from BUILD on */
	const char *text; /* of OUTPUT (a line), NOTICE, MESSAGE, CACHED (why), FACTS (the image) */
	size_t text_len;  /* OUTPUT may hold NULs */
	uint64_t wall_us; /* of DONE */
	const struct session_exit *usage;         /* of DONE: as the agent measured, or NULL */
	const struct progress_transfer *transfer; /* of TRANSFER */
	const struct value *value; /* of BUILD the graph (graph_value), of PLAN a list (reasons.h),
				      of FACTS a map, of IMAGE a list of layers */
	const struct error *failure;            /* of FAILED */
	const char *endpoint;                   /* of BUILD: whose engine works for it */
	const struct progress_summary *summary; /* of END */
};

#endif
