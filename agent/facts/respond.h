/* One HTTP request to one answer: no sockets here. */
#ifndef FACTORY_AGENT_FACTS_RESPOND_H
#define FACTORY_AGENT_FACTS_RESPOND_H

#include "common/buffer.h"
#include "common/value.h"

#include <stdbool.h>

enum { FACTS_LONGEST_REQUEST = 8 << 10 };

struct facts_server {
	const struct value *external; /* map: facts of files and programs, read at the start */
	const struct value *errors;   /* map: why some of those are missing */
	bool loopback;                /* who asks must call us by a name of this machine */
};

/* How long the request at the begin of `text` is, headers and the empty line behind them; 0: it
 * isn't complete. */
size_t facts_request_length(const char *text, size_t len);

/* Appends the answer to a complete request. False: close the connection when it is written. */
bool facts_respond(const struct facts_server *server, const char *request, size_t len,
		   struct buf *out);

/* Appends an answer that is only a status and its words, for what isn't answered. */
void facts_refuse(struct buf *out, unsigned status);

#endif
