#include "agent/session/outbox.h"

#include <errno.h>
#include <unistd.h>

/* How much is kept for the next bytes, and how much is written before the rest is moved up: a move
 * for each write would cost more than the writing. */
enum { KEEP = 256 << 10, MOVE_AFTER = 1 << 20 };

size_t outbox_pending(const struct outbox *outbox)
{
	return outbox->bytes.len - outbox->sent;
}

static void tidy(struct outbox *outbox)
{
	if (!outbox_pending(outbox) && outbox->bytes.cap > KEEP)
		buf_free(&outbox->bytes);
	else if (!outbox_pending(outbox) || outbox->sent > MOVE_AFTER)
		buf_consume(&outbox->bytes, outbox->sent);
	else
		return;
	outbox->sent = 0;
}

int outbox_flush(struct outbox *outbox, int fd)
{
	while (outbox_pending(outbox)) {
		ssize_t wrote =
			write(fd, outbox->bytes.data + outbox->sent, outbox_pending(outbox));
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0 && errno != EAGAIN)
			return -1;
		if (wrote < 0)
			break;
		outbox->sent += (size_t)wrote;
	}
	tidy(outbox);
	return 0;
}

void outbox_free(struct outbox *outbox)
{
	buf_free(&outbox->bytes);
	outbox->sent = 0;
}
