/* Is everything there that a build needs? Each check is a line: what was found, and what to do
 * about it. */
#ifndef FACTORY_HOST_DOCTOR_DOCTOR_H
#define FACTORY_HOST_DOCTOR_DOCTOR_H

#include "common/arena.h"
#include "common/error.h"
#include "host/engine/engine.h"

enum doctor_verdict { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };

struct doctor_finding {
	const char *check; /* "engine", "socket"... */
	enum doctor_verdict verdict;
	const char *text;
	const char *advice; /* what to do; NULL where there is nothing */
};

enum { DOCTOR_MOST = 16 };

struct doctor {
	struct engine_address address;
	const char *toolbox, *consul; /* of the options; consul may be NULL */
	struct arena arena;
	struct loop *loop;
	struct engine *engine; /* NULL where it can't be reached */
	struct doctor_finding findings[DOCTOR_MOST];
	size_t count;
};

/* Runs all checks, however many fail; doctor_free releases what they found. */
void doctor_run(struct doctor *doctor);
void doctor_free(struct doctor *doctor);

/* The worst verdict. */
enum doctor_verdict doctor_verdict(const struct doctor *doctor);
const char *doctor_verdict_name(enum doctor_verdict verdict);

#endif
