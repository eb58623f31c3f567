#include "host/ui/streams.h"

#include "common/buffer.h"
#include "common/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BLOCK = 32 << 10, LONGEST_LINE = 32 << 20 };

struct stream {
	struct stream *next;
	struct streams *streams;
	struct MHD_Connection *connection;
	int file;
	uint64_t offset;  /* of the first line that is not in `ready` */
	struct buf part;  /* what was read behind it: a line without its end */
	struct buf ready; /* events on their way */
	bool suspended, gone;
};

struct streams {
	struct stream *first;
};

struct streams *streams_new(void)
{
	return mem_alloc(sizeof(struct streams));
}

void streams_free(struct streams *streams)
{
	free(streams);
}

/* The id is where the next line begins: a browser that connects again goes on there. */
static void add_event(struct stream *stream, const char *line, size_t len)
{
	stream->offset += len + 1;
	buf_printf(&stream->ready, "id: %llu\ndata: ", (unsigned long long)stream->offset);
	buf_add(&stream->ready, line, len);
	buf_puts(&stream->ready, "\n\n");
}

static void add_lines(struct stream *stream)
{
	struct buf *part = &stream->part;
	size_t used = 0;
	for (const char *end; used < part->len; used = (size_t)(end - part->data) + 1) {
		end = memchr(part->data + used, '\n', part->len - used);
		if (!end)
			break;
		add_event(stream, part->data + used, (size_t)(end - part->data) - used);
	}
	if (used)
		buf_consume(part, used);
}

/* False: there is no more for now. */
static bool read_more(struct stream *stream)
{
	struct buf *part = &stream->part;
	while (!stream->ready.len && stream->file >= 0 && part->len < LONGEST_LINE) {
		char *to = buf_reserve(part, BLOCK);
		ssize_t len = pread(stream->file, to, BLOCK, (off_t)(stream->offset + part->len));
		if (len <= 0)
			break;
		part->len += (size_t)len;
		add_lines(stream);
	}
	return stream->ready.len > 0;
}

static ssize_t on_wanted(void *ctx, uint64_t position, char *to, size_t room)
{
	struct stream *stream = ctx;
	(void)position;
	if (stream->gone)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (!stream->ready.len && !read_more(stream)) {
		stream->suspended = true;
		MHD_suspend_connection(stream->connection);
		return 0;
	}
	size_t len = stream->ready.len < room ? stream->ready.len : room;
	memcpy(to, stream->ready.data, len);
	buf_consume(&stream->ready, len);
	return (ssize_t)len;
}

static void on_over(void *ctx)
{
	struct stream *stream = ctx;
	struct stream **at = &stream->streams->first;
	while (*at != stream)
		at = &(*at)->next;
	*at = stream->next;
	if (stream->file >= 0)
		close(stream->file);
	buf_free(&stream->part);
	buf_free(&stream->ready);
	free(stream);
}

static struct stream *add(struct streams *streams, struct MHD_Connection *connection, int file)
{
	struct stream *stream = mem_alloc(sizeof *stream);
	*stream = (struct stream){
		.next = streams->first, .streams = streams, .connection = connection, .file = file};
	streams->first = stream;
	return stream;
}

static struct MHD_Response *answer(struct stream *stream)
{
	struct MHD_Response *response = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, BLOCK, on_wanted, stream, on_over);
	if (!response)
		on_over(stream);
	return response;
}

struct MHD_Response *streams_answer(struct streams *streams, struct MHD_Connection *connection,
				    int file, uint64_t offset)
{
	struct stream *stream = add(streams, connection, file);
	stream->offset = offset;
	return answer(stream);
}

static void say_new(struct stream *stream)
{
	if (!stream->ready.len)
		buf_puts(&stream->ready, "data: new\n\n");
}

struct MHD_Response *streams_answer_new(struct streams *streams, struct MHD_Connection *connection,
					bool already)
{
	struct stream *stream = add(streams, connection, -1);
	if (already)
		say_new(stream);
	return answer(stream);
}

static void resume(struct stream *stream)
{
	if (!stream->suspended)
		return;
	stream->suspended = false;
	MHD_resume_connection(stream->connection);
}

void streams_wake(struct streams *streams)
{
	for (struct stream *stream = streams->first; stream; stream = stream->next)
		resume(stream);
}

void streams_tell_new(struct streams *streams)
{
	for (struct stream *stream = streams->first; stream; stream = stream->next)
		if (stream->file < 0)
			say_new(stream);
	streams_wake(streams);
}

static bool has_gone(const struct stream *stream)
{
	char byte;
	int fd = MHD_get_connection_info(stream->connection, MHD_CONNECTION_INFO_CONNECTION_FD)
			 ->connect_fd;
	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void streams_tidy(struct streams *streams)
{
	for (struct stream *stream = streams->first; stream; stream = stream->next) {
		stream->gone |= has_gone(stream);
		if (stream->gone)
			resume(stream);
	}
}
