#include "tests/unit/check.h"

#include "agent/account.h"

#include <stdio.h>
#include <unistd.h>

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "# a comment\n"
			     "\n"
			     "short:x:7\n"
			     "bad:x:-1:5::/bad:\n"
			     "12:x:1200:1200::/numeric-name:\n"
			     "app:x:100:101:App:/srv/app:/bin/false\r\n"
			     "homeless:x:102:103::\n"
			     "large:x:4294967294:4294967294::/large:";
static const char group[] = "root:x:0:\n"
			    "wheel:x:10:root,app\n"
			    "appendix:x:11:application,xapp\n"
			    "bad:x:none:app\n"
			    "app:x:101:\n"
			    "last:x:12:daemon,app";

static char passwd_path[64], group_path[64];

static void write_file(char *path, const char *content)
{
	strcpy(path, "/tmp/test-account-XXXXXX");
	int fd = mkstemp(path);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
}

static int set_up(void **state)
{
	(void)state;
	write_file(passwd_path, passwd);
	write_file(group_path, group);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(passwd_path);
	unlink(group_path);
	return 0;
}

/* "uid gid home groups..." of an account, or its error. */
static void expect(const char *spec, const char *expected)
{
	auto_account struct account account = {0};
	auto_error struct error err = {0};
	char text[256];
	if (account_find(spec, passwd_path, group_path, &account, &err) < 0) {
		expect_error(&err, expected);
		return;
	}
	int len = snprintf(text, sizeof text, "%u %u %s", account.uid, account.gid, account.home);
	for (size_t i = 0; i < account.group_count; i++)
		len += snprintf(text + len, sizeof text - (size_t)len, " %u", account.groups[i]);
	assert_string_equal(text, expected);
}

static void names_and_numbers_are_found(void **state)
{
	(void)state;
	expect("app", "100 101 /srv/app 10 12");
	expect("100", "100 101 /srv/app 10 12");
	expect("root", "0 0 /root 10");
	expect("homeless", "102 103 /");
	expect("large", "4294967294 4294967294 /large");
}

static void a_number_is_never_a_name(void **state)
{
	(void)state;
	expect("12", "12 0 /");
	expect("1200", "1200 1200 /numeric-name");
}

static void an_explicit_group_stands_alone(void **state)
{
	(void)state;
	expect("app:wheel", "100 10 /srv/app");
	expect("app:999", "100 999 /srv/app");
	expect("555:app", "555 101 /");
}

static void what_is_unknown_is_an_error(void **state)
{
	(void)state;
	expect("nobody", "no user \"nobody\" in ");
	expect("app:nobody", "no group \"nobody\" in ");
	expect("short", "no user \"short\"");
	expect("bad", "no user \"bad\"");
	expect("app:bad", "no group \"bad\"");
	expect("4294967295", "no user \"4294967295\"");
	expect("-1", "no user \"-1\"");
	expect("", "\"\" is no user");
	expect("app:", "\"app:\" is no user");
}

static void a_target_without_the_files_has_numbers(void **state)
{
	(void)state;
	unlink(passwd_path);
	unlink(group_path);
	expect("0", "0 0 /");
	expect("5:6", "5 6 /");
	expect("root", "no user \"root\"");
}

static void no_user_is_the_agents_own(void **state)
{
	(void)state;
	auto_account struct account account = {0};
	auto_error struct error err = {0};
	assert_int_equal(account_find(NULL, passwd_path, group_path, &account, &err), 0);
	assert_int_equal(account.uid, geteuid());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_and_numbers_are_found),
		TEST(a_number_is_never_a_name),
		TEST(an_explicit_group_stands_alone),
		TEST(what_is_unknown_is_an_error),
		TEST(a_target_without_the_files_has_numbers),
		TEST(no_user_is_the_agents_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
