/* From the base image's config to the artifact's, and to the environment steps run in. */
#ifndef FACTORY_HOST_CONTAINER_ARTIFACT_H
#define FACTORY_HOST_CONTAINER_ARTIFACT_H

#include "common/arena.h"
#include "common/value.h"
#include "host/engine/engine.h"
#include "host/manifest/manifest.h"

struct artifact {
	struct arena arena;
	const char *base_id;             /* the base image's digest */
	const struct value *base_config; /* its Config, as the engine tells */
	const struct value *config;      /* the artifact's whole Config */
	/* A checkpoint's: the base's, so that a container made from one is like one of the base. */
	const struct value *checkpoint_config;
	bool as_command;     /* the agent stands in for the base's command, not its entrypoint */
	const char *user;    /* of steps: the manifest's, else the base's, else root */
	const char *workdir; /* likewise, else "/" */
	const struct value *env; /* map: the base's, SOURCE_DATE_EPOCH, the manifest's */
};

/* `inspected` is the engine's answer about the base image. */
struct artifact *artifact_new(const struct manifest *manifest, const struct value *inspected);
void artifact_free(struct artifact *artifact);

/* How the build container must be made so that a commit leaks nothing of it: Docker's commit
 * fills whatever the given config leaves empty with the container's own, so each field of the
 * container may differ from the base only where the base's is not empty. Fills entrypoint or
 * command, user and no_healthcheck. */
void artifact_disguise(const struct artifact *artifact, const char *const *agent,
		       struct engine_container *container);

/* A step's environment as "K=V" strings, NULL-terminated, in `arena`; `more` (a map of strings, or
 * NULL) comes last. */
const char *const *artifact_environment(const struct artifact *artifact, const struct step *step,
					const struct value *more, struct arena *arena);

#endif
