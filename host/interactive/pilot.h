/* `factory build -i`: a person who decides at each node, at breaks, or after failures. */
#ifndef FACTORY_HOST_INTERACTIVE_PILOT_H
#define FACTORY_HOST_INTERACTIVE_PILOT_H

#include "host/manifest/manifest.h"
#include "host/walk/guide.h"

struct pilot;

struct pilot_options {
	bool steps;                /* -i: stop before each node */
	bool stops_on_failure;     /* so does -i */
	const char *const *breaks; /* names of steps, NULL-terminated */
};

/* NULL: a break names no step. The arguments must outlive it. */
struct pilot *pilot_new(const struct pilot_options *options, const struct manifest *manifest,
			struct loop *loop, struct report *report, struct error *err);
/* Gives the terminal back, wherever the build was. */
void pilot_free(struct pilot *pilot);

const struct guide *pilot_guide(const struct pilot *pilot);

/* A signal has come. SIGINT ends what runs in the container, or the line being typed; what an
 * editor has had too is nothing to us. False: the build is to end. */
bool pilot_take_signal(struct pilot *pilot, int signal);

#endif
