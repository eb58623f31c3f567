#include "tests/unit/check.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/tree/file_index.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>

static char directory[] = "/tmp/factory-index-XXXXXX";

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) && chdir(directory) == 0 && mkdir("tree", 0755) == 0 &&
			       setenv("XDG_CACHE_HOME", directory, 1) == 0
		       ? 0
		       : -1;
}

static int drop_directory(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	return file_remove_tree(directory, &err);
}

static void write_file(const char *path, const char *text)
{
	autofclose FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fputs(text, file) < 0, 0);
}

/* Times of change can't be set, so a test says what a stat would. `age` seconds old. */
static struct stat look(const char *path, time_t age)
{
	struct stat info;
	assert_int_equal(stat(path, &info), 0);
	info.st_mtim.tv_sec -= age;
	info.st_ctim.tv_sec -= age;
	return info;
}

/* The digest is the content's; `reads`: whether the file had to be read. */
static void expect(struct file_index *index, const char *name, const struct stat *info, bool reads)
{
	struct error err = {0};
	char hex[HASH_HEX], right[HASH_HEX];
	autofree char *path = mem_printf("tree/%s", name);
	size_t before = file_index_read_files(index);
	assert_int_equal(file_index_digest(index, path, name, info, hex, &err), 0);
	expect_no_error(&err);
	hash_file(path, right, &err);
	assert_string_equal(hex, right);
	assert_int_equal(file_index_read_files(index) - before, reads);
}

/* A run over these names, all of an age. */
static void run(const char *names, time_t age, const char *reads)
{
	struct file_index *index = file_index_open("tree");
	for (; *names; names++, reads++) {
		const char name[] = {*names, '\0'};
		autofree char *path = mem_printf("tree/%s", name);
		struct stat info = look(path, age);
		expect(index, name, &info, *reads == '!');
	}
	file_index_close(index);
}

static void a_file_is_read_once(void **state)
{
	(void)state;
	write_file("tree/a", "a");
	write_file("tree/b", "b");
	write_file("tree/c", "c");
	run("abc", 10, "!!!");
	run("abc", 10, "===");
	run("cab", 10, "==="); /* in whatever order */
	write_file("tree/0", "new");
	run("0abc", 10, "!===");
	run("0c", 10, "==");
	run("ac", 10, "==");
}

static void whatever_stat_tells_counts(void **state)
{
	(void)state;
	write_file("tree/a", "a");
	run("a", 10, "!");
	struct stat changes[5];
	for (size_t i = 0; i < COUNT_OF(changes); i++)
		changes[i] = look("tree/a", 10);
	changes[0].st_ino++;
	changes[1].st_size++;
	changes[2].st_mtim.tv_nsec ^= 1;
	changes[3].st_ctim.tv_nsec ^= 1;
	changes[4].st_mtim.tv_sec--;
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		struct file_index *index = file_index_open("tree");
		expect(index, "a", &changes[i], true);
		file_index_close(index);
		run("a", 10, "!"); /* which restores what the index knows */
		run("a", 10, "=");
	}
}

/* Its times could be the same after one more change. */
static void a_file_just_written_is_read_again(void **state)
{
	(void)state;
	write_file("tree/a", "one");
	run("a", 0, "!");
	run("a", 0, "!");
	run("a", 1, "!");
	run("a", -100, "!"); /* from the future */
	run("a", -100, "!");
}

static char *only_index(void)
{
	DIR *files = opendir("factory/files");
	assert_non_null(files);
	char *found = NULL;
	for (struct dirent *entry; (entry = readdir(files));)
		if (*entry->d_name != '.')
			found = mem_printf("factory/files/%s", entry->d_name);
	closedir(files);
	assert_non_null(found);
	return found;
}

static void a_damaged_index_is_no_index(void **state)
{
	(void)state;
	autofree char *path = only_index();
	struct stat info;
	write_file("tree/a", "a");
	write_file("tree/b", "b");
	run("ab", 10, "!!");
	assert_int_equal(stat(path, &info), 0);
	for (off_t len = 0; len < info.st_size; len += 9) {
		assert_int_equal(truncate(path, len), 0);
		run("ab", 10, "!!");
	}
	write_file(path, "this is an index of something else, or of another version of it");
	run("ab", 10, "!!");
	run("ab", 10, "==");
}

/* Where the header has when it was written. */
static void date(const char *path, int64_t ahead_s)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t when = ((int64_t)now.tv_sec + ahead_s) * 1000000000;
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, &when, sizeof when, 16), sizeof when);
}

static void an_index_from_the_future_is_no_index(void **state)
{
	(void)state;
	autofree char *path = only_index();
	write_file("tree/a", "a");
	run("a", 10, "!");
	run("a", 10, "=");
	date(path, 3600); /* the clock was set back by an hour */
	run("a", 10, "!");
	run("a", 10, "=");
	date(path, -1);
	run("a", 10, "=");
}

static void without_a_home_nothing_is_kept(void **state)
{
	(void)state;
	unsetenv("XDG_CACHE_HOME");
	unsetenv("HOME");
	run("a", 10, "!");
	run("a", 10, "!");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_once),
		cmocka_unit_test(whatever_stat_tells_counts),
		cmocka_unit_test(a_file_just_written_is_read_again),
		cmocka_unit_test(a_damaged_index_is_no_index),
		cmocka_unit_test(an_index_from_the_future_is_no_index),
		cmocka_unit_test(without_a_home_nothing_is_kept),
	};
	return cmocka_run_group_tests(tests, make_directory, drop_directory);
}
