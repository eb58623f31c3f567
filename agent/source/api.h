/* What a server's API knows of the values that templates want: which requests answer a want, and
 * what their replies mean. No transport here: whoever asks (fetch.c once, watch.c again and again)
 * performs the requests, so that many are under way at once and a test needs no network.
 *
 *   do { api->ask(...); perform; } while (api->take(...) == 0);
 */
#ifndef FACTORY_AGENT_SOURCE_API_H
#define FACTORY_AGENT_SOURCE_API_H

#include "agent/source/source.h"
#include "common/buffer.h"
#include "common/http.h"

/* One want that is being answered. Zeroed but for want, index, wait_ms and arena. */
struct inquiry {
	const struct want *want;
	const char *server;       /* what errors call it: "Vault at https://..." */
	struct arena *arena;      /* of the answer and of `state` */
	uint64_t index;           /* of the last answer, for a blocking query; 0: answer at once.
				     take() sets the new one; 0: the API has no blocking queries */
	uint32_t default_lease_s; /* of what has no lease of its own; 0: the API's default */
	uint32_t wait_ms;         /* how long a blocking query may take */
	bool leader;              /* a follower may be behind: only the leader may answer */
	unsigned step;       /* of the requests that make an answer; the caller counts: 0, 1, ... */
	void *state;         /* what an API remembers from one step to the next */
	struct value *found; /* the answer; NULL: there is no such thing */
	uint32_t again_s;    /* ask again after so many seconds; 0: as the index says */
};

/* A request of an inquiry; the caller adds the server, its token and the time limits. */
struct api_request {
	const char *method; /* GET unless set */
	struct buf path;    /* with the query */
	struct buf body;    /* JSON; empty: none */
};

struct api {
	const char *name;         /* "Consul", for errors */
	const char *const *kinds; /* ends with NULL */
	int (*ask)(struct inquiry *inquiry, struct api_request *request, struct error *err);
	/* 1: answered; 0: another request is needed; -1: an error, whose exit code is 8 and whose
	 * text says what the server said. A 404 is a missing value and no error. The response's
	 * body may become a part of the arena. */
	int (*take)(struct inquiry *inquiry, struct http_response *response, struct error *err);
};

extern const struct api api_consul; /* common/consul.h has the shapes */
extern const struct api api_vault;  /* secret, secrets, pki */
extern const struct api api_nomad;

/* The API that knows this kind; NULL where none does. */
const struct api *api_of(const char *kind);

#endif
