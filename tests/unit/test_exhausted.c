/* What a guard does when memory is exhausted. That readers hold what they make, each with all its
 * allocations, is tested by their corpora (tests/fuzz/exhaust.c). */
#include "tests/unit/exhaustion.h"

#include "tests/unit/check.h"

#include "common/buffer.h"
#include "common/file.h"
#include "common/guard.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/explain/codes.h"
#include "host/modules/unpack.h"
#include "host/tree/archived.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int order[4], left;

static void note(const int *number)
{
	if (*number && left < (int)COUNT_OF(order))
		order[left++] = *number;
}

#define noting __attribute__((cleanup(note)))

static void inner(void)
{
	noting int second = 2;
	autofree char *text = mem_strdup("held");
	autofree char *more = mem_alloc(100);
	(void)second, (void)text, (void)more;
}

static int outer(void *ctx, struct error *err)
{
	noting int first = 1;
	auto_buf struct buf buf = {0};
	(void)err, (void)first;
	buf_puts(&buf, "kept");
	inner();
	*(bool *)ctx = true;
	return 0;
}

static void all_that_is_owned_is_released_from_the_inside_out(void **state)
{
	auto_error struct error err = {0};
	bool reached = false;
	(void)state;
	long before = heap.alive;
	left = 0;
	fail_allocation(3, true);
	int status = mem_guard(outer, &reached, &err);
	fail_allocation(0, false);
	assert_int_equal(status, -1);
	assert_false(reached);
	assert_int_equal(heap.alive, before);
	assert_int_equal(left, 2);
	assert_int_equal(order[0], 2);
	assert_int_equal(order[1], 1);
	assert_string_equal(err.message, "out of memory");
	assert_int_equal(err.exit_code, 70);
	assert_int_equal(err.code, ERROR_MEMORY);
	assert_non_null(explain_error(&err));
}

static void the_same_work_succeeds_afterwards(void **state)
{
	auto_error struct error err = {0};
	bool reached = false;
	(void)state;
	assert_int_equal(mem_guard(outer, &reached, &err), 0);
	assert_true(reached);
	assert_false(error_is_set(&err));
}

static int refuse(void *ctx, struct error *err)
{
	(void)ctx;
	return error_set(err, "an error of its own");
}

static void errors_pass_through(void **state)
{
	auto_error struct error err = {0};
	(void)state;
	assert_int_equal(mem_guard(refuse, NULL, &err), -1);
	assert_string_equal(err.message, "an error of its own");
	assert_int_equal(err.code, 0);
}

/* The inner guard takes the first failure, the outer one the second. */
static int nested(void *ctx, struct error *err)
{
	auto_error struct error first = {0};
	bool reached;
	fail_allocation(2, false);
	if (mem_guard(outer, &reached, &first) == 0)
		return 0;
	*(int *)ctx += 1;
	fail_allocation(1, false);
	return outer(&reached, err);
}

static void guards_nest(void **state)
{
	auto_error struct error err = {0};
	int inner_failures = 0;
	(void)state;
	int status = mem_guard(nested, &inner_failures, &err);
	fail_allocation(0, false);
	assert_int_equal(status, -1);
	assert_int_equal(inner_failures, 1);
	assert_int_equal(err.code, ERROR_MEMORY);
}

static void its_message_can_be_wrapped_moved_and_taken(void **state)
{
	auto_error struct error err = {0}, other = {0};
	(void)state;
	error_exhausted(&err);
	error_move(&other, &err);
	assert_false(error_is_set(&err));
	autofree char *taken = error_take(&other);
	assert_string_equal(taken, "out of memory");
	error_exhausted(&err);
	error_wrap(&err, "can't read %s", "x");
	assert_string_equal(err.message, "can't read x: out of memory");
	assert_int_equal(err.code, ERROR_MEMORY);
	error_exhausted(&err);
}

/* What a child runs into is its own end. */
static int fork_inside(void *ctx, struct error *err)
{
	pid_t child = fork();
	(void)err;
	if (child == 0) {
		close(STDERR_FILENO);
		fail_allocation(1, true);
		free(mem_alloc(1));
		_exit(0);
	}
	waitpid(child, ctx, 0);
	return 0;
}

static void a_child_is_not_guarded(void **state)
{
	auto_error struct error err = {0};
	int status = 0;
	(void)state;
	assert_int_equal(mem_guard(fork_inside, &status, &err), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 70);
}

static void without_a_guard_the_process_ends(void **state)
{
	int status = 0;
	auto_error struct error err = {0};
	(void)state;
	fork_inside(&status, &err);
	assert_int_equal(WEXITSTATUS(status), 70);
}

/* --- archives: what is around the reader in its corpus can't do without memory --- */

struct unpacked {
	const char *archive, *into;
};

static int unpack(void *ctx, struct error *err)
{
	const struct unpacked *unpacked = ctx;
	return unpack_archive("a", unpacked->archive, unpacked->into, err);
}

static void pack(const char *path)
{
	auto_buf struct buf tar = {0}, content = {0};
	auto_error struct error err = {0};
	auto_archive struct archive *archive = archive_write_new();
	buf_puts(&content, "content");
	archive_write_set_format_ustar(archive);
	archive_write_open2(archive, &tar, NULL, archived_write, NULL, NULL);
	const struct archived entries[] = {
		{"d", AE_IFDIR, 0755, 0, NULL, NULL},
		{"d/f", AE_IFREG, 0644, 0, &content, NULL},
		{"d/l", AE_IFLNK, 0777, 0, NULL, "f"},
	};
	for (size_t i = 0; i < COUNT_OF(entries); i++)
		assert_int_equal(archived_add(archive, &entries[i], &err), 0);
	archive_write_close(archive);
	assert_int_equal(file_replace(path, tar.data, tar.len, 0600, (uid_t)-1, (gid_t)-1, &err),
			 0);
}

static void an_archive_is_unpacked_or_an_error(void **state)
{
	char around[] = "/tmp/factory-exhausted-XXXXXX", archive[64], into[64];
	auto_error struct error ignored = {0};
	(void)state;
	assert_non_null(mkdtemp(around));
	snprintf(archive, sizeof archive, "%s/a.tar", around);
	snprintf(into, sizeof into, "%s/into", around);
	pack(archive);
	bool reached = true;
	for (long at = 1; reached; at++) {
		auto_error struct error err = {0};
		assert_int_equal(mkdir(into, 0755), 0);
		long before = heap.alive;
		fail_allocation(at, false);
		int status = mem_guard(unpack, &(struct unpacked){archive, into}, &err);
		reached = heap.failed;
		fail_allocation(0, false);
		assert_true(status == 0 || error_is_set(&err));
		error_clear(&err);
		assert_int_equal(heap.alive, before);
		assert_true(reached || status == 0);
		assert_int_equal(file_remove_tree(into, &ignored), 0);
	}
	assert_int_equal(file_remove_tree(around, &ignored), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_owned_is_released_from_the_inside_out),
		cmocka_unit_test(the_same_work_succeeds_afterwards),
		cmocka_unit_test(errors_pass_through),
		cmocka_unit_test(guards_nest),
		cmocka_unit_test(its_message_can_be_wrapped_moved_and_taken),
		cmocka_unit_test(a_child_is_not_guarded),
		cmocka_unit_test(without_a_guard_the_process_ends),
		cmocka_unit_test(an_archive_is_unpacked_or_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
