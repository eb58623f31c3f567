/* There are none: its containers share the host's, or have none. What is asked for can't be made,
 * and what can't be made is neither listed nor in need of removal. */
#include "host/engine/oci/parts.h"

void oci_network_create(struct engine *engine, const struct engine_network *network,
			engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	(void)network;
	reply_refuse(reply, ENGINE_FAILED, "%s makes no networks: services need Docker or Podman",
		     engine->endpoint);
}

void oci_network_list(struct engine *engine, const char *label, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	(void)label;
	reply->body = value_list(&reply->arena);
}

void oci_network_remove(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	(void)id;
	reply_new((struct oci *)engine, done, ctx);
}
