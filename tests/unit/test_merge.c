/* Which changes of two branches can both be had. */
#include "tests/unit/check.h"

#include "common/own.h"
#include "host/merge/changes.h"

/* "path state|path state|..." */
static struct listing listing_of(const char *text)
{
	struct listing listing = {0};
	struct error err = {0};
	for (; *text; text += *text == '|') {
		size_t path = strcspn(text, " "), state = strcspn(text + path + 1, "|");
		buf_add(&listing.text, text, path);
		buf_putc(&listing.text, '\0');
		buf_add(&listing.text, text + path + 1, state);
		buf_putc(&listing.text, '\0');
		text += path + 1 + state;
	}
	assert_int_equal(listing_read(&listing, &err), 0);
	return listing;
}

static const char *conflict(const char *base, const char *left, const char *right)
{
	static char found[64];
	struct listing lists[] = {listing_of(base), listing_of(left), listing_of(right)};
	struct changes changes[] = {changes_between(&lists[0], &lists[1]),
				    changes_between(&lists[0], &lists[2])};
	const char *path = changes_conflict(&changes[0], &changes[1]);
	const char *swapped = changes_conflict(&changes[1], &changes[0]);
	assert_int_equal(path != NULL, swapped != NULL);
	snprintf(found, sizeof found, "%s", path ? path : "");
	for (size_t i = 0; i < COUNT_OF(changes); i++)
		changes_free(&changes[i]);
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		listing_free(&lists[i]);
	return found;
}

static void differences_are_found(void **state)
{
	(void)state;
	auto_buf struct buf paths = {0};
	struct listing before = listing_of("/same f 1|/gone f 1|/other f 1|/dir d 755");
	struct listing after = listing_of("/other f 2|/same f 1|/dir d 755|/dir/new l x");
	struct changes changes = changes_between(&before, &after);
	assert_int_equal(changes.count, 3);
	assert_string_equal(changes.items[0].path, "/dir/new");
	assert_null(changes.items[0].before);
	assert_string_equal(changes.items[1].path, "/gone");
	assert_null(changes.items[1].after);
	assert_string_equal(changes.items[2].before, "f 1");
	assert_string_equal(changes.items[2].after, "f 2");
	changes_paths(&changes, &paths);
	assert_int_equal(paths.len, sizeof "/dir/new\0/gone\0/other");
	assert_memory_equal(paths.data, "/dir/new\0/gone\0/other", paths.len);
	changes_free(&changes);
	listing_free(&before);
	listing_free(&after);
}

static void what_conflicts(void **state)
{
	(void)state;
	static const struct {
		const char *base, *left, *right, *path;
	} cases[] = {
		{"/a f 1|/b f 1", "/a f 2|/b f 1", "/a f 1|/b f 2", ""},
		{"/a f 1", "/a f 2", "/a f 3", "/a"},
		/* The same state, but for a file that tells nothing of its bytes. */
		{"/a f 1", "/a f 2", "/a f 2", "/a"},
		{"", "/l l to", "/l l to", ""},
		{"", "/l l to", "/l l other", "/l"},
		{"", "/d d 755|/d/a f 1", "/d d 755|/d/b f 1", ""},
		{"", "/d d 755", "/d d 700", "/d"},
		{"/a f 1", "", "", ""},
		{"/a f 1", "", "/a f 2", "/a"},
		/* Below what the other removes or replaces; a neighbour is not below. */
		{"/d d 1", "", "/d d 1|/d/new f 1", "/d/new"},
		{"/d d 1", "/d l x", "/d d 1|/d/new f 1", "/d/new"},
		{"/d d 1|/d/a f 1", "", "/d d 1", ""},
		{"/d d 1", "", "/d d 1|/d-e f 1", ""},
		{"/d d 1|/d-e f 1|/d/a f 1", "/d-e f 1", "/d d 1|/d-e f 1|/d/a f 2", "/d/a"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(conflict(cases[i].base, cases[i].left, cases[i].right),
				    cases[i].path);
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {{"/a", 3}, {"/a\0f", 4}, {"a\0f", 4}, {"/a\0", 4}, {"/a\0f\0/b", 8}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct listing listing = {0};
		auto_error struct error err = {0};
		buf_add(&listing.text, cases[i].text, cases[i].len);
		assert_int_equal(listing_read(&listing, &err), -1);
		listing_free(&listing);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_are_found),
		cmocka_unit_test(what_conflicts),
		cmocka_unit_test(nonsense_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
