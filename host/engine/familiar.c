#include "host/engine/familiar.h"

#include "common/own.h"

#include <string.h>

const char *familiar_name(const char *name)
{
	static const char *const begins[] = {"docker.io/library/", "docker.io/", "localhost/"};
	for (size_t i = 0; i < COUNT_OF(begins); i++)
		if (strncmp(name, begins[i], strlen(begins[i])) == 0)
			return name + strlen(begins[i]);
	return name;
}
