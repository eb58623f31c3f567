/* What the readers of `services:` and of compose files share. */
#ifndef FACTORY_HOST_MANIFEST_SERVICES_PARTS_H
#define FACTORY_HOST_MANIFEST_SERVICES_PARTS_H

#include "host/manifest/reader.h"

enum {
	SERVICE_INTERVAL_MS = 200,
	SERVICE_TRY_MS = 5000,
	SERVICE_TIMEOUT_MS = 60000,
	MOST_SERVICES = 50, /* of one set */
};

/* Adds an empty service of that name, which must be fit for a host's name and new in the set; NULL
 * with a problem. */
struct service *services_add(struct reader *reader, struct service_set *set, const char *name,
			     const struct value *at);

/* Adds what a compose file describes; `images` (a map, or NULL) names images for services that the
 * file builds. */
int compose_read(struct reader *reader, const struct value *at, const char *path,
		 const struct value *images, struct service_set *set);

/* Readers for the tables of keys; `target` is the struct service. */
int services_ports(struct reader *reader, const struct value_entry *entry, void *target);
int services_mounts(struct reader *reader, const struct value_entry *entry, void *target);
/* `target` is a `const struct value *`: a list, or a text that is split as a shell would. */
int services_command(struct reader *reader, const struct value_entry *entry, void *target);

void services_need(struct reader *reader, struct service *service, const char *name,
		   enum service_condition condition, const struct value *at);

/* The same for a name, or each of a list of them. */
int services_need_each(struct reader *reader, struct service *service,
		       const struct value_entry *entry, enum service_condition condition);

/* Adds what the set's services need of `others` (may be NULL), and finds out where needs lead: to
 * nothing, or in a circle. */
int services_resolve(struct reader *reader, struct service_set *set,
		     const struct service_set *others);

/* `target` is the struct manifest, a struct step. */
int services_of_manifest(struct reader *reader, const struct value_entry *entry, void *target);
int services_of_step(struct reader *reader, const struct value_entry *entry, void *target);

/* When all keys have been read: each test's set of services. */
int services_give(struct reader *reader, struct manifest *manifest);

#endif
