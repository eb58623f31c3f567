/* JUnit's XML: what can stand in it, and the counts. */
#include "tests/unit/check.h"

#include "common/own.h"
#include "host/exam/junit.h"
#include "host/exit_codes.h"
#include "host/manifest/secrets.h"

#include <string.h>

static char *written(const char *output, size_t len, const struct value *secrets)
{
	auto_buf struct buf text = {0}, kept = {0};
	buf_add(&kept, output, len);
	struct exam_case one = {.id = "test-1", .name = "n", .has_run = true, .output = kept};
	struct exam_result result = {.name = "s", .cases = &one, .count = 1};
	junit_write(&text, &result, 1, secrets);
	const char *from = strstr(buf_text(&text), "<system-out>");
	const char *to = from ? strstr(from, "</system-out>") : NULL;
	assert_non_null(to);
	from += strlen("<system-out>");
	return strndup(from, (size_t)(to - from));
}

static void only_characters_of_xml(void **state)
{
	(void)state;
	static const struct {
		const char *output;
		size_t len;
		const char *expected;
	} rows[] = {
#define ROW(output, expected) {output, sizeof(output) - 1, expected}
		ROW("plain", "plain"),
		ROW("a & <b> \"c\"", "a &amp; &lt;b&gt; &quot;c&quot;"),
		ROW("a\tb\nc\r", "a&#9;b&#10;c&#13;"),
		ROW("\0a\033[1mb\177", "a[1mb\177"),
		ROW("\303\244\342\202\254\360\237\230\200", "\303\244\342\202\254\360\237\230\200"),
		ROW("a\303", "a"),                     /* cut */
		ROW("\377\200\300\257x", "x"),         /* no UTF-8, or too long a form */
		ROW("\355\240\200x", "x"),             /* half of a pair */
		ROW("\357\277\276\357\277\277x", "x"), /* no characters */
		ROW("\364\220\200\200x", "x"),         /* beyond the last */
#undef ROW
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autofree char *text = written(rows[i].output, rows[i].len, NULL);
		assert_string_equal(text, rows[i].expected);
	}
}

static void secrets_are_hidden(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct value *secrets = value_list(&arena);
	secrets_add(&arena, secrets, "s3cr<t", 6);
	autofree char *text = written("my s3cr<t.", 10, secrets);
	assert_string_equal(text, "my ***.");
}

static void counts(void **state)
{
	(void)state;
	auto_buf struct buf text = {0};
	struct exam_case cases[] = {
		{.id = "test-1", .name = "passed", .has_run = true, .us = 1500000},
		{.id = "test-2", .name = "failed", .has_run = true},
		{.id = "test-3", .name = "no engine", .has_run = true},
		{.id = "test-4", .name = "late"},
	};
	error_set_at(&cases[1].failure, "m.yml", 3, 5, "failed \"so\"");
	cases[1].failure.exit_code = EXIT_STEP;
	error_set(&cases[2].failure, "gone");
	cases[2].failure.exit_code = EXIT_ENGINE;
	struct exam_result results[] = {
		{.name = "a&b", .cases = cases, .count = COUNT_OF(cases), .us = 2500000},
		{.name = "empty"}};
	junit_write(&text, results, COUNT_OF(results), NULL);
	assert_string_equal(
		buf_text(&text),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" "
		"time=\"2.500\">\n"
		"<testsuite name=\"a&amp;b\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" "
		"time=\"2.500\">\n"
		"<testcase name=\"passed\" classname=\"a&amp;b\" time=\"1.500\">\n"
		"<system-out></system-out>\n</testcase>\n"
		"<testcase name=\"failed\" classname=\"a&amp;b\" time=\"0.000\">\n"
		"<failure message=\"failed &quot;so&quot;\" type=\"test\">m.yml:3:5: failed "
		"&quot;so&quot;</failure>\n"
		"<system-out></system-out>\n</testcase>\n"
		"<testcase name=\"no engine\" classname=\"a&amp;b\" time=\"0.000\">\n"
		"<error message=\"gone\" type=\"test\">gone</error>\n"
		"<system-out></system-out>\n</testcase>\n"
		"<testcase name=\"late\" classname=\"a&amp;b\" time=\"0.000\">\n<skipped/>\n"
		"<system-out></system-out>\n</testcase>\n"
		"</testsuite>\n"
		"<testsuite name=\"empty\" tests=\"0\" failures=\"0\" errors=\"0\" skipped=\"0\" "
		"time=\"0.000\">\n</testsuite>\n</testsuites>\n");
	error_clear(&cases[1].failure);
	error_clear(&cases[2].failure);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_characters_of_xml),
		cmocka_unit_test(secrets_are_hidden),
		cmocka_unit_test(counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
