#include "tests/unit/check.h"

#include "common/file.h"
#include "common/hash.h"
#include "common/memory.h"
#include "common/nearest.h"
#include "common/own.h"

#include <sys/stat.h>

static char *scratch;

static int make_scratch(void **state)
{
	(void)state;
	char name[] = "/tmp/factory-test-XXXXXX";
	scratch = mem_strdup(mkdtemp(name));
	return 0;
}

static int drop_scratch(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	int status = file_remove_tree(scratch, &err);
	free(scratch);
	return status;
}

static void written_and_read(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	auto_buf struct buf out = {0};
	autofree char *path = mem_printf("%s/a/b/file", scratch);
	file_make_parents(path, &err);
	assert_int_equal(file_replace(path, "one", 3, 0600, (uid_t)-1, (gid_t)-1, &err), 0);
	assert_int_equal(file_replace(path, "second", 6, 0640, (uid_t)-1, (gid_t)-1, &err), 0);
	expect_no_error(&err);
	assert_int_equal(file_read(path, 0, &out, &err), 0);
	assert_string_equal(out.data, "second");
	struct stat info;
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0640);
	assert_int_equal(file_read(path, 3, &out, &err), -1);
	expect_error(&err, "is larger than 3 bytes");
}

static void what_is_renewed_is_whole_and_private(void **state)
{
	auto_error struct error err = {0};
	auto_buf struct buf text = {0};
	autofree char *path = mem_printf("%s/renewed", scratch);
	struct stat info;
	(void)state;
	assert_int_equal(file_replace(path, "old and longer", 14, 0644, (uid_t)-1, (gid_t)-1, &err),
			 0);
	assert_int_equal(file_renew(path, "new", 3, &err), 0);
	assert_int_equal(file_read(path, 0, &text, &err), 0);
	assert_string_equal(text.data, "new");
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
}

static void failures_leave_nothing(void **state)
{
	(void)state;
	struct error err = {0};
	autofree char *directory = mem_printf("%s/full", scratch);
	autofree char *inside = mem_printf("%s/x", directory);
	assert_int_equal(mkdir(directory, 0755), 0);
	assert_int_equal(mkdir(inside, 0755), 0);
	autofree char *occupied = mem_printf("%s/y", inside);
	assert_int_equal(mkdir(occupied, 0755), 0);
	/* A directory that is not empty can't be replaced by a file. */
	assert_int_equal(file_replace(inside, "x", 1, 0644, (uid_t)-1, (gid_t)-1, &err), -1);
	expect_error(&err, "can't write");
	assert_int_equal(rmdir(occupied), 0);
	assert_int_equal(rmdir(inside), 0);
	assert_int_equal(rmdir(directory), 0); /* no temporary file was left */
	assert_int_equal(file_read("/nonexistent/x", 0, &(struct buf){0}, &err), -1);
	expect_error(&err, "can't open /nonexistent/x: No such file");
}

static void digests(void **state)
{
	(void)state;
	char hex[HASH_HEX], other[HASH_HEX];
	hash_hex("abc", 3, hex); /* the example of FIPS 180-4 */
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	struct hash *left = hash_new(), *right = hash_new();
	hash_add_text(left, "ab");
	hash_add_text(left, "c");
	hash_add_text(right, "a");
	hash_add_text(right, "bc");
	hash_finish(left, hex);
	hash_finish(right, other);
	assert_string_not_equal(hex, other);
}

static void nearest(void **state)
{
	static const char *const names[] = {"install", "image", "script", "env"};
	(void)state;
	assert_string_equal(nearest_name("instal", names, 4), "install");
	assert_string_equal(nearest_name("imgae", names, 4), "image");
	assert_null(nearest_name("deploy", names, 4));
	assert_int_equal(nearest_distance("kitten", "sitting"), 3);
	assert_int_equal(nearest_distance("", "abc"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_and_read),
		cmocka_unit_test(what_is_renewed_is_whole_and_private),
		cmocka_unit_test(failures_leave_nothing),
		cmocka_unit_test(digests),
		cmocka_unit_test(nearest),
	};
	return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
