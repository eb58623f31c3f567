/* Facts as the metadata of a node in Consul's catalog. */
#ifndef FACTORY_AGENT_RENDER_LIFE_REGISTER_NODE_H
#define FACTORY_AGENT_RENDER_LIFE_REGISTER_NODE_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

/* Makes the body of PUT /v1/catalog/register from facts (paths to texts); it stays empty where
 * `there`, the answer of GET /v1/catalog/node/NAME, has just these. -1: the node is that of an
 * agent of Consul's, which sets its metadata itself; there is no address; Consul takes no so many.
 */
int register_node(struct arena *arena, struct buf *body, const char *name,
		  const struct value *facts, const struct value *there, struct error *err);

#endif
