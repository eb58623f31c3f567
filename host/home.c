#include "host/home.h"

#include "common/memory.h"

#include <stdlib.h>

char *home_config(const char *rest)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (base && *base)
		return mem_printf("%s/factory/%s", base, rest);
	return home && *home ? mem_printf("%s/.config/factory/%s", home, rest) : NULL;
}
