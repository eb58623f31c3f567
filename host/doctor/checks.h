/* The checks, in files by what they look at. Each adds a finding, or none where there is nothing to
 * be said. */
#ifndef FACTORY_HOST_DOCTOR_CHECKS_H
#define FACTORY_HOST_DOCTOR_CHECKS_H

#include "host/doctor/doctor.h"

void doctor_socket(struct doctor *doctor);
void doctor_engine(struct doctor *doctor); /* opens doctor->engine */
void doctor_disk(struct doctor *doctor);
void doctor_toolbox(struct doctor *doctor);
void doctor_consul(struct doctor *doctor);
void doctor_programs(struct doctor *doctor);

/* The text is formatted; the advice must stay. */
void doctor_add(struct doctor *doctor, const char *check, enum doctor_verdict verdict,
		const char *advice, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* A failure in the words of an error. */
void doctor_add_error(struct doctor *doctor, const char *check, const char *advice,
		      const struct error *err);

#endif
