#include "tests/unit/check.h"

#include "common/buffer.h"
#include "host/engine/docker/demultiplex.h"

#include <stdbool.h>

/* What came out, by stream. */
struct taken {
	struct buf streams[3];
	struct error err;
};

static void free_taken(struct taken *taken)
{
	for (int i = 0; i < 3; i++)
		buf_free(&taken->streams[i]);
	error_clear(&taken->err);
}

/* Feeds `len` bytes in pieces of `step`; false after an error. */
static bool feed(struct demultiplexer *demultiplexer, const char *data, size_t len, size_t step,
		 struct taken *taken)
{
	for (size_t at = 0; at < len;) {
		size_t piece = len - at < step ? len - at : step;
		int which = 0;
		const char *payload;
		size_t payload_len;
		long used = demultiplex(demultiplexer, data + at, piece, &which, &payload,
					&payload_len, &taken->err);
		if (used < 0)
			return false;
		assert_in_range(used, 1, piece);
		if (payload_len)
			buf_add(&taken->streams[which], payload, payload_len);
		at += (size_t)used;
	}
	return true;
}

static void add_frame(struct buf *out, char stream, const char *data, size_t len)
{
	char header[DEMULTIPLEX_HEADER] = {
		stream, 0, 0, 0, (char)(len >> 24), (char)(len >> 16), (char)(len >> 8), (char)len};
	buf_add(out, header, sizeof header);
	buf_add(out, data, len);
}

static void both_streams_however_split(void **state)
{
	(void)state;
	char large[70000];
	auto_buf struct buf in = {0};
	memset(large, 'x', sizeof large);
	add_frame(&in, 1, "one", 3);
	add_frame(&in, 2, "warn", 4);
	add_frame(&in, 1, "", 0);
	add_frame(&in, 1, large, sizeof large);
	add_frame(&in, 2, "!", 1);
	static const size_t steps[] = {1, 2, 7, 8, 9, 4096, 1 << 20};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct demultiplexer demultiplexer = {0};
		struct taken taken = {0};
		assert_true(feed(&demultiplexer, in.data, in.len, steps[i], &taken));
		assert_int_equal(taken.streams[1].len, 3 + sizeof large);
		assert_memory_equal(taken.streams[1].data, "one", 3);
		assert_memory_equal(taken.streams[1].data + 3, large, sizeof large);
		assert_string_equal(taken.streams[2].data, "warn!");
		assert_int_equal(demultiplexer.have, 0);
		free_taken(&taken);
	}
}

static void length_is_big_endian(void **state)
{
	(void)state;
	struct demultiplexer demultiplexer = {0};
	struct taken taken = {0};
	assert_true(feed(&demultiplexer, "\1\0\0\0\xfe\xdc\xba\x98", 8, 8, &taken));
	assert_int_equal(demultiplexer.left, 0xfedcba98u);
	free_taken(&taken);
}

/* A caller that sees the connection end asks whether it was inside a frame. */
static void knows_when_it_is_inside_a_frame(void **state)
{
	(void)state;
	struct demultiplexer demultiplexer = {0};
	struct taken taken = {0};
	assert_true(feed(&demultiplexer, "\1\0\0", 3, 3, &taken));
	assert_int_not_equal(demultiplexer.have, 0);
	assert_true(feed(&demultiplexer, "\0\0\0\0\2a", 6, 6, &taken));
	assert_int_not_equal(demultiplexer.have, 0);
	assert_true(feed(&demultiplexer, "b", 1, 1, &taken));
	assert_int_equal(demultiplexer.have, 0);
	assert_string_equal(taken.streams[1].data, "ab");
	free_taken(&taken);
}

static void what_is_no_frame(void **state)
{
	(void)state;
	static const char *const headers[] = {"\3\0\0\0\0\0\0\1", "\1\1\0\0\0\0\0\1",
					      "\1\0\0\1\0\0\0\1", "HTTP/1.1"};
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		struct demultiplexer demultiplexer = {0};
		struct taken taken = {0};
		assert_false(feed(&demultiplexer, headers[i], 8, 3, &taken));
		expect_error(&taken.err, "not multiplexed");
		free_taken(&taken);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_streams_however_split),
		cmocka_unit_test(length_is_big_endian),
		cmocka_unit_test(knows_when_it_is_inside_a_frame),
		cmocka_unit_test(what_is_no_frame),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
