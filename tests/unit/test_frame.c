#include "common/frame.h"

#include "common/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct buf bytes(const void *data, size_t len)
{
	return (struct buf){(char *)data, len, 0};
}

/* Takes the first frame from a buffer. */
static int take(struct buf *buf, struct frame *frame, struct error *err)
{
	static struct buf kept;
	int got = frame_parse(buf, frame, err);
	if (got != 1)
		return got;
	buf_free(&kept);
	buf_add(&kept, frame->payload, frame->length);
	frame->payload = kept.data;
	buf_consume(buf, FRAME_HEADER + frame->length);
	return 1;
}

static void the_header_is_little_endian(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	frame_add(&out, FRAME_STDOUT, 0x01020304, "hi", 2);
	static const char expected[] = "\x02\0\0\0\x41\0\0\0\x04\x03\x02\x01hi";
	assert_int_equal(out.len, 14);
	assert_memory_equal(out.data, expected, 14);
}

static void a_frame_comes_back(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	auto_error struct error err = {0};
	struct frame frame;
	frame_add(&out, FRAME_RUN, 7, "{}", 2);
	assert_int_equal(frame_parse(&out, &frame, &err), 1);
	assert_int_equal(frame.type, FRAME_RUN);
	assert_int_equal(frame.id, 7);
	assert_int_equal(frame.length, 2);
	assert_false(frame.more);
	assert_memory_equal(frame.payload, "{}", 2);
}

static void a_part_of_a_frame_is_waited_for(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	auto_error struct error err = {0};
	struct frame frame;
	frame_add(&out, FRAME_DATA, 7, "12345", 5);
	for (size_t len = 0; len < out.len; len++) {
		struct buf part = bytes(out.data, len);
		assert_int_equal(frame_parse(&part, &frame, &err), 0);
	}
}

static void an_empty_payload_is_one_frame(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	auto_error struct error err = {0};
	struct frame frame;
	frame_add(&out, FRAME_DATA, 7, NULL, 0);
	assert_int_equal(out.len, FRAME_HEADER);
	assert_int_equal(frame_parse(&out, &frame, &err), 1);
	assert_int_equal(frame.length, 0);
}

static void a_long_payload_is_split(void **state)
{
	(void)state;
	size_t len = 2 * (size_t)FRAME_MAX + 5;
	char *payload = mem_alloc(len);
	memset(payload, 'x', len);
	auto_buf struct buf out = {0};
	auto_error struct error err = {0};
	frame_add(&out, FRAME_DATA, 1, payload, len);
	free(payload);
	static const struct {
		size_t length;
		bool more;
	} expected[] = {{FRAME_MAX, true}, {FRAME_MAX, true}, {5, false}};
	for (size_t i = 0; i < 3; i++) {
		struct frame frame;
		assert_int_equal(take(&out, &frame, &err), 1);
		assert_int_equal(frame.length, expected[i].length);
		assert_int_equal(frame.more, expected[i].more);
	}
	assert_int_equal(out.len, 0);
}

static void exactly_the_limit_is_one_frame(void **state)
{
	(void)state;
	char *payload = mem_alloc(FRAME_MAX);
	auto_buf struct buf out = {0};
	frame_add_more(&out, FRAME_DATA, 1, payload, FRAME_MAX);
	free(payload);
	assert_int_equal(out.len, FRAME_HEADER + FRAME_MAX);
	assert_int_equal(out.data[5], FRAME_MORE);
}

static void bad_headers_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *header, *message;
	} cases[] = {
		{"\0\0\0\0\x00\0\0\0\1\0\0\0", "unknown frame type 0"},
		{"\0\0\0\0\x0d\0\0\0\1\0\0\0", "unknown frame type 13"},
		{"\0\0\0\0\xff\0\0\0\1\0\0\0", "unknown frame type 255"},
		{"\1\0\x10\0\x01\0\0\0\1\0\0\0",
		 "a RUN frame of 1048577 bytes (at most 1048576 are allowed)"},
		{"\xff\xff\xff\xff\x02\0\0\0\1\0\0\0",
		 "a DATA frame of 4294967295 bytes (at most 1048576 are allowed)"},
		{"\0\0\0\0\x01\x02\0\0\1\0\0\0", "unknown flags 0x02 in a RUN frame"},
		{"\0\0\0\0\x01\0\1\0\1\0\0\0", "a RUN frame's reserved bytes are not zero"},
		{"\0\0\0\0\x01\0\0\1\1\0\0\0", "a RUN frame's reserved bytes are not zero"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		auto_error struct error err = {0};
		struct frame frame;
		struct buf in = bytes(cases[i].header, FRAME_HEADER);
		assert_int_equal(frame_parse(&in, &frame, &err), -1);
		assert_string_equal(err.message, cases[i].message);
	}
}

static void every_type_has_a_name(void **state)
{
	(void)state;
	for (int type = FRAME_RUN; type <= FRAME_SETTLE; type++)
		assert_non_null(frame_type_name((enum frame_type)type));
	for (int type = FRAME_HELLO; type <= FRAME_ERROR; type++)
		assert_non_null(frame_type_name((enum frame_type)type));
	assert_string_equal(frame_type_name(FRAME_WANT), "WANT");
	assert_null(frame_type_name((enum frame_type)(FRAME_ERROR + 1)));
}

static struct frame part(enum frame_type type, uint32_t id, const char *text, bool more)
{
	return (struct frame){type, more, id, text, strlen(text)};
}

static void interleaved_parts_are_joined(void **state)
{
	(void)state;
	struct frame_joiner joiner = {0};
	auto_error struct error err = {0};
	struct frame whole;
	struct frame parts[] = {
		part(FRAME_PUT, 1, "{\"a\"", true), part(FRAME_PUT, 2, "{", true),
		part(FRAME_DATA, 2, "data", true),  part(FRAME_PUT, 2, "}", false),
		part(FRAME_PUT, 1, ":1}", false),
	};
	assert_int_equal(frame_join(&joiner, &parts[0], &whole, &err), 0);
	assert_int_equal(frame_join(&joiner, &parts[1], &whole, &err), 0);
	assert_int_equal(frame_join(&joiner, &parts[2], &whole, &err), 1);
	assert_true(whole.more);
	assert_int_equal(frame_join(&joiner, &parts[3], &whole, &err), 1);
	assert_int_equal(whole.length, 2);
	assert_memory_equal(whole.payload, "{}", 2);
	assert_int_equal(frame_join(&joiner, &parts[4], &whole, &err), 1);
	assert_int_equal(whole.id, 1);
	assert_memory_equal(whole.payload, "{\"a\":1}", 7);
	assert_int_equal(joiner.held, 0);
	frame_joiner_free(&joiner);
}

static void an_endless_payload_is_refused(void **state)
{
	(void)state;
	struct frame_joiner joiner = {0};
	auto_error struct error err = {0};
	struct frame whole;
	char *block = mem_alloc(FRAME_MAX);
	struct frame more = {FRAME_RESULT, true, 1, block, FRAME_MAX};
	int got = 0, frames = 0;
	while (got == 0 && frames++ < 1000)
		got = frame_join(&joiner, &more, &whole, &err);
	assert_int_equal(got, -1);
	assert_int_equal(frames, FRAME_CONTROL_MAX / FRAME_MAX + 1);
	assert_string_equal(err.message, "a RESULT payload of more than 67108864 bytes");
	frame_joiner_free(&joiner);
	free(block);
}

static void too_many_unfinished_payloads_are_refused(void **state)
{
	(void)state;
	struct frame_joiner joiner = {0};
	auto_error struct error err = {0};
	struct frame whole;
	int got = 0;
	for (uint32_t id = 1; got == 0 && id < 1000; id++) {
		struct frame more = part(FRAME_RESULT, id, "", true);
		got = frame_join(&joiner, &more, &whole, &err);
	}
	assert_int_equal(got, -1);
	assert_string_equal(err.message, "more than 256 unfinished payloads");
	frame_joiner_free(&joiner);
}

static void json_comes_back(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_buf struct buf out = {0};
	auto_error struct error err = {0};
	struct value *map = value_map(&arena);
	value_set(&arena, map, "signal", value_int(&arena, 15));
	frame_add_json(&out, FRAME_SIGNAL, 3, map);
	struct frame frame;
	assert_int_equal(frame_parse(&out, &frame, &err), 1);
	struct value *read = frame_json(&frame, &arena, &err);
	assert_non_null(read);
	assert_int_equal(value_get(read, "signal")->integer, 15);
}

static void a_payload_that_is_no_map_is_refused(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct frame list = part(FRAME_RUN, 1, "[1]", false);
	assert_null(frame_json(&list, &arena, &err));
	assert_string_equal(err.message, "the payload of a RUN frame is a list, not a map");
	struct frame broken = part(FRAME_RUN, 1, "{\"argv\":", false);
	assert_null(frame_json(&broken, &arena, &err));
	assert_string_equal(err.file, "RUN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_little_endian),
		cmocka_unit_test(a_frame_comes_back),
		cmocka_unit_test(a_part_of_a_frame_is_waited_for),
		cmocka_unit_test(an_empty_payload_is_one_frame),
		cmocka_unit_test(a_long_payload_is_split),
		cmocka_unit_test(exactly_the_limit_is_one_frame),
		cmocka_unit_test(bad_headers_are_refused),
		cmocka_unit_test(every_type_has_a_name),
		cmocka_unit_test(interleaved_parts_are_joined),
		cmocka_unit_test(an_endless_payload_is_refused),
		cmocka_unit_test(too_many_unfinished_payloads_are_refused),
		cmocka_unit_test(json_comes_back),
		cmocka_unit_test(a_payload_that_is_no_map_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
