/* Where the steps of `install` stand in a manifest's text, as it is written: YAML of which Jinja2
 * has not read anything yet. */
#ifndef FACTORY_HOST_INTERACTIVE_LAYOUT_H
#define FACTORY_HOST_INTERACTIVE_LAYOUT_H

#include "common/arena.h"
#include "host/manifest/manifest.h"

/* A step. */
struct layout_item {
	size_t line, end; /* lines, from 0: its first one, and the one behind its last */
	size_t column;    /* of its dash */
	size_t place;     /* the line that a step added before it goes in front of */
	size_t from, to;  /* its command's, as bytes */
	size_t indent;    /* what a block's lines must be further in than */
	char *command;    /* as it is there; NULL: it has none */
	bool in_flow;     /* it stands in brackets, on one line */
	/* Why its command can't be another, why it can't be left out, why nothing can be added
	 * before it; or NULL. */
	const char *no_change, *no_removal, *no_addition;
};

struct layout {
	struct arena arena;
	const char *path; /* for messages */
	const char *bytes;
	size_t len;
	size_t *lines; /* where each begins, and the end of all */
	size_t line_count;
	struct layout_item *items; /* all steps of the list; one more has the place behind them */
	size_t count, cap;
};

/* Reads it. `steps` are what the manifest's reader has found in the list, which must be what is
 * written there; NULL: it is not known, and a group counts as a step without a command. Refuses,
 * with the reason, a list that is not written out, a line for each step. The text and the path must
 * outlive it. */
int layout_read(struct layout *layout, const char *path, const char *bytes, size_t len,
		const struct steps *steps, struct error *err);
void layout_free(struct layout *layout);
#define auto_layout __attribute__((cleanup(layout_free)))

/* How far a line is indented; SIZE_MAX: it is blank. */
size_t layout_indent(const struct layout *layout, size_t line);

/* An error at that line (from 0). Returns -1. */
int layout_refuse(const struct layout *layout, size_t line, const char *why, struct error *err);

#endif
