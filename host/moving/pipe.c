#include "host/moving/pipe.h"

#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

struct pipe pipe_new(size_t size)
{
	return (struct pipe){.data = mem_alloc(size), .size = size};
}

void pipe_free(struct pipe *pipe)
{
	free(pipe->data);
	*pipe = (struct pipe){0};
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

bool pipe_put(struct pipe *pipe, const char *data, size_t len)
{
	if (len > pipe->size - pipe->held)
		return false;
	size_t at = (pipe->from + pipe->held) % pipe->size;
	size_t first = least(len, pipe->size - at);
	memcpy(pipe->data + at, data, first);
	memcpy(pipe->data, data + first, len - first);
	pipe->held += len;
	return true;
}

size_t pipe_take(struct pipe *pipe, char *into, size_t room)
{
	size_t len = least(room, pipe->held), first = least(len, pipe->size - pipe->from);
	memcpy(into, pipe->data + pipe->from, first);
	memcpy(into + first, pipe->data, len - first);
	pipe->from = (pipe->from + len) % pipe->size;
	pipe->held -= len;
	return len;
}
