#include "host/cache/identity.h"

#include "common/memory.h"

#include <limits.h>
#include <stdlib.h>

char *manifest_identity(const struct manifest *manifest)
{
	char real[PATH_MAX];
	if (realpath(manifest->path, real))
		return mem_strdup(real);
	return mem_printf("%s/%s", realpath(".", real) ? real : ".", manifest->path);
}
