#include "host/moment.h"

#include <stdlib.h>

static const char name[] = "SOURCE_DATE_EPOCH"; /* https://reproducible-builds.org/specs/ */

bool moment_given(void)
{
	const char *epoch = getenv(name);
	return epoch && *epoch;
}

time_t moment_of_epoch(void)
{
	return moment_given() ? (time_t)strtoll(getenv(name), NULL, 10) : 0;
}

const char *moment_text(struct arena *arena, time_t when)
{
	struct tm utc = {0};
	char text[32];
	gmtime_r(&when, &utc);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	return arena_strdup(arena, text);
}
