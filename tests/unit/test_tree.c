/* What `agent tree` packs is what it unpacks; a stream that means ill changes nothing outside of
 * its tree. */
#include "tests/unit/check.h"

#include "agent/tree/mounts.h"
#include "agent/tree/tree.h"
#include "common/buffer.h"
#include "common/file.h"
#include "common/own.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>

static char around[] = "/tmp/factory-tree-XXXXXX"; /* holds "into", and what must stay */
static char into[64];

/* In a shell, there. */
static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *format, ...)
{
	char line[2000];
	va_list args;
	int len = snprintf(line, sizeof line, "cd %s && { ", around);
	va_start(args, format);
	len += vsnprintf(line + len, sizeof line - (size_t)len, format, args);
	va_end(args);
	snprintf(line + len, sizeof line - (size_t)len, "; }");
	if (system(line) != 0)
		fail_msg("failed: %s", line);
}

static int make_around(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(around));
	snprintf(into, sizeof into, "%s/into", around);
	return 0;
}

static int remove_around(void **state)
{
	struct error err = {0};
	(void)state;
	return file_remove_tree(around, &err);
}

static void add(struct buf *stream, struct tree_record record, const char *path, const char *target,
		const char *attributes, size_t attributes_len)
{
	record.path = (uint32_t)strlen(path);
	record.target = (uint32_t)strlen(target);
	record.attributes = (uint32_t)attributes_len;
	buf_add(stream, &record, sizeof record);
	buf_puts(stream, path);
	buf_puts(stream, target);
	buf_add(stream, attributes, attributes_len);
}

static int unpack(const void *stream, size_t len, struct error *err)
{
	autofclose FILE *in = fmemopen((void *)stream, len, "r");
	assert_non_null(in);
	return tree_unpack(in, into, err);
}

/* --- what is packed --- */

/* The root of the copy holds the original's path. */
static void pack(const char *const *names, struct buf *out)
{
	auto_buf struct buf paths = {0};
	struct error err = {0};
	char *packed;
	size_t len;
	buf_add(&paths, "/tmp", 5);
	buf_add(&paths, around, strlen(around) + 1);
	for (; *names; names++) {
		buf_printf(&paths, "%s/%s", around, *names);
		buf_putc(&paths, '\0');
	}
	autofclose FILE *in = fmemopen(paths.data, paths.len, "r");
	FILE *stream = open_memstream(&packed, &len);
	assert_non_null(in);
	assert_non_null(stream);
	tree_pack(in, stream, &err);
	expect_no_error(&err);
	fclose(stream);
	buf_add(out, packed, len);
	free(packed);
}

/* A directory became a link to another one that holds the same name. */
static void below_a_link_nothing_is_packed(void **state)
{
	static const char *const names[] = {"was", "was/file", NULL};
	auto_buf struct buf stream = {0};
	struct error err = {0};
	(void)state;
	run("mkdir other; echo not this > other/file; ln -s other was");
	pack(names, &stream);
	run("mkdir -p into%s/was; touch into%s/was/file", around, around);
	unpack(stream.data, stream.len, &err);
	expect_no_error(&err);
	run("test $(readlink into%s/was) = other && rm -r other was", around);
}

static void what_is_packed_comes_out(void **state)
{
	static const char *const names[] = {"d",      "d/one",  "d/two",  "d/soft", "d/pipe",
					    "d/null", "d/kept", "d/gone", NULL};
	auto_buf struct buf stream = {0};
	struct error err = {0};
	char value[8] = "", path[100];
	(void)state;
	if (getuid())
		skip();
	run("mkdir -m 2750 d; echo hard > d/one; ln d/one d/two; chown 7:8 d/one; chmod 4711 d/one;"
	    "ln -s ../../away d/soft; mkfifo -m 600 d/pipe; touch -d @1000000000 d/kept; "
	    "mknod -m 640 d/null c 1 3");
	snprintf(path, sizeof path, "%s/d/kept", around);
	assert_int_equal(setxattr(path, "trusted.colour", "green", 5, 0), 0);
	pack(names, &stream);
	/* What is there is replaced, whatever it is. */
	run("mkdir -p into%s/d/one/below into%s/d/gone/below; ln -s /nowhere into%s/d/kept", around,
	    around, around);
	unpack(stream.data, stream.len, &err);
	expect_no_error(&err);
	run("cd into%s/d && test $(stat -c %%a .) = 2750 && test $(cat two) = hard && "
	    "test $(stat -c %%a:%%h:%%u:%%g one) = 4711:2:7:8 && test one -ef two && "
	    "test $(readlink soft) = ../../away && test -p pipe && test ! -e gone && "
	    "test $(stat -c %%F:%%Y kept | tr ' ' _) = regular_empty_file:1000000000 && "
	    "test $(stat -c %%t:%%T:%%a null) = 1:3:640",
	    around);
	snprintf(path, sizeof path, "%s%s/d/kept", into, around);
	assert_int_equal(getxattr(path, "trusted.colour", value, sizeof value), 5);
	assert_string_equal(value, "green");
	run("rm -r d");
}

/* --- what means ill --- */

/* All that it could do harm to, as text. */
static void prepare(void)
{
	run("rm -rf into outside; mkdir -p into/d outside; echo safe > outside/file; "
	    "ln -s ../outside into/up; ln -s $PWD/outside into/absolute; "
	    "ln -s ../outside/file into/link; echo mine > into/d/file");
}

static void assert_unharmed(void)
{
	run("test \"$(ls -A outside)\" = file && test \"$(cat outside/file)\" = safe && "
	    "test \"$(stat -c %%h:%%a:%%u outside/file)\" = 1:644:%u && "
	    "test \"$(ls -A | tr '\\n' ' ')\" = 'into outside ' || { ls -lR; exit 1; }",
	    getuid());
	assert_int_equal(access("/tmp/factory-escaped", F_OK), -1);
}

static void names_that_lead_out(void **state)
{
	static const char nowhere[] = "belongs into what is no directory";
	static const struct {
		const char *path, *part;
	} cases[] = {
		{"/../escaped", "is no path"},
		{"/d/../../outside/file", "is no path"},
		{"/..", "is no path"},
		{"/d/./file", "is no path"},
		{"/d//file", "is no path"},
		{"/d/", "is no path"},
		{"/", "is no path"},
		{"", "is no path"},
		{"tmp/factory-escaped", "is no path"},
		{"../outside/file", "is no path"},
		{"/up/file", nowhere},
		{"/absolute/file", nowhere},
		{"/absolute/new", nowhere},
		{"/link/file", nowhere},
		{"/d/file/below", nowhere},
		{"/missing/file", nowhere},
	};
	static const uint32_t kinds[] = {S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO, 0};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		const char *path = cases[i / COUNT_OF(kinds)].path;
		struct tree_record record = {.kind = kinds[i % COUNT_OF(kinds)], .mode = 04777};
		struct error err = {0};
		auto_buf struct buf stream = {0};
		prepare();
		add(&stream, record, path, "/tmp/factory-escaped", "", 0);
		int status = unpack(stream.data, stream.len, &err);
		/* What can't be there is gone already. */
		if (status == 0 && !record.kind)
			assert_string_equal(cases[i / COUNT_OF(kinds)].part, nowhere);
		else
			expect_error(&err, cases[i / COUNT_OF(kinds)].part);
		assert_unharmed();
	}
}

/* A link that the stream makes is not followed by what comes behind it, nor is a directory found
 * that was there before the link. */
static void links_of_its_own_lead_nowhere(void **state)
{
	static const char *const targets[] = {"../outside", "/tmp", "/proc/self/root/tmp", "d"};
	(void)state;
	for (size_t i = 0; i < 2 * COUNT_OF(targets); i++) {
		auto_buf struct buf stream = {0};
		struct error err = {0};
		prepare();
		if (i % 2) {
			add(&stream, (struct tree_record){.kind = S_IFDIR}, "/way", "", "", 0);
			add(&stream, (struct tree_record){.kind = S_IFREG}, "/way/before", "", "",
			    0);
		}
		add(&stream, (struct tree_record){.kind = S_IFLNK}, "/way", targets[i / 2], "", 0);
		add(&stream, (struct tree_record){.kind = S_IFREG}, "/way/factory-escaped", "", "",
		    0);
		assert_int_equal(unpack(stream.data, stream.len, &err), -1);
		expect_error(&err, "\"/way/factory-escaped\" belongs into what is no directory");
		assert_unharmed();
	}
}

/* What a link is changed to: the link, never what it leads to. */
static void a_link_itself_is_replaced(void **state)
{
	static const uint32_t kinds[] = {S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO, 0};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		auto_buf struct buf stream = {0};
		struct error err = {0};
		struct tree_record record = {.kind = kinds[i], .mode = 0777, .uid = 1, .size = 0};
		prepare();
		add(&stream, record, "/link", "d", "", 0);
		add(&stream, record, "/absolute", "d", "", 0);
		unpack(stream.data, stream.len, &err);
		expect_no_error(&err);
		assert_unharmed();
	}
}

static void hard_links_stay_inside(void **state)
{
	static const struct {
		const char *target, *part;
	} cases[] = {
		{"/../outside/file", "is no path"},
		{"/up/file", "is no file"},
		{"/link", "is no file"},
		{"/d", "is no file"},
		{"/missing", "No such file"},
		{"/tmp/factory-none", "is no file"},
		{"/absolute/file", "is no file"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_buf struct buf stream = {0};
		struct error err = {0};
		struct tree_record record = {.kind = S_IFREG, .linked = 1};
		prepare();
		add(&stream, record, "/d/name", cases[i].target, "", 0);
		assert_int_equal(unpack(stream.data, stream.len, &err), -1);
		expect_error(&err, cases[i].part);
		assert_unharmed();
	}
}

static void nonsense_is_refused(void **state)
{
	static const struct {
		struct tree_record record;
		const char *attributes;
		size_t len;
		const char *part;
	} cases[] = {
		{{.kind = S_IFSOCK}, "", 0, "a file of kind 140000"},
		{{.kind = 07777777}, "", 0, "a file of kind 7777777"},
		{{.kind = S_IFREG, .size = 1}, "", 0, "end in the middle"},
		{{.kind = S_IFREG, .size = UINT64_MAX}, "", 0, "end in the middle"},
		{{.kind = S_IFREG, .nanoseconds = -1}, "", 0, "can't set its time"},
		{{.kind = S_IFREG}, "user.x", 6, "an attribute's size"},
		{{.kind = S_IFREG}, "user.x\0\1\0\0", 10, "an attribute's size"},
		{{.kind = S_IFREG}, "user.x\0\2\0\0\0v", 12, "an attribute's size"},
		{{.kind = S_IFREG}, "user.x\0\xff\xff\xff\xff", 11, "an attribute's size"},
		{{.kind = S_IFREG}, "nothing\0\0\0\0\0", 12, "can't set the attribute nothing"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_buf struct buf stream = {0};
		struct error err = {0};
		prepare();
		add(&stream, cases[i].record, "/d/new", "", cases[i].attributes, cases[i].len);
		assert_int_equal(unpack(stream.data, stream.len, &err), -1);
		expect_error(&err, cases[i].part);
		/* Cut off anywhere, it is refused, unless it is cut off between entries. */
		for (size_t len = 1; i == 0 && len < stream.len; len++) {
			assert_int_equal(unpack(stream.data, len, &err), -1);
			expect_error(&err, "end in the middle");
		}
		assert_unharmed();
	}
}

static void long_names_are_refused(void **state)
{
	struct tree_record record = {.kind = S_IFREG, .path = TREE_TEXT_MAX + 1};
	struct error err = {0};
	(void)state;
	prepare();
	assert_int_equal(unpack(&record, sizeof record, &err), -1);
	expect_error(&err, "a name of 1048577 bytes");
}

/* --- what is mounted --- */

static void mounts_are_told(void **state)
{
	struct tree_mounts mounts = {0};
	struct error err = {0};
	(void)state;
	tree_mounts_read(&mounts, "", &err);
	expect_no_error(&err);
	assert_true(tree_mounts_have(&mounts, "/proc"));
	assert_true(tree_mounts_have(&mounts, "/proc/self/fd"));
	assert_false(tree_mounts_have(&mounts, "/process"));
	assert_false(tree_mounts_have(&mounts, "/pro"));
	assert_false(tree_mounts_are_below(&mounts, "/pro"));
	assert_true(tree_mounts_are_below(&mounts, "/proc"));
	assert_false(tree_mounts_have(&mounts, "/"));
	tree_mounts_free(&mounts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_comes_out),
		cmocka_unit_test(below_a_link_nothing_is_packed),
		cmocka_unit_test(names_that_lead_out),
		cmocka_unit_test(links_of_its_own_lead_nowhere),
		cmocka_unit_test(a_link_itself_is_replaced),
		cmocka_unit_test(hard_links_stay_inside),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(long_names_are_refused),
		cmocka_unit_test(mounts_are_told),
	};
	return cmocka_run_group_tests(tests, make_around, remove_around);
}
