/* The agent's end of WANT and VALUE, against a driver that a test plays on a socket. */
#include "tests/unit/check.h"

#include "agent/source/source.h"
#include "common/frame.h"
#include "common/json.h"
#include "common/own.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ID = 7, BIG = 3 << 20 };

static void send_json(struct buf *out, enum frame_type type, uint32_t id, const char *text)
{
	frame_add(out, type, id, text, strlen(text));
}

static void send_bytes(int fd, const struct buf *bytes, size_t step)
{
	for (size_t sent = 0; sent < bytes->len;) {
		size_t size = bytes->len - sent < step ? bytes->len - sent : step;
		ssize_t put = write(fd, bytes->data + sent, size);
		if (put < 0)
			_exit(9);
		sent += (size_t)put;
	}
}

/* Reads one WANT; the child ends badly unless it is as expected. */
static void expect_want(int fd, const char *expected)
{
	auto_buf struct buf in = {0};
	auto_error struct error err = {0};
	struct frame frame;
	while (frame_parse(&in, &frame, &err) == 0) {
		ssize_t got = read(fd, buf_reserve(&in, 100), 100);
		if (got <= 0)
			_exit(8);
		in.len += (size_t)got;
	}
	if (frame.type != FRAME_WANT || frame.id != ID || frame.length != strlen(expected) ||
	    memcmp(frame.payload, expected, frame.length) != 0)
		_exit(7);
}

/* Forks a driver: it takes a question, sends `answer` in pieces of `step` bytes, and leaves. */
static pid_t play_driver(int fd, const char *question, const struct buf *answer, size_t step)
{
	pid_t child = fork();
	if (child)
		return child;
	expect_want(fd, question);
	send_bytes(fd, answer, step);
	_exit(0);
}

static void expect_good_end(pid_t child)
{
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static const struct want key = {.kind = "key", .name = "a/b"};
#define QUESTION "{\"kind\":\"key\",\"name\":\"a/b\"}"

/* Asks once; the answer's JSON, "missing", or the error's message. */
static void exchange(const struct want *want, const char *question, const struct buf *answer,
		     size_t step, struct buf *out)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct value *found = NULL;
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid_t child = play_driver(pair[1], question, answer, step);
	close(pair[1]);
	struct source *source = source_driver(pair[0], ID);
	if (source->get(source, want, &arena, &found, &err) < 0)
		buf_printf(out, "%s (%d)", err.message, err.exit_code);
	else if (found)
		json_write(out, found);
	else
		buf_puts(out, "missing");
	source_free(source);
	close(pair[0]);
	expect_good_end(child);
}

static void answers(void **state)
{
	(void)state;
	static const struct {
		const char *value, *result;
	} cases[] = {
		{"{\"value\":\"x\"}", "\"x\""},
		{"{\"value\":[{\"Key\":\"k\"}]}", "[{\"Key\":\"k\"}]"},
		{"{\"missing\":true}", "missing"},
		{"{\"error\":\"Consul at x refuses\"}", "Consul at x refuses (8)"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_buf struct buf answer = {0}, got = {0};
		send_json(&answer, FRAME_VALUE, ID, cases[i].value);
		exchange(&key, QUESTION, &answer, 1, &got);
		assert_string_equal(got.data, cases[i].result);
	}
}

static void a_datacenter_is_asked_for(void **state)
{
	(void)state;
	auto_buf struct buf answer = {0}, got = {0};
	const struct want want = {.kind = "tree", .name = "a", .datacenter = "dc2"};
	send_json(&answer, FRAME_VALUE, ID, "{\"value\":[]}");
	exchange(&want, "{\"kind\":\"tree\",\"name\":\"a\",\"datacenter\":\"dc2\"}", &answer, 100,
		 &got);
	assert_string_equal(got.data, "[]");
}

static void arguments_are_asked_for(void **state)
{
	(void)state;
	auto_buf struct buf answer = {0}, got = {0};
	const char *const args[] = {"near=_agent", "passing=1", NULL};
	const struct want want = {"service", "web", "dc2", args};
	send_json(&answer, FRAME_VALUE, ID, "{\"value\":[]}");
	exchange(&want,
		 "{\"kind\":\"service\",\"name\":\"web\",\"datacenter\":\"dc2\","
		 "\"args\":[\"near=_agent\",\"passing=1\"]}",
		 &answer, 100, &got);
	assert_string_equal(got.data, "[]");
}

/* Vault's secrets are nothing to ask the driver for: nothing is sent. */
static void other_servers_are_refused(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	const struct want want = {"secret", "kv/app", NULL, NULL};
	struct value *found = NULL;
	struct source *source = source_driver(-1, ID);
	assert_int_equal(source->get(source, &want, &arena, &found, &err), -1);
	assert_int_equal(err.exit_code, 8);
	expect_error(&err, "no \"secret\" (kv/app)");
	source_free(source);
}

static void other_frames_are_passed_over(void **state)
{
	(void)state;
	auto_buf struct buf answer = {0}, got = {0};
	send_json(&answer, FRAME_VALUE, ID + 1, "{\"value\":\"of another\"}");
	send_json(&answer, FRAME_SIGNAL, ID, "{\"signal\":15}");
	send_json(&answer, FRAME_VALUE, ID, "{\"value\":\"ours\"}");
	exchange(&key, QUESTION, &answer, 1000, &got);
	assert_string_equal(got.data, "\"ours\"");
}

/* 3 MiB come in several frames. */
static void large_values_are_put_together(void **state)
{
	(void)state;
	auto_buf struct buf text = {0}, answer = {0}, got = {0};
	buf_puts(&text, "{\"value\":\"");
	memset(buf_reserve(&text, BIG), 'x', BIG);
	text.len += BIG;
	buf_puts(&text, "\"}");
	frame_add(&answer, FRAME_VALUE, ID, text.data, text.len);
	exchange(&key, QUESTION, &answer, 70001, &got);
	assert_int_equal(got.len, BIG + 2);
}

static void a_broken_driver_is_an_error(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
		const char *error;
	} cases[] = {
		{"", 0, "the driver has gone"},
		{"\5\0\0\0\10\0\0\0\7\0\0\0{}", 14, "the driver has gone"},
		{"\0\0\0\0\377\0\0\0\7\0\0\0", 12, ""},
		{"\1\0\0\0\10\0\0\0\7\0\0\0{", 13, ""},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_buf struct buf answer = {0}, got = {0};
		buf_add(&answer, cases[i].bytes, cases[i].len);
		exchange(&key, QUESTION, &answer, 100, &got);
		assert_non_null(strstr(got.data, cases[i].error));
		assert_non_null(strchr(got.data, '('));
	}
}

static void several_questions_use_one_channel(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	auto_buf struct buf answer = {0};
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	send_json(&answer, FRAME_VALUE, ID, "{\"value\":\"1\"}");
	pid_t child = fork();
	if (child == 0) {
		for (unsigned i = 0; i < 100; i++) {
			expect_want(pair[1], QUESTION);
			send_bytes(pair[1], &answer, 1000);
		}
		_exit(0);
	}
	close(pair[1]);
	struct source *source = source_driver(pair[0], ID);
	for (unsigned i = 0; i < 100; i++) {
		struct value *found = NULL;
		assert_int_equal(source->get(source, &key, &arena, &found, &err), 0);
		assert_string_equal(value_text(found), "1");
	}
	source_free(source);
	close(pair[0]);
	expect_good_end(child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(a_datacenter_is_asked_for),
		cmocka_unit_test(arguments_are_asked_for),
		cmocka_unit_test(other_servers_are_refused),
		cmocka_unit_test(other_frames_are_passed_over),
		cmocka_unit_test(large_values_are_put_together),
		cmocka_unit_test(a_broken_driver_is_an_error),
		cmocka_unit_test(several_questions_use_one_channel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
