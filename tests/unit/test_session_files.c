#include "tests/unit/driver.h"

#include "common/file.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

struct fixture {
	struct driver driver;
	char folder[64];
};

static int set_up(void **state)
{
	struct fixture *fixture = mem_alloc(sizeof *fixture);
	strcpy(fixture->folder, "/tmp/test-session-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	driver_start(&fixture->driver);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	auto_error struct error err = {0};
	driver_end(&fixture->driver);
	umount2(fixture->folder, MNT_DETACH);
	file_remove_tree(fixture->folder, &err);
	free(fixture);
	return 0;
}

/* Sends a request about FOLDER/name; `rest` is JSON that follows the path, with its comma. */
static void ask(struct fixture *fixture, enum frame_type type, uint32_t id, const char *name,
		const char *rest)
{
	char request[512];
	snprintf(request, sizeof request, "{\"path\":\"%s/%s\"%s}", fixture->folder, name, rest);
	driver_send(&fixture->driver, type, id, request);
}

static void put(struct fixture *fixture, uint32_t id, const char *name, const char *rest,
		const char *content)
{
	ask(fixture, FRAME_PUT, id, name, rest);
	driver_send(&fixture->driver, FRAME_DATA, id, content);
}

static const char *at(const struct fixture *fixture, const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
	return path;
}

static void expect_content(const struct fixture *fixture, const char *name, const char *expected)
{
	auto_buf struct buf content = {0};
	auto_error struct error err = {0};
	file_read(at(fixture, name), 0, &content, &err);
	expect_no_error(&err);
	assert_string_equal(buf_text(&content), expected);
}

static struct stat stat_of(const struct fixture *fixture, const char *name)
{
	struct stat stat = {0};
	assert_int_equal(lstat(at(fixture, name), &stat), 0);
	return stat;
}

static int count_entries(struct fixture *fixture, uint32_t id)
{
	char line[128];
	snprintf(line, sizeof line, "ls -A %s | wc -l", fixture->folder);
	driver_shell(&fixture->driver, id, line);
	driver_await(&fixture->driver, FRAME_EXIT, id);
	return atoi(buf_text(&fixture->driver.out));
}

static void a_file_is_written(void **state)
{
	struct fixture *fixture = *state;
	put(fixture, 1, "x", ",\"kind\":\"file\",\"mode\":2541", "hello");
	driver_expect(&fixture->driver, FRAME_RESULT, 1);
	expect_content(fixture, "x", "hello");
	assert_int_equal(stat_of(fixture, "x").st_mode, S_IFREG | 04755);
	assert_int_equal(count_entries(fixture, 2), 1);
}

static void an_empty_file_has_the_usual_mode(void **state)
{
	struct fixture *fixture = *state;
	put(fixture, 1, "x", "", "");
	driver_expect(&fixture->driver, FRAME_RESULT, 1);
	assert_int_equal(stat_of(fixture, "x").st_size, 0);
	assert_int_equal(stat_of(fixture, "x").st_mode, S_IFREG | 0644);
}

static void a_large_file_comes_and_goes(void **state)
{
	struct fixture *fixture = *state;
	size_t len = (5 << 20) + 7;
	auto_buf struct buf content = {0}, frames = {0};
	for (size_t i = 0; i < len; i++)
		buf_putc(&content, (char)(i * 31 >> 3));
	ask(fixture, FRAME_PUT, 1, "x", "");
	frame_add(&frames, FRAME_DATA, 1, content.data, content.len);
	driver_send_bytes(&fixture->driver, frames.data, frames.len);
	driver_expect(&fixture->driver, FRAME_RESULT, 1);
	ask(fixture, FRAME_GET, 2, "x", "");
	driver_await(&fixture->driver, FRAME_RESULT, 2);
	assert_int_equal(driver_number(&fixture->driver, "size"), len);
	assert_int_equal(driver_number(&fixture->driver, "mode"), 0644);
	assert_int_equal(fixture->driver.data.len, len);
	assert_memory_equal(fixture->driver.data.data, content.data, len);
}

static void the_old_file_stays_until_the_new_one_is_there(void **state)
{
	struct fixture *fixture = *state;
	auto_buf struct buf frames = {0};
	put(fixture, 1, "x", "", "old");
	driver_expect(&fixture->driver, FRAME_RESULT, 1);
	ask(fixture, FRAME_PUT, 2, "x", "");
	frame_add_more(&frames, FRAME_DATA, 2, "ne", 2);
	driver_send_bytes(&fixture->driver, frames.data, frames.len);
	assert_int_equal(count_entries(fixture, 3), 2);
	expect_content(fixture, "x", "old");
	driver_send(&fixture->driver, FRAME_DATA, 2, "w");
	driver_expect(&fixture->driver, FRAME_RESULT, 2);
	expect_content(fixture, "x", "new");
	assert_int_equal(count_entries(fixture, 4), 1);
}

static void the_owner_is_set(void **state)
{
	struct fixture *fixture = *state;
	if (geteuid() != 0) {
		print_message("skipped: needs root\n");
		skip();
	}
	put(fixture, 1, "x", ",\"user\":\"daemon:mail\"", "");
	driver_expect(&fixture->driver, FRAME_RESULT, 1);
	ask(fixture, FRAME_PUT, 2, "d", ",\"kind\":\"directory\",\"user\":\"1234:99\"");
	driver_expect(&fixture->driver, FRAME_RESULT, 2);
	ask(fixture, FRAME_PUT, 3, "l", ",\"kind\":\"symlink\",\"target\":\"x\",\"user\":\"3\"");
	driver_expect(&fixture->driver, FRAME_RESULT, 3);
	assert_int_equal(stat_of(fixture, "x").st_uid, 1);
	assert_int_equal(stat_of(fixture, "x").st_gid, 8);
	assert_int_equal(stat_of(fixture, "d").st_uid, 1234);
	assert_int_equal(stat_of(fixture, "d").st_gid, 99);
	assert_int_equal(stat_of(fixture, "l").st_uid, 3);
}

static void parents_are_made_when_asked_for(void **state)
{
	struct fixture *fixture = *state;
	put(fixture, 1, "a/b/x", ",\"parents\":true", "deep");
	driver_expect(&fixture->driver, FRAME_RESULT, 1);
	expect_content(fixture, "a/b/x", "deep");
	assert_int_equal(stat_of(fixture, "a/b").st_mode, S_IFDIR | 0755);
	put(fixture, 2, "c/x", "", "lost");
	driver_expect(&fixture->driver, FRAME_ERROR, 2);
	assert_non_null(strstr(fixture->driver.payload.data, "c/x\\\": No such file or directory"));
}

static void a_directory_may_be_there(void **state)
{
	struct fixture *fixture = *state;
	ask(fixture, FRAME_PUT, 1, "d", ",\"kind\":\"directory\"");
	driver_expect(&fixture->driver, FRAME_RESULT, 1);
	assert_int_equal(stat_of(fixture, "d").st_mode, S_IFDIR | 0755);
	ask(fixture, FRAME_PUT, 2, "d", ",\"kind\":\"directory\",\"mode\":1023");
	driver_expect(&fixture->driver, FRAME_RESULT, 2);
	assert_int_equal(stat_of(fixture, "d").st_mode, S_IFDIR | 01777);
	ask(fixture, FRAME_PUT, 3, "d", ",\"kind\":\"directory\"");
	driver_expect(&fixture->driver, FRAME_RESULT, 3);
	assert_int_equal(stat_of(fixture, "d").st_mode, S_IFDIR | 01777);
}

static void a_file_is_not_taken_for_a_directory(void **state)
{
	struct fixture *fixture = *state;
	put(fixture, 1, "x", "", "");
	driver_expect(&fixture->driver, FRAME_RESULT, 1);
	ask(fixture, FRAME_PUT, 2, "x", ",\"kind\":\"directory\"");
	driver_expect(&fixture->driver, FRAME_ERROR, 2);
	assert_non_null(strstr(fixture->driver.payload.data, "Not a directory"));
}

static void a_directory_is_not_replaced_by_a_file(void **state)
{
	struct fixture *fixture = *state;
	ask(fixture, FRAME_PUT, 1, "d", ",\"kind\":\"directory\"");
	driver_expect(&fixture->driver, FRAME_RESULT, 1);
	put(fixture, 2, "d", "", "x");
	driver_expect(&fixture->driver, FRAME_ERROR, 2);
	assert_non_null(strstr(fixture->driver.payload.data, "Is a directory"));
	assert_int_equal(count_entries(fixture, 3), 1);
}

static void a_link_replaces_what_is_there(void **state)
{
	struct fixture *fixture = *state;
	char target[16] = {0};
	put(fixture, 1, "l", "", "file");
	driver_expect(&fixture->driver, FRAME_RESULT, 1);
	ask(fixture, FRAME_PUT, 2, "l", ",\"kind\":\"symlink\",\"target\":\"no/where\"");
	driver_expect(&fixture->driver, FRAME_RESULT, 2);
	assert_int_equal(readlink(at(fixture, "l"), target, sizeof target - 1), 8);
	assert_string_equal(target, "no/where");
	assert_int_equal(count_entries(fixture, 3), 1);
}

static void a_file_replaces_a_link_not_its_target(void **state)
{
	struct fixture *fixture = *state;
	put(fixture, 1, "x", "", "target");
	driver_expect(&fixture->driver, FRAME_RESULT, 1);
	ask(fixture, FRAME_PUT, 2, "l", ",\"kind\":\"symlink\",\"target\":\"x\"");
	driver_expect(&fixture->driver, FRAME_RESULT, 2);
	put(fixture, 3, "l", "", "file");
	driver_expect(&fixture->driver, FRAME_RESULT, 3);
	expect_content(fixture, "x", "target");
	expect_content(fixture, "l", "file");
}

static void a_full_disk_leaves_nothing_behind(void **state)
{
	struct fixture *fixture = *state;
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", fixture->folder, "tmpfs", 0, "size=256k") < 0) {
		print_message("skipped: needs root to mount a file system\n");
		skip();
	}
	/* The session was started before the mount: this one sees it. */
	driver_end(&fixture->driver);
	driver_start(&fixture->driver);
	auto_buf struct buf frames = {0};
	char *block = mem_alloc(1 << 20);
	ask(fixture, FRAME_PUT, 1, "x", "");
	for (int i = 0; i < 4; i++)
		frame_add_more(&frames, FRAME_DATA, 1, block, 1 << 20);
	frame_add(&frames, FRAME_DATA, 1, "", 0);
	driver_send_bytes(&fixture->driver, frames.data, frames.len);
	free(block);
	char expected[128];
	snprintf(expected, sizeof expected, "can't write \"%s\": No space left on device",
		 at(fixture, "x"));
	driver_expect_error(&fixture->driver, 1, expected);
	assert_int_equal(count_entries(fixture, 2), 0);
	put(fixture, 3, "x", "", "small");
	driver_expect(&fixture->driver, FRAME_RESULT, 3);
}

static void bad_requests_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		enum frame_type type;
		const char *request, *message;
	} cases[] = {
		{FRAME_PUT, "{\"path\":\"x\"}", "\"x\" is no absolute path"},
		{FRAME_PUT, "{}", "\"\" is no absolute path"},
		{FRAME_PUT, "{\"path\":\"/x\",\"kind\":\"pipe\"}",
		 "\"pipe\" is no kind of file: expected file, directory or symlink"},
		{FRAME_PUT, "{\"path\":\"/x\",\"mode\":\"644\"}",
		 "the mode of \"/x\" must be a number from 0 to 07777"},
		{FRAME_PUT, "{\"path\":\"/x\",\"kind\":\"symlink\"}",
		 "the link \"/x\" has no target"},
		{FRAME_PUT, "{\"path\":\"/x\",\"user\":\"no-such\"}",
		 "the owner of \"/x\": no user \"no-such\" in /etc/passwd"},
		{FRAME_GET, "{\"path\":\"etc\"}", "\"etc\" is no absolute path"},
		{FRAME_GET, "{\"path\":\"/no\"}", "can't read \"/no\": No such file or directory"},
		{FRAME_GET, "{\"path\":\"/dev/zero\"}",
		 "can't read \"/dev/zero\": it is no regular file and no directory"},
		{FRAME_REMOVE, "{\"path\":\"x\"}", "\"x\" is no absolute path"},
		{FRAME_SETTLE, "{}", "\"epoch\" must be a number of seconds"},
		{FRAME_SETTLE, "{\"epoch\":-1}", "\"epoch\" must be a number of seconds"},
		{FRAME_SETTLE, "{\"epoch\":0}", "only the first process of a target settles times"},
		{FRAME_REMOVE, "{\"path\":\"//./\"}", "\"//./\" can't be removed"},
	};
	for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		driver_send(&fixture->driver, cases[i].type, i + 1, cases[i].request);
		driver_expect_error(&fixture->driver, i + 1, cases[i].message);
	}
}

static void an_unfinished_file_goes_with_the_session(void **state)
{
	struct fixture *fixture = *state;
	ask(fixture, FRAME_PUT, 1, "x", "");
	driver_end(&fixture->driver);
	driver_start(&fixture->driver);
	assert_int_equal(count_entries(fixture, 1), 0);
}

static void a_tree_is_removed(void **state)
{
	struct fixture *fixture = *state;
	put(fixture, 1, "a/b/x", ",\"parents\":true", "deep");
	driver_expect(&fixture->driver, FRAME_RESULT, 1);
	ask(fixture, FRAME_REMOVE, 2, "a", "");
	driver_expect(&fixture->driver, FRAME_RESULT, 2);
	assert_int_equal(access(at(fixture, "a"), F_OK), -1);
	ask(fixture, FRAME_REMOVE, 3, "a", "");
	driver_expect(&fixture->driver, FRAME_RESULT, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_written),
		TEST(an_empty_file_has_the_usual_mode),
		TEST(a_large_file_comes_and_goes),
		TEST(the_old_file_stays_until_the_new_one_is_there),
		TEST(the_owner_is_set),
		TEST(parents_are_made_when_asked_for),
		TEST(a_directory_may_be_there),
		TEST(a_file_is_not_taken_for_a_directory),
		TEST(a_directory_is_not_replaced_by_a_file),
		TEST(a_link_replaces_what_is_there),
		TEST(a_file_replaces_a_link_not_its_target),
		TEST(a_full_disk_leaves_nothing_behind),
		TEST(bad_requests_are_refused),
		TEST(an_unfinished_file_goes_with_the_session),
		TEST(a_tree_is_removed),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
