#include "agent/source/source.h"
#include "common/consul.h"
#include "common/frame.h"
#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

enum { CHUNK = 65536, EXIT_VALUES = 8 };

struct driver_source {
	struct source source; /* first: the two are one */
	int fd;
	uint32_t id;
	struct buf received;
	struct frame_joiner joiner;
};

static int wait_for(int fd, short events, struct error *err)
{
	struct pollfd poller = {.fd = fd, .events = events};
	while (poll(&poller, 1, -1) < 0)
		if (errno != EINTR)
			return error_errno(err, "can't wait for the driver");
	return 0;
}

static int send_all(int fd, const struct buf *bytes, struct error *err)
{
	for (size_t sent = 0; sent < bytes->len;) {
		ssize_t put = write(fd, bytes->data + sent, bytes->len - sent);
		if (put > 0)
			sent += (size_t)put;
		else if (errno == EAGAIN && wait_for(fd, POLLOUT, err) < 0)
			return -1;
		else if (errno != EINTR && errno != EAGAIN)
			return error_errno(err, "can't ask the driver");
	}
	return 0;
}

static int receive_more(struct driver_source *driver, struct error *err)
{
	char *room = buf_reserve(&driver->received, CHUNK);
	ssize_t got = read(driver->fd, room, CHUNK);
	if (got > 0) {
		driver->received.len += (size_t)got;
		return 0;
	}
	if (got == 0)
		return error_set(err, "the driver has gone");
	if (errno == EAGAIN || errno == EINTR)
		return wait_for(driver->fd, POLLIN, err);
	return error_errno(err, "can't hear the driver");
}

static int take_value(const struct frame *frame, struct arena *arena, struct value **found,
		      struct error *err)
{
	const struct value *answer = frame_json(frame, arena, err);
	if (!answer)
		return -1;
	const char *failed = value_text(value_get(answer, "error"));
	if (failed) {
		error_set(err, "%s", failed);
		err->exit_code = EXIT_VALUES;
		return -1;
	}
	*found = value_get(answer, "value");
	return 0;
}

/* 1 when the VALUE was there. */
static int next_frame(struct driver_source *driver, struct arena *arena, struct value **found,
		      struct error *err)
{
	struct frame part, whole;
	int got = frame_parse(&driver->received, &part, err);
	if (got <= 0)
		return got < 0 ? -1 : receive_more(driver, err);
	int status = frame_join(&driver->joiner, &part, &whole, err);
	bool ours = status > 0 && whole.type == FRAME_VALUE && whole.id == driver->id;
	if (ours)
		status = take_value(&whole, arena, found, err);
	buf_consume(&driver->received, FRAME_HEADER + part.length);
	return status < 0 ? -1 : ours;
}

static int refuse(const struct want *want, struct error *err)
{
	error_set(err,
		  "the driver gives values of Consul and of its own keys, and no \"%s\" (%s): give "
		  "the secret to the step, or render the template when the container runs",
		  want->kind, want->name);
	err->exit_code = EXIT_VALUES;
	return -1;
}

static int get(struct source *source, const struct want *want, struct arena *arena,
	       struct value **found, struct error *err)
{
	struct driver_source *driver = (struct driver_source *)source;
	auto_buf struct buf frame = {0};
	*found = NULL;
	if (!consul_knows(want->kind))
		return refuse(want, err);
	frame_add_json(&frame, FRAME_WANT, driver->id, want_to_value(arena, want));
	int status = send_all(driver->fd, &frame, err);
	while (status == 0)
		status = next_frame(driver, arena, found, err);
	return status < 0 ? -1 : 0;
}

static void release(struct source *source)
{
	struct driver_source *driver = (struct driver_source *)source;
	buf_free(&driver->received);
	frame_joiner_free(&driver->joiner);
	free(driver);
}

struct source *source_driver(int fd, uint32_t id)
{
	struct driver_source *driver = mem_alloc(sizeof *driver);
	driver->source = (struct source){.get = get, .free = release};
	driver->fd = fd;
	driver->id = id;
	return &driver->source;
}
