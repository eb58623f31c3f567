/* The driver's end of a session, for tests of the agent: the agent runs in a child process of the
 * test, on pipes. */
#ifndef FACTORY_TESTS_UNIT_DRIVER_H
#define FACTORY_TESTS_UNIT_DRIVER_H

#include "tests/unit/check.h"

#include "agent/commands.h"
#include "common/frame.h"
#include "common/json.h"
#include "common/memory.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DRIVER_PATIENCE_MS = 20000 };

struct driver {
	pid_t pid;
	int to, from;
	struct buf received;
	struct frame frame; /* the last one */
	struct buf payload; /* its payload */
	struct arena arena;
	struct value *json;        /* the last frame's, or NULL */
	struct buf out, err, data; /* what driver_await collected */
};

static inline _Noreturn void driver_child(int in, int out)
{
	struct error err = {0};
	char *argv[] = {(char *)"session", NULL};
	dup2(in, 0);
	dup2(out, 1);
	close_range(3, ~0u, 0);
	int code = agent_session(1, argv, &err);
	if (code < 0)
		fprintf(stderr, "agent: %s\n", err.message);
	error_clear(&err);
	exit(code < 0 ? 99 : code);
}

static inline void driver_send_bytes(struct driver *driver, const void *bytes, size_t len)
{
	const char *at = bytes;
	while (len) {
		ssize_t wrote = write(driver->to, at, len);
		assert_true(wrote > 0);
		at += wrote;
		len -= (size_t)wrote;
	}
}

static inline void driver_send(struct driver *driver, enum frame_type type, uint32_t id,
			       const char *payload)
{
	auto_buf struct buf out = {0};
	frame_add(&out, type, id, payload, strlen(payload));
	driver_send_bytes(driver, out.data, out.len);
}

static inline void driver_take(struct driver *driver, const struct frame *frame)
{
	struct error ignored = {0};
	driver->frame = *frame;
	buf_clear(&driver->payload);
	buf_add(&driver->payload, frame->payload, frame->length);
	driver->frame.payload = driver->payload.data;
	buf_consume(&driver->received, FRAME_HEADER + frame->length);
	arena_free(&driver->arena);
	driver->json = frame->type == FRAME_STDOUT || frame->type == FRAME_STDERR ||
				       frame->type == FRAME_DATA
			       ? NULL
			       : frame_json(&driver->frame, &driver->arena, &ignored);
	error_clear(&ignored);
}

/* The next frame: true, or false at the end of the stream. */
static inline bool driver_next(struct driver *driver)
{
	struct error err = {0};
	struct frame frame;
	int got;
	while ((got = frame_parse(&driver->received, &frame, &err)) == 0) {
		struct pollfd waited = {driver->from, POLLIN, 0};
		if (poll(&waited, 1, DRIVER_PATIENCE_MS) != 1)
			fail_msg("no frame from the agent in %d ms", DRIVER_PATIENCE_MS);
		char *at = buf_reserve(&driver->received, 1 << 16);
		ssize_t count = read(driver->from, at, 1 << 16);
		if (count <= 0)
			return false;
		driver->received.len += (size_t)count;
	}
	expect_no_error(&err);
	driver_take(driver, &frame);
	return true;
}

static inline void driver_expect(struct driver *driver, enum frame_type type, uint32_t id)
{
	if (!driver_next(driver))
		fail_msg("the stream ended, expected %s", frame_type_name(type));
	if (driver->frame.type != type || driver->frame.id != id)
		fail_msg("got %s of %u: %.*s; expected %s of %u",
			 frame_type_name(driver->frame.type), driver->frame.id,
			 (int)driver->frame.length, driver->frame.payload, frame_type_name(type),
			 id);
}

/* Starts an agent. flags: CLONE_NEWPID makes it a first process; without the privilege for that,
 * false. */
static inline bool driver_spawn(struct driver *driver, int flags)
{
	int down[2], up[2];
	*driver = (struct driver){0};
	assert_int_equal(pipe2(down, O_CLOEXEC), 0);
	assert_int_equal(pipe2(up, O_CLOEXEC), 0);
	fflush(NULL);
	driver->pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
	if (driver->pid == 0)
		driver_child(down[0], up[1]);
	close(down[0]);
	close(up[1]);
	driver->to = down[1];
	driver->from = up[0];
	return driver->pid > 0;
}

/* Starts an agent and takes its HELLO. */
static inline void driver_start(struct driver *driver)
{
	assert_true(driver_spawn(driver, 0));
	driver_expect(driver, FRAME_HELLO, 0);
}

/* Collects the output, or the data, of a request until the frame that ends it. */
static inline void driver_await(struct driver *driver, enum frame_type type, uint32_t id)
{
	buf_clear(&driver->out);
	buf_clear(&driver->err);
	buf_clear(&driver->data);
	while (driver_next(driver) && driver->frame.type != type) {
		struct buf *to = driver->frame.type == FRAME_STDOUT   ? &driver->out
				 : driver->frame.type == FRAME_STDERR ? &driver->err
				 : driver->frame.type == FRAME_DATA   ? &driver->data
								      : NULL;
		if (!to || driver->frame.id != id)
			fail_msg("got %s of %u: %s; expected %s of %u",
				 frame_type_name(driver->frame.type), driver->frame.id,
				 buf_text(&driver->payload), frame_type_name(type), id);
		buf_add(to, driver->payload.data, driver->payload.len);
	}
	assert_int_equal(driver->frame.type, type);
	assert_int_equal(driver->frame.id, id);
}

/* The process's exit code; 1000 + a signal's number. */
static inline int driver_wait(struct driver *driver)
{
	int status = 0;
	assert_int_equal(waitpid(driver->pid, &status, 0), driver->pid);
	close(driver->to);
	close(driver->from);
	buf_free(&driver->received);
	buf_free(&driver->payload);
	buf_free(&driver->out);
	buf_free(&driver->err);
	buf_free(&driver->data);
	arena_free(&driver->arena);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* An orderly end: nothing but the end of the stream follows, and the agent is content. */
static inline void driver_end(struct driver *driver)
{
	driver_send(driver, FRAME_BYE, 0, "{}");
	assert_false(driver_next(driver));
	assert_int_equal(driver_wait(driver), 0);
}

static inline void driver_shell(struct driver *driver, uint32_t id, const char *line)
{
	auto_buf struct buf json = {0};
	buf_puts(&json, "{\"env\":{\"PATH\":\"/usr/bin:/bin:/usr/sbin:/sbin\"},\"shell\":");
	json_write_string(&json, line, strlen(line));
	buf_puts(&json, "}");
	driver_send(driver, FRAME_RUN, id, json.data);
}

static inline int64_t driver_number(const struct driver *driver, const char *key)
{
	const struct value *value = value_get(driver->json, key);
	if (!value_is(value, VALUE_INT))
		fail_msg("no number \"%s\" in %s", key, buf_text(&driver->payload));
	return value->integer;
}

static inline void driver_expect_error(struct driver *driver, uint32_t id, const char *message)
{
	driver_expect(driver, FRAME_ERROR, id);
	assert_string_equal(value_text(value_get(driver->json, "message")), message);
}

#endif
