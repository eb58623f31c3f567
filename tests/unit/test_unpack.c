/* Archives that mean ill, made by tests/fixtures/hostile_archives.py: each is refused with its
 * reason, and nothing of it is outside the directory that it was given. */
#include "tests/unit/check.h"

#include "common/file.h"
#include "common/own.h"
#include "host/modules/unpack.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

static char directory[] = "/tmp/factory-unpack-XXXXXX";

static int make_archives(void **state)
{
	char command[200];
	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(command, sizeof command,
		 "/usr/bin/python3 tests/fixtures/hostile_archives.py %s && mkdir %s/around",
		 directory, directory);
	return system(command);
}

static int remove_archives(void **state)
{
	struct error err = {0};
	(void)state;
	return file_remove_tree(directory, &err);
}

/* A fresh directory inside one that must stay empty otherwise. */
static int unpack(const char *archive, struct error *err)
{
	char path[200], into[200];
	snprintf(path, sizeof path, "%s/%s", directory, archive);
	snprintf(into, sizeof into, "%s/around/into", directory);
	assert_int_equal(file_remove_tree(into, err), 0);
	assert_int_equal(mkdir(into, 0755), 0);
	return unpack_archive(archive, path, into, err);
}

static void assert_nothing_around(void)
{
	char path[200];
	snprintf(path, sizeof path, "%s/around", directory);
	DIR *around = opendir(path);
	assert_non_null(around);
	for (struct dirent *entry; (entry = readdir(around));)
		assert_true(entry->d_name[0] == '.' || strcmp(entry->d_name, "into") == 0);
	closedir(around);
	assert_int_equal(access("/tmp/factory-escaped", F_OK), -1);
}

static void bad(void **state)
{
	(void)state;
	DIR *archives = opendir(directory);
	unsigned count = 0;
	assert_non_null(archives);
	for (struct dirent *entry; (entry = readdir(archives));) {
		struct error err = {0};
		auto_buf struct buf reason = {0};
		char path[400];
		size_t len = strlen(entry->d_name);
		if (strncmp(entry->d_name, "bad-", 4) != 0 || len < 4 ||
		    strcmp(entry->d_name + len - 4, ".tar") != 0)
			continue;
		snprintf(path, sizeof path, "%s/%.*s.txt", directory, (int)len - 4, entry->d_name);
		assert_int_equal(file_read(path, 0, &reason, &err), 0);
		if (unpack(entry->d_name, &err) == 0)
			fail_msg("%s was unpacked", entry->d_name);
		assert_null(strchr(err.message, '\033'));
		assert_null(strchr(err.message, '\n'));
		expect_error(&err, buf_text(&reason));
		assert_nothing_around();
		count++;
	}
	closedir(archives);
	assert_true(count > 25);
}

static void assert_file(const char *name, mode_t mode, const char *text)
{
	struct error err = {0};
	auto_buf struct buf bytes = {0};
	struct stat status;
	char path[200];
	snprintf(path, sizeof path, "%s/around/into/%s", directory, name);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, mode);
	assert_int_equal(file_read(path, 0, &bytes, &err), 0);
	assert_string_equal(buf_text(&bytes), text);
}

static void good(void **state)
{
	(void)state;
	static const char *const archives[] = {"good-tree.tar", "good-tree.tar.gz",
					       "good-tree.tar.bz2", "good-tree.tar.xz"};
	for (size_t i = 0; i < COUNT_OF(archives); i++) {
		struct error err = {0};
		unpack(archives[i], &err);
		expect_no_error(&err);
		assert_file("m/module.yml", 0644, "name: m\n");
		assert_file("m/run", 0755, "#!/bin/sh\n");
		assert_file("m/a/up", 0755, "#!/bin/sh\n");
		assert_file("m/a/down", 0644, "\u00e4");
		assert_file("m/\u00e4", 0644, "name");
		assert_nothing_around();
	}
}

static void no_archive(void **state)
{
	(void)state;
	struct error err = {0};
	assert_int_equal(unpack("no-such-file", &err), -1);
	expect_error(&err, "no-such-file is no tar archive, or a broken one");
	assert_int_equal(unpack_archive("x", "/dev/null", "/nonexistent", &err), -1);
	expect_error(&err, "can't open /nonexistent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad),
		cmocka_unit_test(good),
		cmocka_unit_test(no_archive),
	};
	return cmocka_run_group_tests(tests, make_archives, remove_archives);
}
