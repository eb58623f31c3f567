/* Command-line options as tables: parsed, and described by --help, from the same lines. */
#ifndef FACTORY_HOST_OPTIONS_H
#define FACTORY_HOST_OPTIONS_H

#include "common/error.h"

#include <stdbool.h>
#include <stddef.h>

struct option_line {
	const char *name;     /* "tag" for --tag */
	char letter;          /* 't' for -t; 0: none */
	const char *argument; /* what --help calls it: "REPO:TAG"; NULL: the option takes none */
	const char *help;
	/* One of these takes the value: */
	bool *flag;
	const char **text;
	unsigned *number;                                                /* at least 1 */
	int (*each)(void *ctx, const char *argument, struct error *err); /* may be given often */
	void *ctx;
};

struct option_usage {
	const char *line; /* "factory build MANIFEST -t REPO:TAG [OPTION]..." */
	const char *text; /* what the command does; more lines after the options may follow */
};

/* Reads all options of argv[1..argc-1], in any place ("--" ends them), and moves the other
 * arguments to argv[1...]; *argc becomes their number + 1. Returns 0; 1 where --help was asked for
 * and has been printed to standard output; -1 with exit code EXIT_USAGE. */
int options_parse(int *argc, char **argv, const struct option_line *options, size_t count,
		  const struct option_usage *usage, struct error *err);

#endif
