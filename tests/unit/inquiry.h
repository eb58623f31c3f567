/* What the tests of servers' APIs share: an inquiry whose requests are answered with recorded
 * replies. */
#ifndef FACTORY_TESTS_UNIT_INQUIRY_H
#define FACTORY_TESTS_UNIT_INQUIRY_H

#include "agent/source/api.h"
#include "common/json.h"
#include "common/own.h"
#include "tests/unit/check.h"

/* A request that is expected and its reply; one without a status ends a list. */
struct exchange {
	const char *request; /* "GET /v1/x", "PUT /v1/x {...}" */
	long status;
	const char *body;
	const char *headers; /* or NULL */
};

struct asked {
	struct arena arena;
	struct inquiry inquiry;
	struct error err;
	int result; /* of the last take or ask */
};

static inline void asked_free(struct asked *asked)
{
	arena_free(&asked->arena);
	error_clear(&asked->err);
}

#define auto_asked __attribute__((cleanup(asked_free)))

static inline void expect_request(const struct api_request *request, const char *expected)
{
	auto_buf struct buf text = {0};
	buf_printf(&text, "%s %s", request->method ? request->method : "GET",
		   buf_text(&request->path));
	if (request->body.len)
		buf_printf(&text, " %s", buf_text(&request->body));
	assert_string_equal(buf_text(&text), expected);
}

/* Asks as a transport does, and checks each request. */
static inline void ask_with(struct asked *asked, const struct api *api, const struct want *want,
			    const struct exchange *exchanges)
{
	asked->inquiry.want = want;
	asked->inquiry.arena = &asked->arena;
	asked->result = 0;
	for (size_t i = 0; asked->result == 0; i++) {
		struct api_request request = {0};
		struct http_response response = {0};
		asked->inquiry.step = (unsigned)i;
		asked->result = api->ask(&asked->inquiry, &request, &asked->err);
		if (asked->result == 0) {
			assert_true(exchanges && exchanges[i].status != 0);
			response.status = exchanges[i].status;
			expect_request(&request, exchanges[i].request);
			buf_puts(&response.body, exchanges[i].body);
			buf_puts(&response.headers,
				 exchanges[i].headers ? exchanges[i].headers : "");
			asked->result = api->take(&asked->inquiry, &response, &asked->err);
		}
		buf_free(&request.path);
		buf_free(&request.body);
		http_response_free(&response);
	}
}

/* Answered, with this JSON; NULL: missing. */
static inline void expect_found(const struct asked *asked, const char *json)
{
	auto_buf struct buf text = {0};
	if (asked->result < 0)
		fail_msg("unexpected error: %s", asked->err.message);
	if (!json) {
		assert_null(asked->inquiry.found);
		return;
	}
	assert_non_null(asked->inquiry.found);
	json_write(&text, asked->inquiry.found);
	assert_string_equal(buf_text(&text), json);
}

static inline void expect_refused(struct asked *asked, const char *part)
{
	assert_int_equal(asked->result, -1);
	assert_int_equal(asked->err.exit_code, 8);
	expect_error(&asked->err, part);
}

/* No answer came at all. */
static inline void expect_unreachable(const struct api *api, const struct want *want,
				      const char *part)
{
	auto_asked struct asked asked = {.inquiry = {.want = want}};
	struct api_request request = {0};
	struct http_response response = {.failed = true};
	asked.inquiry.arena = &asked.arena;
	error_set(&response.error, "can't reach it");
	assert_int_equal(api->ask(&asked.inquiry, &request, &asked.err), 0);
	asked.result = api->take(&asked.inquiry, &response, &asked.err);
	expect_refused(&asked, part);
	buf_free(&request.path);
	buf_free(&request.body);
	http_response_free(&response);
}

#endif
