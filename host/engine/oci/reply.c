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
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPORT_CHUNK = 1024 };

static void end_worker(struct reply *reply)
{
	if (reply->worker <= 0)
		return;
	loop_unwatch(reply->oci->engine.loop, reply->report);
	close(reply->report);
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
}

static void release(struct reply *reply)
{
	arena_free(&reply->arena);
	error_clear(&reply->error);
	buf_free(&reply->reported);
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
	take_report(reply);
	end_worker(reply);
	tell(reply);
}

void reply_in_child(struct reply *reply, reply_work *work, const void *ctx)
{
	int report[2];
	if (pipe2(report, O_CLOEXEC) < 0) {
		reply_result(reply, error_errno(&reply->error, "can't make a pipe"));
		return;
	}
	pid_t pid = fork();
	if (pid == 0)
		be_worker(reply, work, ctx, report[1]);
	close(report[1]);
	if (pid < 0) {
		close(report[0]);
		reply_result(reply, error_errno(&reply->error, "can't fork"));
		return;
	}
	loop_cancel(reply->oci->engine.loop, reply->timer);
	reply->timer = 0;
	reply->worker = pid;
	reply->report = report[0];
	loop_watch(reply->oci->engine.loop, report[0], LOOP_READ, on_report, reply);
}

void reply_abandon_all(struct oci *oci)
{
	while (oci->replies) {
		struct reply *reply = oci->replies;
		forget(reply);
		release(reply);
	}
}
