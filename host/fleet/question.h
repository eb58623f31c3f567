/* What a driver asks of Consul for its fleet, and what the replies mean
 * (https://developer.hashicorp.com/consul/api-docs: session, kv, txn). No transport here. */
#ifndef FACTORY_HOST_FLEET_QUESTION_H
#define FACTORY_HOST_FLEET_QUESTION_H

#include "common/consul.h"

/* Consul ends a session when nothing was heard of it for this long at least, and twice that at
 * most. It takes none that is shorter. */
enum { FLEET_TTL_S = 10, FLEET_WATCH_S = 30 };

enum fleet_asks {
	FLEET_ASKS_SESSION, /* for a new one */
	FLEET_ASKS_RENEWAL,
	FLEET_ASKS_END,  /* of the session and of all it holds */
	FLEET_ASKS_KEY,  /* to hold it */
	FLEET_ASKS_DROP, /* to remove a key that it holds */
	FLEET_ASKS_VIEW
};

struct fleet_question {
	enum fleet_asks asks;
	struct buf path, body;
	uint64_t patience_ms;
};

void fleet_ask_for_session(struct fleet_question *question, const char *name);
void fleet_ask_for_renewal(struct fleet_question *question, const char *session);
void fleet_ask_for_end(struct fleet_question *question, const char *session);
void fleet_ask_for_key(struct fleet_question *question, const char *key, const char *session,
		       const char *value);
void fleet_ask_to_drop(struct fleet_question *question, const char *key, const char *session);
/* Of all keys below the prefix; index 0: at once, else when they have changed since. */
void fleet_ask_for_view(struct fleet_question *question, const char *prefix, uint64_t index);
void fleet_question_free(struct fleet_question *question);

enum fleet_reply {
	FLEET_YES,
	FLEET_NO,   /* somebody else holds the key */
	FLEET_LOST, /* there is no such session any more */
	FLEET_AWAY, /* no Consul, or it has no leader: it may come back */
	FLEET_BAD   /* it refuses, or is no Consul */
};

/* The error is set where it is FLEET_AWAY or FLEET_BAD. */
enum fleet_reply fleet_reply(enum fleet_asks asked, const struct consul_target *consul,
			     const struct http_response *response, struct error *err);

/* What a FLEET_YES holds: a session's id, which the caller frees, and the index of a view. Of what
 * holds none it is NULL or 0. */
char *fleet_reply_session(const struct http_response *response);
uint64_t fleet_reply_index(const struct http_response *response);

#endif
