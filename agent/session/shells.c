#include "agent/session/shells.h"

#include "common/own.h"

#include <stddef.h>
#include <unistd.h>

static const char *const shells[][3] = {
	{"/bin/bash"},       {"/usr/bin/bash"},        {"/usr/local/bin/bash"},
	{"/bin/sh"},         {"/usr/bin/sh"},          {"/tools/sh"},
	{"/dev/factory/sh"}, {"/tools/busybox", "sh"}, {"/dev/factory/busybox", "sh"},
};

/* The way that steps have always been run, whatever else is there. */
static const char *const for_steps[] = {"/bin/sh", "/usr/bin/sh", "/bin/bash", "/tools/sh",
					"/dev/factory/sh"};

const char *shells_for_steps(void)
{
	for (size_t i = 0; i < COUNT_OF(for_steps); i++)
		if (access(for_steps[i], X_OK) == 0)
			return for_steps[i];
	return NULL;
}

const char *const *shells_for_people(void)
{
	for (size_t i = 0; i < COUNT_OF(shells); i++)
		if (access(shells[i][0], X_OK) == 0)
			return shells[i];
	return NULL;
}
