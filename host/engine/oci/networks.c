/* There are none: its containers share the host's, or have none. */
#include "host/engine/oci/parts.h"

static void refuse(struct engine *engine, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_refuse(reply, ENGINE_FAILED, "%s makes no networks: services need Docker or Podman",
		     engine->endpoint);
}

void oci_network_create(struct engine *engine, const struct engine_network *network,
			engine_done *done, void *ctx)
{
	(void)network;
	refuse(engine, done, ctx);
}

void oci_network_list(struct engine *engine, const char *label, engine_done *done, void *ctx)
{
	(void)label;
	refuse(engine, done, ctx);
}

void oci_network_remove(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	(void)id;
	refuse(engine, done, ctx);
}
