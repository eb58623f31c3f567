/* Where a build tells what it does: calls become events (event.h) for the sinks. Each build has a
 * report of its own; all of them share the sinks and the secrets of the first one. */
#ifndef FACTORY_HOST_PROGRESS_REPORT_H
#define FACTORY_HOST_PROGRESS_REPORT_H

#include "host/graph/graph.h"
#include "host/progress/sinks.h"
#include "host/session/session.h"

#include <stdbool.h>
#include <stdint.h>

struct report;

/* Without a sink nothing is shown. */
struct report *report_new(void);
/* That of one of the builds: its events have the build's name, and where lines of several are
 * mixed, each begins with the name, filled up to `width` columns (0: they are not). It must be
 * freed before the whole one, whose sinks and secrets it shares. */
struct report *report_part(struct report *whole, const char *name, int width);
void report_free(struct report *report); /* the first one closes the sinks */

/* The sink is the report's from now on; one whose ctx is NULL is left out. */
void report_add_sink(struct report *report, struct progress_sink sink);

/* The text's lines are shown as "***" from now on (secrets.h); they are copied. */
void report_hide(struct report *report, const char *text, size_t len);
/* All of them, for what else is shown: a list. */
const struct value *report_hidden(const struct report *report);

/* The build's graph, for "[2/7]" and for pictures; endpoint: whose engine works for it. */
void report_graph(struct report *report, const struct graph *graph, const char *endpoint);
/* What will be run and why (build/reasons.h), unless all is there. */
void report_plan(struct report *report, const struct value *nodes);
void report_begin(struct report *report, const struct node *node);
/* A piece of a step's output; whole lines are shown as they come. */
void report_output(struct report *report, const struct node *node, const char *data, size_t len);
/* exit: what the agent measured, or NULL; wall_us: as seen from the driver. */
void report_end(struct report *report, const struct node *node, const struct session_exit *exit,
		uint64_t wall_us);
/* The node failed, or was interrupted: shows the output that is left. */
void report_failure(struct report *report, const struct node *node, const struct error *failure);
/* The node's result is there from an earlier build. */
void report_cached(struct report *report, const struct node *node);
/* Those of all nodes are: nothing is run. why: for people. */
void report_all_cached(struct report *report, const struct graph *graph, const char *why);
void report_transfer(struct report *report, const struct progress_transfer *transfer);
/* Facts of an image: a map; its layers: a list. */
void report_facts(struct report *report, const char *image, const struct value *facts);
void report_layers(struct report *report, const struct value *layers);

/* A line of its own: "toolbox: made", "pulling..." */
void report_notice(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* One that is shown even where only failures are wanted. */
void report_message(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Something else is about to be written to the terminal, after the call, at once. */
void report_pause(struct report *report);

/* The build is over: ran, from_cache and phase_us are filled in here. */
void report_over(struct report *report, struct progress_summary *summary);

#endif
