#include "host/container/aside.h"

#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/container/parts.h"

static uint32_t run(struct container *container, const struct aside *aside)
{
	const struct artifact *artifact = container->setup->artifact;
	static const struct step nothing = {0};
	auto_arena struct arena arena = {0};
	struct value *more = value_map(&arena);
	if (aside->term)
		value_set(&arena, more, "TERM", value_string(&arena, aside->term));
	struct session_run run = {.shell = aside->shell,
				  .argv = aside->command,
				  .interactive = !aside->shell && !aside->command,
				  .input = aside->input,
				  .rows = aside->rows,
				  .cols = aside->cols,
				  .env = artifact_environment(artifact, &nothing, more, &arena),
				  .cwd = artifact->workdir,
				  .user = aside->user ? aside->user : artifact->user};
	return session_run(container->session, &run);
}

/* It has nothing of what steps have: not even their directory needs to be there. */
static uint32_t run_program(struct container *container, const struct aside *aside)
{
	struct session_run run = {.argv = aside->argv, .input = aside->input};
	return session_run(container->session, &run);
}

static uint32_t look_at(struct container *container, const char *path)
{
	const char *workdir = container->setup->artifact->workdir;
	autofree char *whole =
		*path == '/' ? mem_strdup(path)
			     : mem_printf("%s/%s", workdir && workdir[1] ? workdir : "", path);
	return session_get(container->session, whole);
}

void container_begin_aside(struct container *container, const struct aside *aside)
{
	container->aside = aside->events;
	container->aside_ctx = aside->ctx;
	container->aside_facts = aside->facts != NULL;
	container_handle(container, EVENT_ASIDE);
	struct session *session = container->session;
	container->request = aside->path    ? look_at(container, aside->path)
			     : aside->facts ? session_facts(session, aside->facts)
			     : aside->argv  ? run_program(container, aside)
					    : run(container, aside);
}

void container_aside_input(struct container *container, const char *data, size_t len, bool more)
{
	if (container->aside && container->session)
		session_input(container->session, container->request, data, len, more);
}

void container_aside_resize(struct container *container, unsigned rows, unsigned cols)
{
	if (container->aside && container->session)
		session_resize(container->session, container->request, rows, cols);
}

void container_aside_pause(struct container *container, bool paused)
{
	if (container->session)
		session_pause(container->session, paused);
}

size_t container_aside_pending(const struct container *container)
{
	return container->session ? session_pending(container->session) : 0;
}

void aside_output(struct container *container, int stream, const char *data, size_t len)
{
	container->aside->output(container->aside_ctx, stream, data, len);
}

void aside_drained(struct container *container)
{
	if (container->aside->drained)
		container->aside->drained(container->aside_ctx);
}

/* What was asked for as a file has come already. */
void aside_result(struct container *container, const struct value *result)
{
	auto_buf struct buf text = {0};
	json_write_pretty(&text, result, 2);
	buf_puts(&text, "\n");
	if (container->aside_facts)
		aside_output(container, 1, text.data, text.len);
	aside_ended(container, NULL, NULL);
}

/* The machine first: the one who is told may begin the next thing at once. */
void aside_ended(struct container *container, const struct session_exit *exit, struct error *err)
{
	const struct aside_events *events = STEAL(container->aside);
	container_handle(container, EVENT_ASIDE_OVER);
	events->ended(container->aside_ctx, exit, err);
}
