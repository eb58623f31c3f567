#include "host/doctor/checks.h"

#include "common/own.h"
#include "host/program.h"

/* None of these is needed: it is only good to know. */
static const struct {
	const char *name, *purpose;
} programs[] = {
	{"git", "what manifests fetch by git needs it"},
	{"podman", "it is an engine too"},
	{"runc", "engines start containers by it, or by crun"},
	{"skopeo", "oci: speaks with registries by it"},
};

void doctor_programs(struct doctor *doctor)
{
	for (size_t i = 0; i < COUNT_OF(programs); i++) {
		autofree char *file = program_find(programs[i].name);
		if (file)
			doctor_add(doctor, programs[i].name, DOCTOR_OK, NULL, "%s is there", file);
		else
			doctor_add(doctor, programs[i].name, DOCTOR_OK, NULL, "is not there (%s)",
				   programs[i].purpose);
	}
}
