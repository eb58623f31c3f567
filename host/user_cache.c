#include "host/user_cache.h"

#include "common/memory.h"

#include <stdlib.h>

char *user_cache_path(const char *below)
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	if (base && *base)
		return mem_printf("%s/factory/%s", base, below);
	return home && *home ? mem_printf("%s/.cache/factory/%s", home, below) : NULL;
}
