#include "host/doctor/checks.h"

#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

/* None of these is needed: it is only good to know. */
static const struct {
	const char *name, *purpose;
} programs[] = {
	{"git", "what manifests fetch by git needs it"},
	{"podman", "it is an engine too"},
	{"runc", "engines start containers by it, or by crun"},
};

/* The caller frees it; NULL: it is nowhere in PATH. */
static char *find_program(const char *name)
{
	const char *path = getenv("PATH");
	for (size_t len; path && *path; path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		char *file = mem_printf("%.*s/%s", (int)len, path, name);
		if (len && access(file, X_OK) == 0)
			return file;
		free(file);
	}
	return NULL;
}

void doctor_programs(struct doctor *doctor)
{
	for (size_t i = 0; i < COUNT_OF(programs); i++) {
		autofree char *file = find_program(programs[i].name);
		if (file)
			doctor_add(doctor, programs[i].name, DOCTOR_OK, NULL, "%s is there", file);
		else
			doctor_add(doctor, programs[i].name, DOCTOR_OK, NULL, "is not there (%s)",
				   programs[i].purpose);
	}
}
