/* factory.lock: read, refused, written in one order, and compared. */
#include "tests/unit/check.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/lock/lock.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C40 "cccccccccccccccccccccccccccccccccccccccc"

static const char whole[] =
	"# Written by `factory lock`: keep it under version control, and leave it as it is.\n"
	"version: 1\n"
	"manifests:\n"
	"  \"a.yml\":\n"
	"    images:\n"
	"      \"python:3\": \"python@sha256:" A64 "\"\n"
	"      \"x\": \"sha256:" B64 "\"\n"
	"    modules:\n"
	"      \"git https://h/r tag v1\": {commit: \"" C40 "\", digest: \"" A64 "\"}\n"
	"      \"path m\": \"" B64 "\"\n"
	"    values:\n"
	"      \"key app/name\": \"" A64 "\"\n"
	"      \"key gone\": \"\"\n"
	"  \"b.yml\":\n"
	"    images: {}\n"
	"    modules: {}\n";

static void written_as_read(void **state)
{
	(void)state;
	struct error err = {0};
	struct lock lock = {0};
	auto_buf struct buf out = {0};
	lock_parse(&lock, "factory.lock", whole, sizeof whole - 1, &err);
	expect_no_error(&err);
	assert_int_equal(lock.count, 2);
	assert_true(lock_find(&lock, "some/where/a.yml")->knows_values);
	assert_false(lock_find(&lock, "b.yml")->knows_values);
	assert_null(lock_find(&lock, "c.yml"));
	lock_write(&lock, &out);
	assert_string_equal(buf_text(&out), whole);
	lock_free(&lock);
}

/* Whatever order things are put in, and whatever their names are. */
static void one_order(void **state)
{
	(void)state;
	static const char *const names[] = {"z",      "a\"b",      "key \\ x", "\u00e4",
					    "\u2028", "new\nline", "\x7f",     "- {}: #"};
	struct lock lock = {0}, again = {0};
	struct error err = {0};
	auto_buf struct buf out = {0};
	for (size_t i = 0; i < 30; i++) {
		autofree char *manifest = mem_printf("%c.yml", (int)('a' + (i * 7) % 10));
		struct lock_section *section = lock_renew(&lock, manifest);
		for (size_t n = 0; n < COUNT_OF(names); n++) {
			struct lock_item item = {.name = names[(n + i) % COUNT_OF(names)],
						 .digest = A64};
			lock_put(&lock.arena, section, LOCK_VALUE, &item);
			lock_put(&lock.arena, section, LOCK_VALUE, &item);
		}
		section->knows_values = true;
	}
	assert_int_equal(lock.count, 10);
	lock_write(&lock, &out);
	lock_parse(&again, "factory.lock", buf_text(&out), out.len, &err);
	expect_no_error(&err);
	for (size_t i = 0; i < lock.count; i++) {
		assert_int_equal(lock.sections[i].kinds[LOCK_VALUE].count, COUNT_OF(names));
		for (size_t n = 0; n < COUNT_OF(names); n++)
			assert_non_null(lock_get(&again.sections[i], LOCK_VALUE, names[n]));
	}
	lock_free(&lock);
	lock_free(&again);
}

static void refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"", "factory.lock:1:1: this is not as `factory lock` writes it"},
		{"version: 1\n", "`version` and `manifests` are not there"},
		{"version: 2\nmanifests: {}\n",
		 "factory.lock:1:1: this lock is of another version"},
		{"version: 1\nmanifests: []\n", "factory.lock:2:1: "},
		{"version: 1\nmanifests: {}\nmore: 1\n",
		 "factory.lock:3:1: this is not as `factory lock` writes it: only version and"},
		{"version: 1\nmanifests:\n  m.yml: 3\n", "factory.lock:3:3: "},
		{"version: 1\nmanifests:\n  a/m.yml: {}\n", "this is no file's name"},
		{"version: 1\nmanifests:\n  m.yml: {other: {}}\n",
		 "factory.lock:3:11: this is not as `factory lock` writes it: only images,"},
		{"version: 1\nmanifests:\n  m.yml: {images: []}\n", "this must be a map"},
		{"version: 1\nmanifests:\n  m.yml:\n    images:\n      x: sha256:abc\n",
		 "factory.lock:5:7: this is not as `factory lock` writes it: this is no digest"},
		{"version: 1\nmanifests:\n  m.yml:\n    images:\n      x: " A64 "\n",
		 "this is no digest"},
		{"version: 1\nmanifests:\n  m.yml:\n    modules:\n      x: sha256:" A64 "\n",
		 "this is no digest"},
		{"version: 1\nmanifests:\n  m.yml:\n    modules:\n      x: {commit: 12, "
		 "digest: " A64 "}\n",
		 "of `commit` and `digest`"},
		{"version: 1\nmanifests:\n  m.yml:\n    modules:\n      x: {commit: abc, "
		 "digest: " A64 "}\n",
		 "this is no commit"},
		{"version: 1\nmanifests:\n  m.yml:\n    values:\n      x: {digest: " A64 "}\n",
		 "of `commit` and `digest`"},
		{"version: 1\nmanifests:\n  m.yml:\n    values:\n      x: 3\n      x: 4\n",
		 "factory.lock:6:"},
		{"version: 1\nmanifests: {\n", "factory.lock:"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error err = {0};
		struct lock lock = {0};
		assert_int_equal(lock_parse(&lock, "factory.lock", cases[i].text,
					    strlen(cases[i].text), &err),
				 -1);
		assert_int_equal(err.exit_code, EXIT_LOCK);
		expect_error(&err, cases[i].error);
		lock_free(&lock);
	}
}

static void keep_lines(void *ctx, const char *line)
{
	buf_printf(ctx, "%s\n", line);
}

static void put(struct lock *lock, struct lock_section *section, enum lock_kind kind,
		const char *name, const char *digest, const char *commit)
{
	struct lock_item item = {name, digest, commit};
	lock_put(&lock->arena, section, kind, &item);
}

static void compared(void **state)
{
	(void)state;
	struct lock lock = {0};
	auto_buf struct buf lines = {0};
	lock_renew(&lock, "a");
	lock_renew(&lock, "b");
	struct lock_section *before = lock_find(&lock, "a"), *now = lock_find(&lock, "b");
	put(&lock, before, LOCK_IMAGE, "same", "sha256:" A64, NULL);
	put(&lock, now, LOCK_IMAGE, "same", "sha256:" A64, NULL);
	put(&lock, before, LOCK_IMAGE, "python:3", "python@sha256:" A64, NULL);
	put(&lock, now, LOCK_IMAGE, "python:3", "python@sha256:" B64, NULL);
	put(&lock, before, LOCK_MODULE, "git x", A64, C40);
	put(&lock, now, LOCK_MODULE, "name y", B64, NULL);
	put(&lock, before, LOCK_VALUE, "key k", A64, NULL);
	assert_int_equal(lock_compare(before, now, keep_lines, &lines), 3);
	assert_string_equal(buf_text(&lines),
			    "image python:3: was aaaaaaaaaaaa, is bbbbbbbbbbbb\n"
			    "module git x: is gone: was aaaaaaaaaaaa (commit cccccccccccc)\n"
			    "module name y: is new: bbbbbbbbbbbb\n");
	buf_clear(&lines);
	now->knows_values = true;
	put(&lock, now, LOCK_VALUE, "key k", "", NULL);
	assert_int_equal(lock_compare(before, now, keep_lines, &lines), 4);
	assert_non_null(strstr(buf_text(&lines), "value key k: was aaaaaaaaaaaa, is not there\n"));
	assert_int_equal(lock_compare(NULL, now, keep_lines, &lines), 4);
	assert_int_equal(lock_compare(now, now, keep_lines, &lines), 0);
	lock_free(&lock);
}

static void beside_the_manifest(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	assert_string_equal(lock_path("m.yml", &arena), "factory.lock");
	assert_string_equal(lock_path("a/b/m.yml", &arena), "a/b/factory.lock");
	assert_string_equal(lock_path("/m.yml", &arena), "/factory.lock");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_as_read),
		cmocka_unit_test(one_order),
		cmocka_unit_test(refused),
		cmocka_unit_test(compared),
		cmocka_unit_test(beside_the_manifest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
