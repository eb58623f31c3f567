/* Requests over HTTP and what is answered, without sockets. */
#include "tests/unit/check.h"

#include <string.h>

#include "agent/facts/respond.h"
#include "common/own.h"

static const char local[] = "Host: localhost:80\r\n\r\n";

/* The answer to a request's first line and its headers. */
static void ask(struct buf *out, const char *line, const char *headers, bool *keep)
{
	auto_arena struct arena arena = {0};
	struct value *external = value_map(&arena), *errors = value_map(&arena);
	struct facts_server server = {external, errors, true};
	const char *request = arena_printf(&arena, "%s\r\n%s", line, headers);
	value_set(&arena, external, "role", value_string(&arena, "db"));
	value_set(&arena, errors, "/bad", value_string(&arena, "because"));
	buf_clear(out);
	*keep = facts_respond(&server, request, strlen(request), out);
}

static void expect_answer(const char *line, const char *headers, const char *begin,
			  const char *contains, bool kept)
{
	auto_buf struct buf out = {0};
	bool keep;
	ask(&out, line, headers, &keep);
	const char *text = buf_text(&out);
	if (strncmp(text, begin, strlen(begin)) != 0 || !strstr(text, contains))
		fail_msg("%s: not \"%s\" with \"%s\" but\n%s", line, begin, contains, text);
	assert_int_equal(keep, kept);
}

static void answers(void **state)
{
	(void)state;
	expect_answer("GET /health HTTP/1.1", local, "HTTP/1.1 200 OK\r\n", "\r\n\r\nok\n", true);
	expect_answer("GET /facts/kernel.name HTTP/1.1", local, "HTTP/1.1 200 OK\r\n",
		      "\r\n\r\n\"Linux\"\n", true);
	expect_answer("GET /facts/kernel.nam%65 HTTP/1.0", "\r\n", "HTTP/1.1 200 OK\r\n",
		      "\"Linux\"", false);
	expect_answer("GET /facts/role HTTP/1.1", local, "HTTP/1.1 200 OK\r\n", "\"db\"", true);
	expect_answer("GET /facts HTTP/1.1", local, "HTTP/1.1 200 OK\r\n", "\"/bad\": \"because\"",
		      true);
	expect_answer("GET /facts/?format=flat HTTP/1.1", local, "HTTP/1.1 200 OK\r\n",
		      "\nkernel.name=Linux\n", true);
	expect_answer("GET /facts/errors HTTP/1.1", local, "HTTP/1.1 200 OK\r\n", "because", true);
	expect_answer("GET /facts/kernel.[n]ame HTTP/1.1", local, "HTTP/1.1 200 OK\r\n",
		      "\"kernel.name\": \"Linux\"", true);
	expect_answer("GET /facts/no.fact HTTP/1.1", local, "HTTP/1.1 404 ", "{\"error\":", true);
	expect_answer("GET /nothing HTTP/1.1", local, "HTTP/1.1 404 ", "/facts/NAME", true);
	expect_answer("HEAD /health HTTP/1.1", local, "HTTP/1.1 200 OK\r\n",
		      "Content-Length: 3\r\n", true);
	expect_answer("GET /health HTTP/1.1", "Host: [::1]:8\r\nConnection: close\r\n\r\n",
		      "HTTP/1.1 200 ", "Connection: close\r\n", false);
	expect_answer("GET /health HTTP/1.0", "Connection: keep-alive\r\n\r\n", "HTTP/1.1 200 ",
		      "Connection: keep-alive\r\n", true);
}

static void a_head_has_no_body(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	bool keep;
	ask(&out, "HEAD /facts/kernel.name HTTP/1.1", local, &keep);
	assert_string_equal(strstr(buf_text(&out), "\r\n\r\n"), "\r\n\r\n");
}

static void refusals(void **state)
{
	(void)state;
	static const char *const requests[][3] = {
		{"POST /facts HTTP/1.1", local, "405"},
		{"GET /facts HTTP/2.0", local, "505"},
		{"GET /facts", local, "400"},
		{"GET  /facts HTTP/1.1", local, "400"},
		{"GET facts HTTP/1.1", local, "400"},
		{"GET http://localhost/facts HTTP/1.1", local, "400"},
		{"GET /facts/%0 HTTP/1.1", local, "400"},
		{"GET /facts/%00 HTTP/1.1", local, "400"},
		{"GET /facts/%zz HTTP/1.1", local, "400"},
		{"", local, "400"},
		{"GET /facts HTTP/1.1", "\r\n", "400"}, /* no Host */
		{"GET /facts HTTP/1.1", "Host: evil.example\r\n\r\n", "421"},
		{"GET /facts HTTP/1.1", "Host: localhost.evil.example\r\n\r\n", "421"},
		{"GET /facts HTTP/1.1", "Host: 127.evil.example\r\n\r\n", "421"},
		{"GET /facts HTTP/1.1", "Host: localhost\r\nContent-Length: 5\r\n\r\n", "400"},
		{"GET /facts HTTP/1.1", "Host: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
		 "400"},
		{"GET /facts HTTP/1.1", "Host: localhost\r\n folded\r\n\r\n", "400"},
		{"GET /facts HTTP/1.1", "Host : localhost\r\n\r\n", "400"},
		{"GET /facts HTTP/1.1", "no colon\r\n\r\n", "400"},
		{"GET /facts HTTP/1.1", ": nothing\r\n\r\n", "400"},
	};
	for (size_t i = 0; i < COUNT_OF(requests); i++) {
		char begin[32];
		snprintf(begin, sizeof begin, "HTTP/1.1 %s ", requests[i][2]);
		expect_answer(requests[i][0], requests[i][1], begin, "Connection: close\r\n",
			      false);
	}
	expect_answer("GET /facts?format=xml HTTP/1.1", local, "HTTP/1.1 400 ", "no such format",
		      true);
	expect_answer("GET /facts?format=xxxxxxxxxxxxxxxxxxxx HTTP/1.1", local, "HTTP/1.1 400 ",
		      "no such format", true);
}

/* The same value has the same tag; another one another. */
static void entity_tags(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	bool keep;
	char tag[32], headers[128];
	ask(&out, "GET /facts/kernel.name HTTP/1.1", local, &keep);
	const char *at = strstr(buf_text(&out), "ETag: ");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "ETag: %31s", tag), 1);
	snprintf(headers, sizeof headers, "Host: localhost\r\nIf-None-Match: \"x\", W/%s\r\n\r\n",
		 tag);
	expect_answer("GET /facts/kernel.name HTTP/1.1", headers, "HTTP/1.1 304 Not Modified\r\n",
		      tag, true);
	expect_answer("GET /facts/kernel.machine HTTP/1.1", headers, "HTTP/1.1 200 ", "", true);
	expect_answer("GET /facts/no.fact HTTP/1.1", headers, "HTTP/1.1 404 ", "", true);
	expect_answer("GET /health HTTP/1.1", "Host: localhost\r\nIf-None-Match: *\r\n\r\n",
		      "HTTP/1.1 304 ", "", true);
}

static void complete_requests(void **state)
{
	(void)state;
	static const char text[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /";
	assert_int_equal(facts_request_length(text, 20), 0);
	assert_int_equal(facts_request_length(text, strlen(text)), 27);
	assert_int_equal(facts_request_length("", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),           cmocka_unit_test(a_head_has_no_body),
		cmocka_unit_test(refusals),          cmocka_unit_test(entity_tags),
		cmocka_unit_test(complete_requests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
