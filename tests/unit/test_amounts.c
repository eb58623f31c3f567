/* Ages and sizes, read and written. */
#include "tests/unit/check.h"

#include "host/clean/amounts.h"
#include "host/exit_codes.h"

static time_t age(const char *text)
{
	struct error err = {0};
	time_t seconds = -1;
	if (amount_age("--age", text, &seconds, &err) < 0) {
		assert_int_equal(err.exit_code, EXIT_USAGE);
		assert_non_null(strstr(err.message, "--age takes"));
		error_clear(&err);
		return -1;
	}
	return seconds;
}

static int64_t size(const char *text)
{
	struct error err = {0};
	int64_t bytes = -1;
	if (amount_size("--size", text, &bytes, &err) < 0) {
		error_clear(&err);
		return -1;
	}
	return bytes;
}

static void ages(void **state)
{
	static const char *const bad[] = {"",    "7",    "d",    "-1d",    "1y",  "1dd",
					  "1 d", "0x1d", "nand", "1e400d", "inf", " 1d"};
	(void)state;
	assert_int_equal(age("0s"), 0);
	assert_int_equal(age("90s"), 90);
	assert_int_equal(age("45m"), 2700);
	assert_int_equal(age("1.5h"), 5400);
	assert_int_equal(age("7d"), 604800);
	assert_int_equal(age("2w"), 1209600);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(age(bad[i]), -1);
}

static void sizes(void **state)
{
	static const char *const bad[] = {"", "x", "-1", "5X", "5GBB", "5 GB", "1e30", "bb", "5bb"};
	(void)state;
	assert_int_equal(size("0"), 0);
	assert_int_equal(size("4096"), 4096);
	assert_int_equal(size("1b"), 1);
	assert_int_equal(size("2k"), 2048);
	assert_int_equal(size("500MB"), 500LL << 20);
	assert_int_equal(size("5GB"), 5LL << 30);
	assert_int_equal(size("1.5g"), 3LL << 29);
	assert_int_equal(size("2TB"), 2LL << 40);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(size(bad[i]), -1);
}

static void what_people_read(void **state)
{
	struct arena arena = {0};
	(void)state;
	assert_string_equal(amount_ago(0, 100, &arena), "-");
	assert_string_equal(amount_ago(90, 100, &arena), "10 s");
	assert_string_equal(amount_ago(200, 100, &arena), "0 s");
	assert_string_equal(amount_ago(100, 100 + 7200, &arena), "2 h");
	assert_string_equal(amount_ago(100, 100 + 30 * 86400, &arena), "30 d");
	assert_string_equal(amount_bytes(-1, &arena), "-");
	assert_string_equal(amount_bytes(0, &arena), "0 B");
	assert_string_equal(amount_bytes(1023, &arena), "1023 B");
	assert_string_equal(amount_bytes(1536, &arena), "1.5 kB");
	assert_string_equal(amount_bytes(5LL << 30, &arena), "5.0 GB");
	assert_string_equal(amount_bytes(3LL << 50, &arena), "3072.0 TB");
	arena_free(&arena);
}

static void times(void **state)
{
	(void)state;
	assert_int_equal(amount_time("1970-01-02T00:00:00Z"), 86400);
	assert_int_equal(amount_time("1970-01-02T00:00:00.123456789Z"), 86400);
	assert_int_equal(amount_time("1970-01-02T02:00:00+02:00"), 86400);
	assert_int_equal(amount_time("1970-01-01T22:30:00-01:30"), 86400);
	assert_int_equal(amount_time("yesterday"), 0);
	assert_int_equal(amount_time(""), 0);
	assert_int_equal(amount_time(NULL), 0);
}

static void times_ahead(void **state)
{
	(void)state;
	const time_t now = 1800000000, day = 86400;
	assert_int_equal(amount_past(0, now), 0);
	assert_int_equal(amount_past(now - 5, now), now - 5);
	assert_int_equal(amount_past(now + 5, now), now + 5); /* another's clock */
	assert_int_equal(amount_past(now + day, now), now + day);
	assert_int_equal(amount_past(now + day + 1, now), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ages),
		cmocka_unit_test(sizes),
		cmocka_unit_test(what_people_read),
		cmocka_unit_test(times),
		cmocka_unit_test(times_ahead),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
