/* What Tab offers at the prompt. */
#include "tests/unit/check.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/interactive/choices.h"

static struct choices choices_of(const char *stem, const char *const *words)
{
	struct choices choices = {0};
	choices_begin(&choices, stem, strlen(stem));
	for (; *words; words++)
		choices_add(&choices, *words);
	return choices;
}

static void what_all_have_in_common_is_inserted(void **state)
{
	static const struct {
		const char *stem, *words[4], *more;
		size_t count;
	} cases[] = {
		{"", {"run", "skip"}, "", 2},
		{"s", {"save", "skip", "run"}, "", 2},
		{"sk", {"save", "skip", "run"}, "ip", 1},
		{"/et", {"/etc/", "/etcetera"}, "c", 2},
		{"x", {"run"}, "", 0},
		{"", {NULL}, "", 0},
		{"run", {"run"}, "", 1},
		{"", {"z\xc3\xa4", "z\xc3\xb6"}, "z", 2},
		{"", {"a\x1b[2J", "b\x7f", "c\n"}, "", 0},
		{"kernel.", {"kernel.name", "kernel.namespace", "kern"}, "name", 2},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct choices choices = choices_of(cases[i].stem, cases[i].words);
		const char *more;
		size_t len = choices_common(&choices, &more);
		autofree char *found = mem_strndup(more, len);
		assert_string_equal(found, cases[i].more);
		assert_int_equal(choices.count, cases[i].count);
		choices_free(&choices);
	}
}

static void they_stand_in_columns(void **state)
{
	static const char *const words[] = {"/a/one", "/a/two/", "/a/\xc3\xa4", "/a/four", NULL};
	struct choices choices = choices_of("/a/", words);
	auto_buf struct buf wide = {0}, narrow = {0}, thin = {0};
	(void)state;
	choices_show(&choices, 80, &wide);
	assert_string_equal(buf_text(&wide), "one   two/  \xc3\xa4     four");
	choices_show(&choices, 11, &narrow);
	assert_string_equal(buf_text(&narrow), "one   two/\n\xc3\xa4     four");
	choices_show(&choices, 1, &thin);
	assert_string_equal(buf_text(&thin), "one\ntwo/\n\xc3\xa4\nfour");
	choices_free(&choices);
}

static void too_many_are_counted(void **state)
{
	struct choices choices = {0};
	auto_buf struct buf out = {0};
	(void)state;
	choices_begin(&choices, "", 0);
	for (int i = 0; i < 1000; i++)
		choices_add(&choices, "word");
	choices_show(&choices, 80, &out);
	assert_non_null(strstr(buf_text(&out), "\nand 800 more"));
	choices_free(&choices);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_all_have_in_common_is_inserted),
		cmocka_unit_test(they_stand_in_columns),
		cmocka_unit_test(too_many_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
