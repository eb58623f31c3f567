/* Where a template's values come from: Consul, a file, or the driver over the session. */
#ifndef FACTORY_AGENT_SOURCE_SOURCE_H
#define FACTORY_AGENT_SOURCE_SOURCE_H

#include "common/error.h"
#include "common/value.h"
#include "common/want.h"

struct source {
	/* 0: answered; *found is NULL where the key is missing; it lives in `arena`. 1: the answer
	 * comes later (the rendering is done again then); *found is NULL. */
	int (*get)(struct source *source, const struct want *want, struct arena *arena,
		   struct value **found, struct error *err);
	void (*free)(struct source *source);
};

/* Consul's HTTP API, directly; address and token NULL: from the environment (common/consul.h). */
struct source *source_consul(const char *address, const char *token, struct error *err);

/* A JSON or YAML file of keys (common/kv.h), or a recording (agent/source/recorded.h). */
struct source *source_file(const char *path, struct error *err);

/* The driver: writes WANT frames for request `id` to fd and reads VALUE frames from it. The
 * descriptor stays the caller's. */
struct source *source_driver(int fd, uint32_t id);

void source_free(struct source *source); /* NULL is fine */

#endif
