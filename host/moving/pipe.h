/* A bounded pipe in memory: what one end has put in, the other takes out, in order. Neither waits:
 * who finds it full or empty is told, and has to come again. */
#ifndef FACTORY_HOST_MOVING_PIPE_H
#define FACTORY_HOST_MOVING_PIPE_H

#include <stdbool.h>
#include <stddef.h>

struct pipe {
	char *data;
	size_t size, from, held; /* a ring: `held` bytes from `from` on */
};

struct pipe pipe_new(size_t size);
void pipe_free(struct pipe *pipe);

/* All of it or, where there is no room for that, nothing: false. */
bool pipe_put(struct pipe *pipe, const char *data, size_t len);
/* As much as there is; 0: it is empty. */
size_t pipe_take(struct pipe *pipe, char *into, size_t room);

#endif
