#include "host/tree/epoch.h"

#include "host/exit_codes.h"

#include <stdlib.h>
#include <string.h>

/* Digits beyond that are no time that a file can have. */
enum { MOST_DIGITS = 12 };

int epoch_read(const char **epoch, struct error *err)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	*epoch = text && *text ? text : NULL;
	if (!*epoch)
		return 0;
	size_t digits = strspn(text, "0123456789");
	if (!text[digits] && digits <= MOST_DIGITS)
		return 0;
	error_set(err, "SOURCE_DATE_EPOCH is a number of seconds, not '%s'", text);
	err->exit_code = EXIT_USAGE;
	return -1;
}

int64_t epoch_seconds(const char *epoch)
{
	return strtoll(epoch, NULL, 10);
}
