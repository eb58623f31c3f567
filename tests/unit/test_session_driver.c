#include "tests/unit/stream.h"

#include "host/exit_codes.h"

#include <stdio.h>

/* What the session told, as one line each, and what a callback is to do. */
struct seen {
	struct session *session;
	struct buf log;
	char *error; /* of `closed` */
	int exit_code;
	bool free_in_hello, free_in_ended, answer_in_want;
};

static void on_hello(void *ctx, const struct session_hello *hello)
{
	struct seen *seen = ctx;
	buf_printf(&seen->log, "hello %s %s %s\n", hello->agent,
		   hello->shell ? hello->shell : "no shell", hello->staging);
	if (seen->free_in_hello)
		session_free(seen->session);
}

static void on_output(void *ctx, uint32_t id, int stream_number, const char *data, size_t len)
{
	struct seen *seen = ctx;
	buf_printf(&seen->log, "%u output %d %.*s\n", id, stream_number, (int)len, data);
}

static void on_ended(void *ctx, uint32_t id, const struct session_exit *exit)
{
	struct seen *seen = ctx;
	buf_printf(&seen->log, "%u ended %s %d%s %llu %llu %llu %llu\n", id,
		   exit->signalled ? "signal" : "code", exit->code,
		   exit->timed_out ? " timed out" : "", (unsigned long long)exit->wall_us,
		   (unsigned long long)exit->user_us, (unsigned long long)exit->system_us,
		   (unsigned long long)exit->max_rss_kb);
	if (seen->free_in_ended)
		session_free(seen->session);
}

static void on_data(void *ctx, uint32_t id, const char *data, size_t len)
{
	struct seen *seen = ctx;
	buf_printf(&seen->log, "%u data %.*s\n", id, (int)len, data);
}

static void on_result(void *ctx, uint32_t id, const struct value *result)
{
	struct seen *seen = ctx;
	buf_printf(&seen->log, "%u result with %zu keys\n", id, result->map.len);
}

static void on_failed(void *ctx, uint32_t id, struct error *err)
{
	struct seen *seen = ctx;
	char *text = error_text(err);
	buf_printf(&seen->log, "%u failed %s\n", id, text);
	free(text);
}

static void on_want(void *ctx, uint32_t id, const struct value *want)
{
	struct seen *seen = ctx;
	buf_printf(&seen->log, "%u wants %s\n", id, value_text(value_get(want, "name")));
	if (seen->answer_in_want)
		session_value(seen->session, id, want, NULL);
}

static void on_closed(void *ctx, struct error *err)
{
	struct seen *seen = ctx;
	buf_puts(&seen->log, "closed\n");
	free(seen->error);
	seen->error = err ? error_text(err) : NULL;
	seen->exit_code = err ? err->exit_code : 0;
}

static const struct session_events events = {
	.hello = on_hello,
	.output = on_output,
	.ended = on_ended,
	.data = on_data,
	.result = on_result,
	.failed = on_failed,
	.want = on_want,
	.closed = on_closed,
};

static void attached(void *ctx, const struct engine_result *result)
{
	(void)ctx;
	assert_string_equal(result->id, "container");
}

static int set_up(void **state)
{
	struct seen *seen = mem_alloc(sizeof *seen);
	seen->session = session_new(&events, seen);
	session_attach(seen->session, NULL, "container", attached, NULL);
	*state = seen;
	return 0;
}

static int tear_down(void **state)
{
	struct seen *seen = *state;
	if (!seen->free_in_hello && !seen->free_in_ended)
		session_free(seen->session);
	assert_true(stream.closed);
	buf_free(&stream.written);
	buf_free(&seen->log);
	free(seen->error);
	free(seen);
	return 0;
}

static void come(const void *bytes, size_t len)
{
	stream.events->output(stream.ctx, bytes, len);
}

static void come_frame(enum frame_type type, uint32_t id, const char *payload)
{
	auto_buf struct buf out = {0};
	frame_add(&out, type, id, payload, strlen(payload));
	come(out.data, out.len);
}

static void greet(void)
{
	come_frame(FRAME_HELLO, 0,
		   "{\"protocol\":2,\"agent\":\"0.1.0\",\"shell\":null,\"staging\":\"/dev/shm\"}");
}

static void expect_log(struct seen *seen, const char *expected)
{
	assert_string_equal(buf_text(&seen->log), expected);
	buf_clear(&seen->log);
}

/* Takes the next frame that was written. */
static void expect_sent(enum frame_type type, uint32_t id, const char *payload)
{
	struct frame frame;
	auto_error struct error err = {0};
	assert_int_equal(frame_parse(&stream.written, &frame, &err), 1);
	auto_buf struct buf text = {0};
	buf_add(&text, frame.payload, frame.length);
	assert_string_equal(frame_type_name(frame.type), frame_type_name(type));
	assert_int_equal(frame.id, id);
	assert_string_equal(buf_text(&text), payload);
	buf_consume(&stream.written, FRAME_HEADER + frame.length);
}

static void hello_is_told(void **state)
{
	greet();
	expect_log(*state, "hello 0.1.0 no shell /dev/shm\n");
}

static void every_event_is_told(void **state)
{
	greet();
	buf_clear(&((struct seen *)*state)->log);
	come_frame(FRAME_STDOUT, 1, "out");
	come_frame(FRAME_STDERR, 1, "err");
	come_frame(FRAME_EXIT, 1,
		   "{\"code\":3,\"wall_us\":1,\"user_us\":2,\"system_us\":3,\"max_rss_kb\":4,"
		   "\"timed_out\":false}");
	come_frame(FRAME_EXIT, 2, "{\"signal\":9,\"timed_out\":true}");
	come_frame(FRAME_DATA, 3, "bytes");
	come_frame(FRAME_DATA, 3, "");
	come_frame(FRAME_RESULT, 3, "{\"mode\":420,\"size\":5}");
	come_frame(FRAME_WANT, 4, "{\"kind\":\"key\",\"name\":\"a/b\"}");
	come_frame(FRAME_ERROR, 4,
		   "{\"message\":\"bad\",\"file\":\"x.tpl\",\"line\":2,\"column\":7}");
	expect_log(*state, "1 output 1 out\n"
			   "1 output 2 err\n"
			   "1 ended code 3 1 2 3 4\n"
			   "2 ended signal 9 timed out 0 0 0 0\n"
			   "3 data bytes\n"
			   "3 result with 2 keys\n"
			   "4 wants a/b\n"
			   "4 failed x.tpl:2:7: bad\n");
}

static void frames_may_come_in_any_pieces(void **state)
{
	auto_buf struct buf all = {0};
	frame_add(&all, FRAME_HELLO, 0, "{\"protocol\":2,\"agent\":\"a\"}", 26);
	frame_add(&all, FRAME_STDOUT, 1, "one", 3);
	frame_add_more(&all, FRAME_RESULT, 2, "{\"a\":1,", 7);
	frame_add(&all, FRAME_STDOUT, 1, "two", 3);
	frame_add(&all, FRAME_RESULT, 2, "\"b\":2}", 6);
	for (size_t i = 0; i < all.len; i++)
		come(all.data + i, 1);
	expect_log(*state, "hello a no shell /tmp\n1 output 1 one\n1 output 1 two\n"
			   "2 result with 2 keys\n");
}

static void requests_are_numbered_and_complete(void **state)
{
	struct seen *seen = *state;
	const char *argv[] = {"echo", "a b", NULL};
	const char *env[] = {"A=1", "B=", "C", "D==x", NULL};
	const char *patterns[] = {"os.id", NULL};
	struct session_run run = {
		.argv = argv, .env = env, .cwd = "/w", .user = "me:us", .timeout_ms = 5};
	assert_int_equal(session_run(seen->session, &run), 1);
	run = (struct session_run){.shell = "exit 3"};
	assert_int_equal(session_run(seen->session, &run), 2);
	assert_int_equal(session_get(seen->session, "/x"), 3);
	assert_int_equal(session_remove(seen->session, "/y"), 4);
	assert_int_equal(session_facts(seen->session, patterns), 5);
	assert_int_equal(session_facts(seen->session, NULL), 6);
	session_signal(seen->session, 1, 15);
	expect_sent(FRAME_RUN, 1,
		    "{\"argv\":[\"echo\",\"a b\"],\"env\":{\"A\":\"1\",\"B\":\"\",\"D\":\"=x\"},"
		    "\"cwd\":\"/w\",\"user\":\"me:us\",\"timeout_ms\":5}");
	expect_sent(FRAME_RUN, 2, "{\"shell\":\"exit 3\",\"env\":{}}");
	expect_sent(FRAME_GET, 3, "{\"path\":\"/x\"}");
	expect_sent(FRAME_REMOVE, 4, "{\"path\":\"/y\"}");
	expect_sent(FRAME_FACTS, 5, "{\"patterns\":[\"os.id\"]}");
	expect_sent(FRAME_FACTS, 6, "{}");
	expect_sent(FRAME_SIGNAL, 1, "{\"signal\":15}");
	assert_int_equal(session_pending(seen->session), 0);
}

static void files_are_put(void **state)
{
	struct seen *seen = *state;
	struct session_put put = {.path = "/f",
				  .kind = "file",
				  .mode = 0755,
				  .user = "1:2",
				  .data = "hello",
				  .len = 5};
	session_put(seen->session, &put);
	expect_sent(FRAME_PUT, 1,
		    "{\"path\":\"/f\",\"kind\":\"file\",\"user\":\"1:2\",\"mode\":493,"
		    "\"parents\":true}");
	expect_sent(FRAME_DATA, 1, "hello");
	put = (struct session_put){.path = "/d", .kind = "directory", .mode = 0700};
	session_put(seen->session, &put);
	expect_sent(FRAME_PUT, 2,
		    "{\"path\":\"/d\",\"kind\":\"directory\",\"mode\":448,\"parents\":true}");
	put = (struct session_put){.path = "/l", .kind = "symlink", .target = "d"};
	session_put(seen->session, &put);
	expect_sent(FRAME_PUT, 3,
		    "{\"path\":\"/l\",\"kind\":\"symlink\",\"target\":\"d\",\"parents\":true}");
	assert_int_equal(stream.written.len, 0);
}

static void a_large_file_is_split_and_pending(void **state)
{
	struct seen *seen = *state;
	size_t len = 3 * (size_t)FRAME_MAX;
	char *content = mem_alloc(len);
	session_put(
		seen->session,
		&(struct session_put){.path = "/f", .kind = "file", .data = content, .len = len});
	free(content);
	assert_in_range(session_pending(seen->session), len, len + 200);
	size_t bytes = 0, frames = 0;
	struct frame frame = {0};
	auto_error struct error err = {0};
	while (frame_parse(&stream.written, &frame, &err) == 1) {
		bytes += frame.type == FRAME_DATA ? frame.length : 0;
		frames++;
		assert_true(frame.type == FRAME_PUT || frame.more == (bytes < len));
		buf_consume(&stream.written, FRAME_HEADER + frame.length);
	}
	assert_int_equal(bytes, len);
	assert_int_equal(frames, 4);
}

static void wants_are_answered(void **state)
{
	struct seen *seen = *state;
	auto_arena struct arena arena = {0};
	session_value(seen->session, 4, value_string(&arena, "v"), NULL);
	session_value(seen->session, 4, NULL, NULL);
	session_value(seen->session, 4, NULL, "Consul is down");
	expect_sent(FRAME_VALUE, 4, "{\"value\":\"v\"}");
	expect_sent(FRAME_VALUE, 4, "{\"missing\":true}");
	expect_sent(FRAME_VALUE, 4, "{\"error\":\"Consul is down\"}");
	greet();
	seen->answer_in_want = true;
	come_frame(FRAME_WANT, 5, "{\"name\":\"k\"}");
	expect_sent(FRAME_VALUE, 5, "{\"value\":{\"name\":\"k\"}}");
}

static void an_end_after_bye_is_orderly(void **state)
{
	struct seen *seen = *state;
	auto_error struct error err = {0};
	greet();
	session_bye(seen->session);
	expect_sent(FRAME_BYE, 0, "{}");
	error_set(&err, "connection reset");
	stream.events->closed(stream.ctx, &err);
	expect_log(seen, "hello 0.1.0 no shell /dev/shm\nclosed\n");
	assert_null(seen->error);
}

static void an_end_without_bye_is_an_error(void **state)
{
	struct seen *seen = *state;
	greet();
	stream.events->closed(stream.ctx, NULL);
	assert_string_equal(seen->error, "the agent in the container is gone: the stream ended");
	assert_int_equal(seen->exit_code, EXIT_AGENT);
}

static void the_last_words_are_in_the_error(void **state)
{
	struct seen *seen = *state;
	auto_error struct error err = {0};
	char early[1000];
	memset(early, 'e', sizeof early);
	stream.events->diagnostics(stream.ctx, early, sizeof early);
	stream.events->diagnostics(stream.ctx, "\nagent: out of memory\n", 22);
	error_set(&err, "read: connection reset");
	stream.events->closed(stream.ctx, &err);
	assert_non_null(
		strstr(seen->error, "is gone: read: connection reset; its last words: eee"));
	assert_non_null(strstr(seen->error, "e\nagent: out of memory"));
	assert_in_range(strlen(seen->error), 500, 600);
}

static void another_protocol_is_refused(void **state)
{
	struct seen *seen = *state;
	come_frame(FRAME_HELLO, 0, "{\"protocol\":0,\"agent\":\"0.0.9\"}");
	expect_log(seen, "closed\n");
	assert_string_equal(seen->error,
			    "the toolbox's agent 0.0.9 speaks protocol 0, this factory (0.1.0) "
			    "speaks 2: run `factory toolbox create`");
	assert_int_equal(seen->exit_code, EXIT_AGENT);
	assert_true(stream.closed);
}

static void what_makes_no_sense_ends_the_session(void **state)
{
	static const struct {
		enum frame_type type;
		uint32_t id;
		const char *payload, *message;
	} cases[] = {
		{FRAME_RUN, 1, "{}", "the agent sent a RUN frame"},
		{FRAME_HELLO, 0, "{\"protocol\":2}", "the agent sent a second HELLO"},
		{FRAME_RESULT, 1, "[1]",
		 "the agent sent nonsense: the payload of a RESULT frame is a list, not a map"},
		{FRAME_EXIT, 1, "{}", "the agent sent an EXIT without a code"},
		{FRAME_EXIT, 1, "{\"code\":\"x\"}", "the agent sent an EXIT without a code"},
		{FRAME_ERROR, 0, "{\"message\":\"unknown frame type 9\"}",
		 "the agent ended the session: unknown frame type 9"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct seen *seen = *state;
		greet();
		come_frame(cases[i].type, cases[i].id, cases[i].payload);
		assert_non_null(seen->error);
		assert_string_equal(seen->error, cases[i].message);
		assert_int_equal(seen->exit_code, EXIT_AGENT);
		tear_down(state);
		set_up(state);
	}
}

static void something_else_than_an_agent_is_told_apart(void **state)
{
	struct seen *seen = *state;
	stream.events->diagnostics(stream.ctx, "exec format error\n", 18);
	come("sh: /tools/agent: not found\n", 28);
	assert_non_null(strstr(seen->error, "what came is not from an agent: "));
	assert_non_null(strstr(seen->error, "; its last words: exec format error"));
	assert_null(strchr(seen->error, '\n'));
}

static void output_before_hello_is_refused(void **state)
{
	struct seen *seen = *state;
	come_frame(FRAME_STDOUT, 1, "x");
	assert_string_equal(seen->error, "the agent began with a STDOUT frame instead of HELLO");
}

static void nothing_is_told_after_the_end(void **state)
{
	struct seen *seen = *state;
	auto_buf struct buf both = {0};
	frame_add(&both, FRAME_HELLO, 0, "{\"protocol\":7}", 14);
	frame_add(&both, FRAME_STDOUT, 1, "x", 1);
	come(both.data, both.len);
	expect_log(seen, "closed\n");
	session_signal(seen->session, 1, 9);
	session_bye(seen->session);
	assert_int_equal(session_pending(seen->session), 0);
}

static void a_callback_may_free_the_session(void **state)
{
	struct seen *seen = *state;
	auto_buf struct buf both = {0};
	seen->free_in_ended = true;
	greet();
	frame_add(&both, FRAME_EXIT, 1, "{\"code\":0}", 10);
	frame_add(&both, FRAME_STDOUT, 2, "x", 1);
	come(both.data, both.len);
	expect_log(seen, "hello 0.1.0 no shell /dev/shm\n1 ended code 0 0 0 0 0\n");
}

static void freeing_in_hello_is_fine_too(void **state)
{
	struct seen *seen = *state;
	seen->free_in_hello = true;
	greet();
	expect_log(seen, "hello 0.1.0 no shell /dev/shm\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hello_is_told),
		TEST(every_event_is_told),
		TEST(frames_may_come_in_any_pieces),
		TEST(requests_are_numbered_and_complete),
		TEST(files_are_put),
		TEST(a_large_file_is_split_and_pending),
		TEST(wants_are_answered),
		TEST(an_end_after_bye_is_orderly),
		TEST(an_end_without_bye_is_an_error),
		TEST(the_last_words_are_in_the_error),
		TEST(another_protocol_is_refused),
		TEST(what_makes_no_sense_ends_the_session),
		TEST(something_else_than_an_agent_is_told_apart),
		TEST(output_before_hello_is_refused),
		TEST(nothing_is_told_after_the_end),
		TEST(a_callback_may_free_the_session),
		TEST(freeing_in_hello_is_fine_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
