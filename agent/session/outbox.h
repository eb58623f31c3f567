/* Bytes on their way to a descriptor that does not block. */
#ifndef FACTORY_AGENT_SESSION_OUTBOX_H
#define FACTORY_AGENT_SESSION_OUTBOX_H

#include "common/buffer.h"

struct outbox {
	struct buf bytes; /* append to it */
	size_t sent;      /* how many of them are written already */
};

size_t outbox_pending(const struct outbox *outbox);

/* Writes what the descriptor takes now. -1: nobody reads there any more (errno says why). */
int outbox_flush(struct outbox *outbox, int fd);

void outbox_free(struct outbox *outbox);

#endif
