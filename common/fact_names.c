#include "common/fact_names.h"

#include "common/own.h"

#include <string.h>

const char *const fact_names[] = {
	"os",           "kernel",      "processors", "memory",        "networking",
	"container",    "virtual",     "is_virtual", "hypervisors",   "dmi",
	"mountpoints",  "filesystems", "disks",      "partitions",    "identity",
	"users",        "groups",      "packages",   "languages",     "env",
	"path",         "timezone",    "processes",  "system_uptime", "load_averages",
	"fips_enabled", "ssh",         "cloud",      "certificates",  "package",
	"sockets",      "cpu",         "network",    "services",
};
const size_t fact_name_count = COUNT_OF(fact_names);

bool fact_names_begin(const char *path)
{
	size_t len = strcspn(path, ".");
	if (len == 4 && memcmp(path, "host", len) == 0)
		return true;
	for (size_t i = 0; i < fact_name_count; i++)
		if (strncmp(fact_names[i], path, len) == 0 && !fact_names[i][len])
			return true;
	return false;
}
