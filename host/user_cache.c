#include "host/user_cache.h"

#include "common/hash.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>

char *user_cache_path(const char *below)
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	if (base && *base)
		return mem_printf("%s/factory/%s", base, below);
	return home && *home ? mem_printf("%s/.cache/factory/%s", home, below) : NULL;
}

char *user_cache_of(const char *folder, const char *endpoint, const char *name)
{
	char hex[HASH_HEX];
	auto_hash struct hash *hash = hash_new();
	hash_add_text(hash, endpoint);
	hash_add_text(hash, name);
	hash_finish(STEAL(hash), hex);
	autofree char *below = mem_printf("%s/%s", folder, hex);
	return user_cache_path(below);
}
