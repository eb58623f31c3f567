/* What a person sees of a build: a line for each node as it begins and ends, and its output. */
#ifndef FACTORY_HOST_BUILD_REPORT_H
#define FACTORY_HOST_BUILD_REPORT_H

#include "host/graph/graph.h"
#include "host/session/session.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct report;

/* Lines go to `out`; colour only where `color`; quiet: nothing but failures. */
struct report *report_new(FILE *out, bool color, bool quiet);
/* That of one of several builds that run side by side: each line begins with the build's name,
 * filled up to `width` columns. It must be freed before the whole one, whose secrets it hides. */
struct report *report_part(struct report *whole, const char *name, int width);
void report_free(struct report *report);

/* The text's lines are shown as "***" from now on (secrets.h); they are copied. */
void report_hide(struct report *report, const char *text, size_t len);
/* All of them, for what else is shown: a list. */
const struct value *report_hidden(const struct report *report);

/* A build begins: how many nodes there will be, for "[2/7]". */
void report_total(struct report *report, size_t nodes);
/* The node's result is there from an earlier build. */
void report_cached(struct report *report, const struct node *node);
void report_begin(struct report *report, const struct node *node);
/* A piece of a step's output; whole lines are shown as they come. */
void report_output(struct report *report, const struct node *node, const char *data, size_t len);
/* exit: what the agent measured, or NULL; wall_us: as seen from the driver. */
void report_end(struct report *report, const struct node *node, const struct session_exit *exit,
		uint64_t wall_us);
/* The node failed: shows the output that is left. */
void report_failure(struct report *report, const struct node *node);
/* A line of its own: "toolbox: made", "pulling..." */
void report_notice(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
