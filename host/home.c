#include "host/home.h"

#include "common/memory.h"

#include <stdlib.h>

static char *below(const char *variable, const char *usual, const char *rest)
{
	const char *base = getenv(variable), *home = getenv("HOME");
	if (base && *base)
		return mem_printf("%s/factory/%s", base, rest);
	return home && *home ? mem_printf("%s/%s/factory/%s", home, usual, rest) : NULL;
}

char *home_cache(const char *rest)
{
	return below("XDG_CACHE_HOME", ".cache", rest);
}

char *home_config(const char *rest)
{
	return below("XDG_CONFIG_HOME", ".config", rest);
}
