/* Against the semantics of .dockerignore. */
#include "tests/unit/check.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/tree/ignore.h"

/* Asks for a path as the walk does: each directory on the way first. */
static bool covers(const struct ignore *ignore, const char *path)
{
	size_t count = ignore_count(ignore);
	autofree bool *parent = mem_alloc(count), *own = mem_alloc(count);
	bool covered = false;
	for (const char *end = path; end; end += *end == '/') {
		end = strchrnul(end, '/');
		autofree char *part = mem_strndup(path, (size_t)(end - path));
		covered = ignore_covers(ignore, part, parent, own);
		memcpy(parent, own, count);
		if (!*end)
			return covered;
	}
	return covered;
}

static void patterns_cover_what_docker_says(void **state)
{
	(void)state;
	static const struct {
		const char *patterns, *path;
		bool covered;
	} cases[] = {
		{"", "a", false},
		{"a", "a", true},
		{"a", "b", false},
		{"a", "dir/a", false}, /* only at the root */
		{"a", "a/below/it", true},
		{"a", "ab", false},
		{"/a", "a", true},
		{"./a/", "a", true},
		{"a//b/../c", "a/c", true},
		{"../a", "a", true}, /* .. does not leave the root */
		{".", "a", false},
		{"/", "a", false},
		{"# a\na", "a", true},
		{"#a", "#a", false},
		{"\\#a", "#a", true},
		{"  a \t\r\n\n", "a", true},
		{"\xEF\xBB\xBF"
		 "a",
		 "a", true},
		{"*", "a", true},
		{"*", "a/b", true}, /* for it fits the directory */
		{"*.c", "x.c", true},
		{"*.c", "dir/x.c", false},
		{"*/x.c", "dir/x.c", true},
		{"*/x.c", "a/b/x.c", false},
		{"a*c", "ac", true},
		{"a*c", "abbbc", true},
		{"a*c", "ab/c", false},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{"a?c", "a/c", false},
		{"a?", "a", false},
		{"[a-c]x", "bx", true},
		{"[a-c]x", "dx", false},
		{"[^a-c]x", "dx", true},
		{"[^a-c]x", "bx", false},
		{"[]]x", "]x", true},
		{"[!a]", "!", true}, /* ! is no negation, as in Go */
		{"[\\]a]", "a", true},
		{"a[^b]c", "a/c", false},
		{"a\\*c", "a*c", true},
		{"a\\*c", "abc", false},
		{"a.c", "abc", false},
		{"a+(b)$", "a+(b)$", true},
		{"**", "a/b/c", true},
		{"**/x", "x", true},
		{"**/x", "a/x", true},
		{"**/x", "a/b/x", true},
		{"**/x", "ax", false},
		{"**/x", "a/bx", false},
		{"**/x", "a/x/below", true},
		{"**/*.c", "a/b/x.c", true},
		{"a/**", "a", false},
		{"a/**", "a/b", true},
		{"a/**", "a/b/c", true},
		{"a/**/b", "a/b", true},
		{"a/**/b", "a/x/y/b", true},
		{"a/**/b", "a/xb", false},
		{"a**b", "ab", true}, /* whole directories only, also without a slash */
		{"a**b", "axb", false},
		{"a**b", "ax/b", true},
		{"**/a/**/b", "x/a/y/b", true},
		{"**/a/**/b", "x/a/yb", false},
		{"***/x", "a/x", true},
		{"*\n!a", "a", false},
		{"*\n!a", "b", true},
		{"!a\n*", "a", true}, /* the last that fits decides */
		{"*.md\n!README*.md\nREADME-secret.md", "README.md", false},
		{"*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true},
		{"*.md\n!README*.md\nREADME-secret.md", "other.md", true},
		{"dir\n!dir/keep", "dir/keep", false}, /* unlike git's */
		{"dir\n!dir/keep", "dir/other", true},
		{"dir\n! dir/keep", "dir/keep/below", false},
		{IGNORE_FILE "x", IGNORE_FILE, true},  /* itself, always... */
		{"!" IGNORE_FILE, IGNORE_FILE, false}, /* but for this */
		{"\xC3\xA4", "\xC3\xA4", true},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error err = {0};
		struct ignore *ignore =
			ignore_parse("i", cases[i].patterns, strlen(cases[i].patterns), &err);
		expect_no_error(&err);
		if (covers(ignore, cases[i].path) != cases[i].covered)
			fail_msg("'%s' and %s", cases[i].patterns, cases[i].path);
		ignore_free(ignore);
	}
}

static void what_is_malformed_is_told_with_its_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
		size_t len;
		unsigned line;
	} cases[] = {
		{"a\n!", "a '!' with nothing behind it", 3, 2},
		{"[a", "a '[' without its ']'", 2, 1},
		{"\n\nx[", "a '[' without its ']'", 4, 3},
		{"[a\\", "a '[' without its ']'", 3, 1},
		{"a\\", "a '\\' with nothing behind it", 2, 1},
		{"a\0b", "a NUL byte", 3, 1},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_error struct error err = {0};
		assert_null(ignore_parse("i", cases[i].text, cases[i].len, &err));
		assert_string_equal(err.message, cases[i].message);
		assert_string_equal(err.file, "i");
		assert_int_equal(err.line, cases[i].line);
	}
}

/* Backtracking would take longer than the world is old. */
static void many_stars_are_no_trouble(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	char pattern[4001], path[8001];
	for (size_t i = 0; i < 4000; i++)
		pattern[i] = i % 4 < 2 ? '*' : i % 4 == 2 ? '/' : 'a';
	pattern[3999] = 'b';
	pattern[4000] = '\0';
	for (size_t i = 0; i < 8000; i++)
		path[i] = i % 2 ? '/' : 'a';
	path[7999] = 'a';
	path[8000] = '\0';
	struct ignore *ignore = ignore_parse("i", pattern, 4000, &err);
	autofree bool *own = mem_alloc(ignore_count(ignore));
	assert_false(ignore_covers(ignore, path, NULL, own));
	ignore_free(ignore);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_cover_what_docker_says),
		cmocka_unit_test(what_is_malformed_is_told_with_its_line),
		cmocka_unit_test(many_stars_are_no_trouble),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
