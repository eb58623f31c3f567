/* Asks Consul for a fleet: on the loop, or at once. */
#ifndef FACTORY_HOST_FLEET_ASK_H
#define FACTORY_HOST_FLEET_ASK_H

#include "common/loop.h"
#include "host/fleet/question.h"

struct fleet_consul {
	const struct consul_target *target; /* the caller's */
	struct loop *loop;                  /* NULL: it is only asked at once */
	struct http_server server;
	struct http_client *client;
	char *token;            /* as a header, or NULL */
	struct fleet_ask *asks; /* under way */
};

int fleet_consul_open(struct fleet_consul *consul, const struct consul_target *target,
		      struct loop *loop, struct error *err);
/* Abandons what is asked; their owners are not told. */
void fleet_consul_close(struct fleet_consul *consul);

/* Asks and waits. The response is the caller's. */
enum fleet_reply fleet_ask_now(struct fleet_consul *consul, const struct fleet_question *question,
			       struct http_response *response, struct error *err);

/* Asks; `answered` is called once, from the loop, by when the ask is gone. err is set as
 * fleet_reply sets it. The question is taken. */
struct fleet_ask;
typedef void fleet_answered(void *ctx, enum fleet_reply reply, const struct http_response *response,
			    struct error *err);
struct fleet_ask *fleet_ask(struct fleet_consul *consul, struct fleet_question *question,
			    fleet_answered *answered, void *ctx);

/* Nobody is told what comes of it, which is not known. NULL is fine. */
void fleet_ask_cancel(struct fleet_ask *ask);

#endif
