/* Files that may be too large to hold, line by line. */
#include "agent/facts/system.h"
#include "common/own.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 64 << 10 };

bool facts_each_chunk(struct facts_system *system, const char *path, facts_chunk_found *found,
		      void *ctx)
{
	autoclose int fd = facts_open(system, path);
	char chunk[CHUNK];
	size_t held = 0;
	while (fd >= 0) {
		ssize_t got = read(fd, chunk + held, sizeof chunk - held);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		held += (size_t)got;
		const char *last = memrchr(chunk, '\n', held);
		size_t whole = last ? (size_t)(last - chunk) + 1 : held == sizeof chunk ? held : 0;
		if (whole && !found(ctx, chunk, whole))
			return true;
		held -= whole;
		memmove(chunk, chunk + whole, held);
	}
	if (fd >= 0 && held)
		found(ctx, chunk, held);
	return fd >= 0;
}

struct lines {
	facts_line_found *found;
	void *ctx;
};

static bool split_lines(void *ctx, const char *text, size_t len)
{
	const struct lines *lines = ctx;
	const char *end = text + len;
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		stop = stop ? stop : end;
		if (!lines->found(lines->ctx, text, (size_t)(stop - text)))
			return false;
		text = stop + 1;
	}
	return true;
}

bool facts_each_line(struct facts_system *system, const char *path, facts_line_found *found,
		     void *ctx)
{
	struct lines lines = {found, ctx};
	return facts_each_chunk(system, path, split_lines, &lines);
}
