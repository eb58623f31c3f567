/* Attaching, against a peer that plays an engine's part of one stream by script. */
#include "tests/unit/check.h"

#include "common/own.h"
#include "host/engine/engine.h"
#include "tests/unit/peer.h"

static struct peer peer;

static const char upgraded[] = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\n";

/* What the peer does, by the container's name. */
static const char *greeting;
static atomic_bool answer_now;    /* "late": the 101 is held back until then */
static atomic_int received_early; /* bytes that came before its 101 */

static void send_frame(int fd, char stream, const char *text)
{
	char header[] = {stream, 0, 0, 0, 0, 0, 0, (char)strlen(text)};
	peer_send(fd, header, sizeof header);
	peer_send(fd, text, strlen(text));
}

/* Holds the 101 back, then sends back as a frame what it receives. */
static bool serve_late(int fd)
{
	char text[100];
	while (!answer_now)
		usleep(1000);
	ssize_t early = recv(fd, text, sizeof text, MSG_DONTWAIT);
	received_early = early > 0 ? (int)early : 0;
	peer_send(fd, upgraded, sizeof upgraded - 1);
	ssize_t got = recv(fd, text, sizeof text - 1, 0);
	text[got > 0 ? got : 0] = '\0';
	send_frame(fd, 1, text);
	return false;
}

/* Reads it all, slowly, and tells how much came. */
static bool serve_sink(int fd)
{
	static char bytes[65536];
	char text[40];
	size_t all = 0;
	peer_send(fd, upgraded, sizeof upgraded - 1);
	while (all < 5000000) {
		ssize_t got = recv(fd, bytes, sizeof bytes, 0);
		if (got <= 0)
			return false;
		all += (size_t)got;
		usleep(100);
	}
	snprintf(text, sizeof text, "%zu", all);
	send_frame(fd, 1, text);
	return false;
}

static bool handle(int fd, const struct peer_request *request)
{
	if (strcmp(request->path, "/_ping") == 0) {
		peer_greet(fd, greeting);
		return true;
	}
	if (strstr(request->path, "/late/"))
		return serve_late(fd);
	if (strstr(request->path, "/sink/"))
		return serve_sink(fd);
	if (strstr(request->path, "/hang-up/"))
		return false;
	if (strstr(request->path, "/text/")) { /* Docker's own: no length, the connection ends */
		const char text[] = "HTTP/1.1 404 Not Found\r\n\r\nNo such container: text\r\n";
		peer_send(fd, text, 26);
		usleep(20000);
		peer_send(fd, text + 26, sizeof text - 1 - 26);
		return false;
	}
	if (strstr(request->path, "/json/")) { /* the connection stays open */
		peer_answer(fd, "409 Conflict", "{\"message\":\"it is paused\"}", 26);
		return true;
	}
	peer_send(fd, upgraded, sizeof upgraded - 1);
	if (strstr(request->path, "/cut/")) {
		peer_send(fd, "\1\0\0\0\0\0\0\5abc", 11);
	} else if (strstr(request->path, "/garbage/")) {
		peer_send(fd, "garbage!", 8);
	} else {
		send_frame(fd, 1, "out");
		send_frame(fd, 2, "warning");
		send_frame(fd, 1, "put");
	}
	return false;
}

static int start_peer(void **state)
{
	(void)state;
	return peer_start_engine(&peer, handle);
}

static int stop_peer(void **state)
{
	(void)state;
	return peer_stop_engine(&peer);
}

struct bench {
	struct loop *loop;
	struct engine *engine;
	struct engine_stream *stream;
	int attached, closed, drained;
	bool close_on_output;
	enum engine_status status;
	struct buf output, diagnostics;
	struct error err; /* of done, or of closed */
};

static void on_output(void *ctx, const char *data, size_t len)
{
	struct bench *bench = ctx;
	buf_add(&bench->output, data, len);
	if (bench->close_on_output)
		engine_stream_close(STEAL(bench->stream));
}

static void on_diagnostics(void *ctx, const char *data, size_t len)
{
	buf_add(&((struct bench *)ctx)->diagnostics, data, len);
}

static void on_drained(void *ctx)
{
	((struct bench *)ctx)->drained++;
}

static void on_closed(void *ctx, struct error *err)
{
	struct bench *bench = ctx;
	bench->closed++;
	if (err)
		error_move(&bench->err, err);
}

static void on_attached(void *ctx, const struct engine_result *result)
{
	struct bench *bench = ctx;
	bench->attached++;
	bench->status = result->status;
	if (result->status != ENGINE_OK)
		error_move(&bench->err, result->error);
}

static void attach(struct bench *bench, const char *engine, const char *container)
{
	static const struct engine_stream_events events = {on_output, on_diagnostics, on_drained,
							   on_closed};
	*bench = (struct bench){0};
	greeting = engine;
	bench->loop = loop_new(&bench->err);
	bench->engine = engine_open(bench->loop, peer.endpoint, &bench->err);
	expect_no_error(&bench->err);
	bench->stream = engine_attach(bench->engine, container, &events, bench, on_attached, bench);
	assert_non_null(bench->stream);
	assert_int_equal(bench->attached, 0);
}

static void detach(struct bench *bench)
{
	engine_stream_close(bench->stream);
	engine_close(bench->engine);
	loop_free(bench->loop);
	buf_free(&bench->output);
	buf_free(&bench->diagnostics);
	error_clear(&bench->err);
}

/* Turns until *flag is set, two seconds at most. */
static void turn_until(struct bench *bench, const int *flag)
{
	struct error err = {0};
	uint64_t end = loop_now_us() + 2000000;
	while (!*flag && loop_now_us() < end)
		loop_turn(bench->loop, 50, &err);
	expect_no_error(&err);
	assert_int_equal(*flag, 1);
}

static void turn_for(struct bench *bench, uint64_t ms)
{
	struct error err = {0};
	for (uint64_t end = loop_now_us() + ms * 1000; loop_now_us() < end;)
		loop_turn(bench->loop, 5, &err);
	expect_no_error(&err);
}

static const char docker[] = "Api-Version: 1.41\r\nServer: Docker/20.10\r\n";

static void streams_are_told_apart(void **state)
{
	(void)state;
	struct bench bench;
	attach(&bench, docker, "plain");
	turn_until(&bench, &bench.closed);
	expect_no_error(&bench.err);
	assert_int_equal(bench.attached, 1);
	assert_string_equal(bench.output.data, "output");
	assert_string_equal(bench.diagnostics.data, "warning");
	detach(&bench);
}

/* A start that overtakes the attaching loses the first output. */
static void start_waits_for_the_answer(void **state)
{
	(void)state;
	struct bench bench;
	answer_now = false;
	attach(&bench, docker, "late");
	turn_for(&bench, 50);
	assert_int_equal(bench.attached, 0);
	answer_now = true;
	turn_until(&bench, &bench.attached);
	assert_int_equal(bench.status, ENGINE_OK);
	detach(&bench);
}

/* The engine drops what comes before its 101. */
static void early_bytes_wait(void **state)
{
	(void)state;
	struct bench bench;
	answer_now = false;
	attach(&bench, docker, "late");
	engine_stream_write(bench.stream, "early", 5);
	assert_int_equal(engine_stream_pending(bench.stream), 5);
	turn_for(&bench, 50);
	assert_int_equal(engine_stream_pending(bench.stream), 5);
	answer_now = true;
	turn_until(&bench, &bench.closed);
	assert_int_equal(received_early, 0);
	assert_string_equal(bench.output.data, "early");
	assert_int_equal(engine_stream_pending(bench.stream), 0);
	assert_int_equal(bench.drained, 1);
	detach(&bench);
}

static void much_is_written_whole(void **state)
{
	(void)state;
	struct bench bench;
	char *bytes = calloc(1, 50000);
	attach(&bench, docker, "sink");
	for (int i = 0; i < 100; i++) {
		engine_stream_write(bench.stream, bytes, 50000);
		turn_for(&bench, 0);
	}
	turn_until(&bench, &bench.closed);
	assert_string_equal(bench.output.data, "5000000");
	assert_int_equal(engine_stream_pending(bench.stream), 0);
	assert_true(bench.drained > 0);
	free(bytes);
	detach(&bench);
}

static void refusals(void **state)
{
	(void)state;
	static const struct {
		const char *container, *error;
	} cases[] = {
		{"text", ": No such container: text"},
		{"json", ": it is paused"},
		{"hang-up", "it hung up instead of attaching"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bench bench;
		attach(&bench, docker, cases[i].container);
		turn_until(&bench, &bench.attached);
		assert_int_equal(bench.status, ENGINE_FAILED);
		expect_error(&bench.err, cases[i].error);
		turn_for(&bench, 20);
		assert_int_equal(bench.closed, 0);
		detach(&bench);
	}
}

static void broken_streams(void **state)
{
	(void)state;
	struct bench bench;
	attach(&bench, docker, "cut");
	turn_until(&bench, &bench.closed);
	expect_error(&bench.err, "ends inside a frame");
	assert_string_equal(bench.output.data, "abc");
	detach(&bench);
	attach(&bench, docker, "garbage");
	turn_until(&bench, &bench.closed);
	expect_error(&bench.err, "not multiplexed");
	detach(&bench);
}

static void closed_by_its_own_handler(void **state)
{
	(void)state;
	struct bench bench;
	attach(&bench, docker, "plain");
	bench.close_on_output = true;
	turn_for(&bench, 50);
	assert_null(bench.stream);
	assert_string_equal(bench.output.data, "out");
	assert_int_equal(bench.diagnostics.len, 0);
	assert_int_equal(bench.closed, 0);
	detach(&bench);
}

static void ended_with_its_engine(void **state)
{
	(void)state;
	struct bench bench;
	struct error why = {0};
	answer_now = true;
	attach(&bench, docker, "late");
	turn_until(&bench, &bench.attached);
	error_set(&why, "it has gone");
	engine_lose(bench.engine, &why);
	error_clear(&why);
	assert_int_equal(bench.closed, 0);
	turn_until(&bench, &bench.closed);
	expect_error(&bench.err, "it has gone");
	detach(&bench);
}

static void pauses(void **state)
{
	(void)state;
	struct bench bench;
	attach(&bench, docker, "plain");
	engine_stream_pause(bench.stream, true);
	turn_for(&bench, 50);
	assert_int_equal(bench.output.len, 0);
	engine_stream_pause(bench.stream, false);
	turn_until(&bench, &bench.closed);
	assert_string_equal(bench.output.data, "output");
	detach(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_told_apart),
		cmocka_unit_test(start_waits_for_the_answer),
		cmocka_unit_test(early_bytes_wait),
		cmocka_unit_test(much_is_written_whole),
		cmocka_unit_test(refusals),
		cmocka_unit_test(broken_streams),
		cmocka_unit_test(closed_by_its_own_handler),
		cmocka_unit_test(ended_with_its_engine),
		cmocka_unit_test(pauses),
	};
	return cmocka_run_group_tests(tests, start_peer, stop_peer);
}
