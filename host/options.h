/* Command-line options as tables of constants: the parser, --help, the completions of shells and
 * the manual pages all read the same rows. */
#ifndef FACTORY_HOST_OPTIONS_H
#define FACTORY_HOST_OPTIONS_H

#include "common/error.h"

#include <stdbool.h>
#include <stddef.h>

/* What a word can be, so that shells can complete it. */
enum word_kind {
	WORD_FILE = 1,
	WORD_DIRECTORY = 2,
	WORD_MANIFEST = 4, /* a file *.yml, *.yaml */
	WORD_IMAGE = 8,
	WORD_CONTAINER = 16,
	WORD_FACT = 32,
	WORD_COMMAND = 64, /* of factory */
	WORD_ERROR = 128,  /* "F0301" */
};

struct option {
	const char *name;     /* "tag" for --tag */
	char letter;          /* 't' for -t; 0: none */
	const char *argument; /* what --help calls it: "REPO:TAG"; NULL: the option takes none */
	const char *help;
	unsigned words;      /* enum word_kind, or'ed: what the argument may be; 0: anything */
	const char *choices; /* "text json": the argument is one of these; NULL: it isn't */
	/* Where the value goes: OPTION_INTO, or `each`, which may be called often. */
	enum option_takes { OPTION_NONE, OPTION_FLAG, OPTION_TEXT, OPTION_NUMBER } takes;
	size_t offset;
	int (*each)(void *target, const char *argument, struct error *err);
};

/* The value becomes a field of `target`: a bool turns true, a text is pointed to, a number is from
 * 1 to 100000. */
#define OPTION_INTO(type, field)                                                                   \
	.takes = OPTION_TAKES(((type *)0)->field), .offset = offsetof(type, field)
/* clang-format off */
#define OPTION_TAKES(place)                                                                        \
	_Generic((place), bool: OPTION_FLAG, const char *: OPTION_TEXT, unsigned: OPTION_NUMBER)
/* clang-format on */

enum { OPTION_TABLES = 6 };

/* Several tables, each ended by an option without a name; the unused ones are NULL. */
typedef const struct option *option_tables[OPTION_TABLES];

/* Goes through all options: `at` starts as (struct option_at){0}. NULL at the end. */
struct option_at {
	size_t table, row;
};
const struct option *options_next(const option_tables tables, struct option_at *at);

/* Reads all options of argv[1..argc-1], in any place ("--" ends them), into `target`, and moves the
 * other arguments to argv[1...]; *argc becomes their number + 1. Returns 0; 1 where --help is asked
 * for; -1 with exit code EXIT_USAGE. */
int options_parse(int *argc, char **argv, const option_tables tables, void *target,
		  struct error *err);

#endif
