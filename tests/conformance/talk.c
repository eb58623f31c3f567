#include "common/memory.h"
#include "tests/conformance/conformance.h"

enum { PATIENCE_US = 20000000 };

static void append(char **to, const char *data, size_t len)
{
	char *longer = mem_printf("%s%.*s", *to, (int)len, data);
	free(*to);
	*to = longer;
}

static void on_output(void *ctx, const char *data, size_t len)
{
	struct talk *talk = ctx;
	append(&talk->output, data, len);
}

static void on_diagnostics(void *ctx, const char *data, size_t len)
{
	struct talk *talk = ctx;
	append(&talk->diagnostics, data, len);
}

static void on_drained(void *ctx)
{
	(void)ctx;
}

static void on_closed(void *ctx, struct error *err)
{
	struct talk *talk = ctx;
	check(!talk->closed);
	talk->closed = true;
	talk->error = err ? mem_strdup(err->message) : NULL;
}

static void on_started(void *ctx, const struct engine_result *result)
{
	struct talk *talk = ctx;
	if (result->status != ENGINE_OK)
		fail("can't start: %s", result->error->message);
	talk->started = true;
}

static void on_attached(void *ctx, const struct engine_result *result)
{
	struct talk *talk = ctx;
	if (result->status != ENGINE_OK)
		fail("can't attach: %s", result->error->message);
	talk->attached = true;
	engine_start(talk->suite->engine, talk->id, on_started, talk);
}

static void turn(struct talk *talk, uint64_t end)
{
	auto_error struct error err = {0};
	if (loop_now_us() > end)
		fail("nothing happens; so far: '%s', '%s'", talk->output, talk->diagnostics);
	if (loop_turn(talk->suite->loop, 100, &err) < 0)
		fail("%s", err.message);
}

struct talk *talk_begin(struct suite *suite, const struct engine_container *spec,
			const char *script)
{
	static const struct engine_stream_events events = {on_output, on_diagnostics, on_drained,
							   on_closed};
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	static const char *const nothing[] = {NULL};
	struct engine_container container = {.network = "none"};
	struct talk *talk = mem_alloc(sizeof *talk);
	if (spec)
		container = *spec;
	if (!container.image)
		container.image = BASE_IMAGE;
	container.session = true;
	container.entrypoint = argv;
	container.command = nothing;
	talk->suite = suite;
	talk->output = mem_strdup("");
	talk->diagnostics = mem_strdup("");
	talk->id = new_container(suite, &container);
	talk->stream = engine_attach(suite->engine, talk->id, &events, talk, on_attached, talk);
	check(talk->stream);
	for (uint64_t end = loop_now_us() + PATIENCE_US; !talk->started;)
		turn(talk, end);
	return talk;
}

void talk_wait(struct talk *talk)
{
	turn(talk, UINT64_MAX);
}

void talk_say(struct talk *talk, const char *text)
{
	engine_stream_write(talk->stream, text, strlen(text));
}

void talk_until(struct talk *talk, const char *text)
{
	for (uint64_t end = loop_now_us() + PATIENCE_US; !strstr(talk->output, text);)
		turn(talk, end);
}

void talk_until_closed(struct talk *talk)
{
	for (uint64_t end = loop_now_us() + PATIENCE_US; !talk->closed;)
		turn(talk, end);
}

void talk_end(struct talk *talk)
{
	engine_stream_close(talk->stream);
	remove_container(talk->suite, talk->id);
	free(talk->id);
	free(talk->output);
	free(talk->diagnostics);
	free(talk->error);
	free(talk);
}

char *output_of(struct suite *suite, const struct engine_container *spec, const char *script)
{
	struct talk *talk = talk_begin(suite, spec, script);
	talk_until_closed(talk);
	if (talk->error)
		fail("the stream broke: %s", talk->error);
	if (*talk->diagnostics)
		fail("it complained: %s", talk->diagnostics);
	char *output = STEAL(talk->output);
	talk->output = mem_strdup("");
	talk_end(talk);
	return output;
}
