#include "host/cache_home.h"

#include "common/memory.h"
#include "common/own.h"

#include <stdarg.h>
#include <stdbool.h>

char *cache_home(const char *format, ...)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	bool own = cache && *cache == '/'; /* the specification: relative ones are to be ignored */
	autofree char *below = NULL;
	va_list args;
	if (!own && !(home && *home == '/'))
		return NULL;
	va_start(args, format);
	int len = vasprintf(&below, format, args);
	va_end(args);
	if (len < 0)
		return NULL;
	return mem_printf("%s%s/factory/%s", own ? cache : home, own ? "" : "/.cache", below);
}
