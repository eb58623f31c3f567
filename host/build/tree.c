/* A container's files, for a merge: the agent is called as any program is. */
#include "host/build/container_parts.h"

#include "common/own.h"
#include "host/exit_codes.h"

#include <string.h>

enum { COMPLAINT_KEPT = 2000 };

void container_tree(struct container *container, const struct container_call *call)
{
	container->call = *call;
	container_handle(container, EVENT_TREE);
}

void container_call_tree(struct container *container)
{
	const char *const argv[] = {"/tools/agent", "tree", container->call.verb, NULL};
	struct session_run run = {.argv = argv, .input = true};
	buf_clear(&container->complaint);
	container->request = session_run(container->session, &run);
}

size_t container_feed(struct container *container, const void *data, size_t len, bool last)
{
	if (!container->session || !container->call.verb)
		return 0;
	session_input(container->session, container->request, data, len, last);
	return session_pending(container->session);
}

void container_pause(struct container *container, bool paused)
{
	if (container->session)
		session_pause(container->session, paused);
}

void container_tree_output(struct container *container, int stream, const char *data, size_t len)
{
	if (stream == 1)
		container->call.output(container->call.ctx, data, len);
	else if (container->complaint.len < COMPLAINT_KEPT)
		buf_add(&container->complaint, data, len);
}

void container_tree_ended(struct container *container, const struct session_exit *status)
{
	struct error err = {0};
	const char *said = buf_text(&container->complaint);
	if (!status->signalled && !status->code) {
		container_handle(container, EVENT_PASSED);
		return;
	}
	error_set(&err, "can't merge a group's branches: %.*s", (int)strcspn(said, "\n"),
		  *said ? said : "the agent was killed");
	err.exit_code = EXIT_AGENT;
	container_fail(container, &err);
}
