/* What exit codes mean, in words. */
#ifndef FACTORY_HOST_DESCRIBE_EXIT_CODES_H
#define FACTORY_HOST_DESCRIBE_EXIT_CODES_H

#include <stddef.h>

struct exit_meaning {
	int code;
	const char *meaning;
};

extern const struct exit_meaning exit_meanings[];
extern const size_t exit_meaning_count;

#endif
