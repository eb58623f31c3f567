#include "host/engine/program.h"

#include "common/memory.h"
#include "common/own.h"

#include <string.h>

bool program_is_installed(const char *program)
{
	autofree char *path = mem_strdup(getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
	char *rest = path;
	for (const char *directory; (directory = strsep(&rest, ":"));) {
		autofree char *file = mem_printf("%s/%s", directory, program);
		if (access(file, X_OK) == 0)
			return true;
	}
	return false;
}
