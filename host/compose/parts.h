/* What the files that read compose files share (https://docs.docker.com/reference/compose-file/).
 */
#ifndef FACTORY_HOST_COMPOSE_PARTS_H
#define FACTORY_HOST_COMPOSE_PARTS_H

#include "host/compose/interpolate.h"
#include "host/manifest/services_parts.h"

/* One service while it is read; the reader's functions get it as their target. */
struct compose_service {
	struct service *service;
	const struct compose_variables *variables;
	const char *image;
	const struct value *build; /* where it stands; NULL: it is not built */
	const struct value *env, *command, *entrypoint;
	const struct value *env_files; /* those of files: a map, or NULL */
};

extern const struct reader_section compose_service_section;

/* "healthcheck": `target` is a struct compose_service. */
int compose_healthcheck(struct reader *reader, const struct value_entry *entry, void *target);

/* "env_file", "environment": likewise. */
int compose_env_files(struct reader *reader, const struct value_entry *entry, void *target);
int compose_environment(struct reader *reader, const struct value_entry *entry, void *target);

/* The variables of the file .env beside a compose file, an empty map where there is none. */
int compose_dotenv(struct reader *reader, const char *compose_path, const struct value **variables);

/* Notes a key that makes no difference to tests, to be told once. */
int compose_ignored(struct reader *reader, const struct value_entry *entry, void *target);

/* A problem: the key would make a difference, and is not known here. */
int compose_refused(struct reader *reader, const struct value_entry *entry, void *target);

#endif
