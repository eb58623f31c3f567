#include "common/memory.h"
#include "host/engine/oci/parts.h"
#include "host/exit_codes.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPORT_CHUNK = 1024, STREAM_CHUNK = 65536 };

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_watched(struct reply *reply, int *fd)
{
	if (*fd < 0)
		return;
	loop_unwatch(reply->oci->engine.loop, *fd);
	close_fd(fd);
}

static void end_worker(struct reply *reply)
{
	if (reply->worker <= 0)
		return;
	close_watched(reply, &reply->report);
	close_watched(reply, &reply->stream[0]);
	kill(reply->worker, SIGKILL);
	waitpid(reply->worker, NULL, 0);
	reply->worker = 0;
}

static void forget(struct reply *reply)
{
	struct reply **at = &reply->oci->replies;
	while (*at != reply)
		at = &(*at)->next;
	*at = reply->next;
	loop_cancel(reply->oci->engine.loop, reply->timer);
	end_worker(reply);
	if (reply->held >= 0)
		flock(reply->held, LOCK_UN); /* other workers have copies of it */
	close_fd(&reply->held);
	if (reply->scratch)
		scratch_remove(reply->oci, reply->scratch);
}

static void release(struct reply *reply)
{
	free(reply->scratch);
	arena_free(&reply->arena);
	error_clear(&reply->error);
	buf_free(&reply->reported);
	buf_free(&reply->untaken);
	free(reply);
}

static void tell(void *ctx)
{
	struct reply *reply = ctx;
	struct engine_result result = {.status = reply->status,
				       .body = reply->body,
				       .id = reply->id,
				       .error = &reply->error};
	reply->timer = 0;
	forget(reply); /* before its owner is told, who may close the engine */
	engine_notice_full(&reply->error);
	reply->done(reply->ctx, &result);
	release(reply);
}

struct reply *reply_new(struct oci *oci, engine_done *done, void *ctx)
{
	struct reply *reply = mem_alloc(sizeof *reply);
	reply->oci = oci;
	reply->report = reply->stream[0] = reply->stream[1] = reply->held = -1;
	reply->done = done;
	reply->ctx = ctx;
	reply->next = oci->replies;
	oci->replies = reply;
	reply->timer = loop_after(oci->engine.loop, 0, tell, reply);
	return reply;
}

int reply_refuse(struct reply *reply, enum engine_status status, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	reply->status = status;
	error_set(&reply->error, "%s", text);
	reply->error.exit_code = EXIT_ENGINE;
	return -1;
}

int reply_no_container(struct reply *reply, const char *ref)
{
	return reply_refuse(reply, ENGINE_NOT_FOUND, "no such container: %s", ref);
}

struct value *reply_container(struct reply *reply, const char *ref, char id[ID_HEX])
{
	if (oci_container_find(reply->oci, ref, id))
		return oci_container_read(reply->oci, &reply->arena, id, &reply->error);
	reply_no_container(reply, ref);
	return NULL;
}

void reply_result(struct reply *reply, int status)
{
	if (status == 0)
		return;
	if (reply->status == ENGINE_OK)
		reply->status = ENGINE_FAILED;
	reply->error.exit_code = EXIT_ENGINE;
}

/* --- work that takes its time --- */

/* "STATUS TEXT": the id, or what is wrong. */
_Noreturn static void be_worker(struct reply *reply, reply_work *work, const void *ctx, int report)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	reply_result(reply, work(reply, ctx));
	const char *text = reply->status == ENGINE_OK ? reply->id : reply->error.message;
	dprintf(report, "%d %s", (int)reply->status, text ? text : "");
	_exit(0);
}

static void take_report(struct reply *reply)
{
	const char *report = buf_text(&reply->reported);
	char *text = strchr(report, ' ');
	if (!text)
		reply_refuse(reply, ENGINE_FAILED, "%s: a child process died",
			     reply->oci->engine.endpoint);
	else if (atoi(report) != ENGINE_OK)
		reply_refuse(reply, (enum engine_status)atoi(report), "%s", text + 1);
	else if (text[1])
		reply->id = text + 1;
}

static void finish(struct reply *reply)
{
	end_worker(reply);
	tell(reply);
}

/* Both pipes must be at their end. */
static void end_of(struct reply *reply, int *fd)
{
	close_watched(reply, fd);
	if (reply->report >= 0 || reply->stream[0] >= 0)
		return;
	take_report(reply);
	finish(reply);
}

static void on_report(void *ctx, unsigned events)
{
	struct reply *reply = ctx;
	char *room = buf_reserve(&reply->reported, REPORT_CHUNK);
	ssize_t got = read(reply->report, room, REPORT_CHUNK - 1);
	(void)events;
	if (got < 0 && errno == EINTR)
		return;
	if (got > 0) {
		reply->reported.len += (size_t)got;
		room[got] = '\0';
		return;
	}
	end_of(reply, &reply->report);
}

static void on_stream(void *ctx, unsigned events);

static void watch_stream(struct reply *reply, bool waits)
{
	loop_watch(reply->oci->engine.loop, reply->stream[0], waits ? 0 : LOOP_READ, on_stream,
		   reply);
}

static void pass_on(struct reply *reply, const char *data, size_t len)
{
	int status = reply->write(reply->write_ctx, data, len);
	if (status == ENGINE_WAIT) {
		buf_add(&reply->untaken, data, len);
		watch_stream(reply, true);
	} else if (status < 0) {
		reply_refuse(reply, ENGINE_FAILED, "what came was not taken");
		finish(reply);
	}
}

static void on_stream(void *ctx, unsigned events)
{
	struct reply *reply = ctx;
	char chunk[STREAM_CHUNK];
	(void)events;
	if (reply->untaken.len)
		return;
	ssize_t got = read(reply->stream[0], chunk, sizeof chunk);
	if (got < 0 && errno == EINTR)
		return;
	if (got <= 0)
		end_of(reply, &reply->stream[0]);
	else
		pass_on(reply, chunk, (size_t)got);
}

static void take_untaken(struct reply *reply)
{
	auto_buf struct buf waiting = reply->untaken;
	reply->untaken = (struct buf){0};
	watch_stream(reply, false);
	pass_on(reply, waiting.data, waiting.len);
}

void reply_end(struct reply *reply)
{
	finish(reply);
}

void oci_resume(struct engine *engine, const void *ctx)
{
	const struct oci *oci = (struct oci *)engine;
	struct reply *reply = oci->replies;
	while (reply && (reply->ctx != ctx || (!reply->untaken.len && !reply->go_on)))
		reply = reply->next;
	if (!reply)
		return;
	if (reply->go_on)
		reply->go_on(reply);
	else
		take_untaken(reply);
}

static int make_pipes(int report[2], struct reply *reply)
{
	if (pipe2(report, O_CLOEXEC) < 0)
		return error_errno(&reply->error, "can't make a pipe");
	if (!reply->write || pipe2(reply->stream, O_CLOEXEC) == 0)
		return 0;
	close(report[0]);
	close(report[1]);
	return error_errno(&reply->error, "can't make a pipe");
}

static void await(struct reply *reply, pid_t pid, int report)
{
	struct loop *loop = reply->oci->engine.loop;
	loop_cancel(loop, reply->timer);
	reply->timer = 0;
	reply->worker = pid;
	reply->report = report;
	loop_watch(loop, report, LOOP_READ, on_report, reply);
	if (reply->write)
		loop_watch(loop, reply->stream[0], LOOP_READ, on_stream, reply);
}

/* Told from the loop, as every end is. */
static void did_not_begin(struct reply *reply)
{
	reply_result(reply, -1);
	if (!reply->timer)
		reply->timer = loop_after(reply->oci->engine.loop, 0, tell, reply);
}

void reply_in_child(struct reply *reply, reply_work *work, const void *ctx)
{
	reply_stream_from_child(reply, work, ctx, NULL, NULL);
}

void reply_stream_from_child(struct reply *reply, reply_work *work, const void *ctx,
			     int (*write)(void *ctx, const char *data, size_t len), void *write_ctx)
{
	int report[2];
	reply->write = write;
	reply->write_ctx = write_ctx;
	if (make_pipes(report, reply) < 0) {
		did_not_begin(reply);
		return;
	}
	pid_t pid = fork();
	if (pid == 0)
		be_worker(reply, work, ctx, report[1]);
	close(report[1]);
	if (write)
		close(reply->stream[1]);
	if (pid > 0) {
		await(reply, pid, report[0]);
		return;
	}
	error_errno(&reply->error, "can't fork");
	close(report[0]);
	close_fd(&reply->stream[0]);
	did_not_begin(reply);
}

void reply_abandon_all(struct oci *oci)
{
	while (oci->replies) {
		struct reply *reply = oci->replies;
		forget(reply);
		release(reply);
	}
}
