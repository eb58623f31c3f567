#include "common/memory.h"
#include "host/engine/oci/parts.h"
#include "host/exit_codes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void forget(struct reply *reply)
{
	struct reply **at = &reply->oci->replies;
	while (*at != reply)
		at = &(*at)->next;
	*at = reply->next;
	loop_cancel(reply->oci->engine.loop, reply->timer);
}

static void release(struct reply *reply)
{
	arena_free(&reply->arena);
	error_clear(&reply->error);
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

void reply_result(struct reply *reply, int status)
{
	if (status == 0)
		return;
	if (reply->status == ENGINE_OK)
		reply->status = ENGINE_FAILED;
	reply->error.exit_code = EXIT_ENGINE;
}

void reply_abandon_all(struct oci *oci)
{
	while (oci->replies) {
		struct reply *reply = oci->replies;
		forget(reply);
		release(reply);
	}
}
