/* What the tests of a manifest need beside them: containers of other images, as `services:` or a
 * compose file describes them. */
#ifndef FACTORY_HOST_MANIFEST_SERVICES_H
#define FACTORY_HOST_MANIFEST_SERVICES_H

#include "common/value.h"
#include "host/manifest/position.h"

#include <stdbool.h>
#include <stdint.h>

/* How it is found out that a service is ready: the first of these that is set. */
struct service_check {
	const char *run;          /* a line for the service's shell */
	const struct value *argv; /* a list: the same without a shell; or NULL */
	unsigned tcp;             /* a port that takes connections */
	const char *http;         /* "[:PORT]/PATH" that answers with 2xx or 3xx */
	bool none;                /* it is ready as soon as it runs */
	uint64_t interval_ms;     /* between two tries */
	uint64_t try_ms;          /* for one try */
	uint64_t timeout_ms;      /* for all of them */
	struct position at;
};

enum service_condition {
	SERVICE_STARTED,
	SERVICE_READY,
	SERVICE_COMPLETED, /* it has ended with 0 */
};

struct service_need {
	const char *name;
	enum service_condition condition;
	size_t number; /* of the service, in its set */
	struct position at;
};

struct service_mount {
	const char *source, *target;
	bool read_only;
};

struct service {
	const char *name, *image;
	const struct value *entrypoint, *command; /* lists of texts; NULL: the image's */
	const struct value *env;                  /* map of strings, or NULL */
	const char *user, *workdir;               /* NULL: the image's */
	const struct value *ports;                /* list of integers; NULL: what the image says */
	struct service_check ready;
	bool has_check; /* else: the image's, or that its first port takes connections */
	struct service_need *needs;
	size_t need_count;
	struct service_mount *mounts;
	size_t mount_count;
	bool ends; /* it is there to end: another waits for that */
	struct position at;
};

struct service_set {
	struct service *items;
	size_t count;
	struct position at;
	bool incomplete; /* reading it failed: nothing is complained of as missing */
};

/* All that a test's outcome may hang on, as a map; of mounts only where they are. */
struct value *service_describe(struct arena *arena, const struct service *service);

#endif
