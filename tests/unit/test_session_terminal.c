/* RUN with a terminal, as the agent's session does it. */
#include "tests/unit/driver.h"

#include "common/own.h"

#define ENV "\"env\":{\"PATH\":\"/usr/bin:/bin\",\"PS1\":\"$ \"}"

/* It says that it is there when it has its signals and its terminal. */
#define SLEEP "sh -c 'echo rea\"\"dy; exec sleep 100'\n"

static void type(struct driver *driver, const char *text)
{
	auto_buf struct buf out = {0};
	frame_add_more(&out, FRAME_DATA, 1, text, strlen(text));
	driver_send_bytes(driver, out.data, out.len);
}

/* What the terminal shows until `text` is there. */
static void show(struct driver *driver, const char *text)
{
	while (!strstr(buf_text(&driver->out), text)) {
		driver_expect(driver, FRAME_STDOUT, 1);
		buf_add(&driver->out, driver->payload.data, driver->payload.len);
	}
}

static void start(struct driver *driver, const char *request)
{
	driver_start(driver);
	driver_send(driver, FRAME_RUN, 1, request);
}

static void its_files_are_one_terminal_of_the_size(void **state)
{
	(void)state;
	struct driver driver;
	start(&driver, "{\"shell\":\"tty && stty size && test -t 1 && test -t 2 && echo here "
		       ">/dev/tty; exit 3\"," ENV ",\"tty\":{\"rows\":7,\"cols\":33}}");
	driver_await(&driver, FRAME_EXIT, 1);
	assert_memory_equal(buf_text(&driver.out), "/dev/pts/", 9);
	assert_non_null(strstr(buf_text(&driver.out), "\r\n7 33\r\nhere\r\n"));
	assert_int_equal(driver_number(&driver, "code"), 3);
	driver_end(&driver);
}

static void a_resize_is_seen(void **state)
{
	(void)state;
	struct driver driver;
	start(&driver, "{\"shell\":\"trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep "
		       "0.01; done\"," ENV ",\"tty\":{\"rows\":7,\"cols\":33}}");
	show(&driver, "ready");
	driver_send(&driver, FRAME_RESIZE, 1, "{\"rows\":0,\"cols\":5}");
	driver_send(&driver, FRAME_RESIZE, 1, "{\"rows\":50,\"cols\":132}");
	driver_await(&driver, FRAME_EXIT, 1);
	assert_string_equal(buf_text(&driver.out), "50 132\r\n");
	driver_end(&driver);
}

static void ctrl_c_ends_the_command_and_not_the_shell(void **state)
{
	(void)state;
	struct driver driver;
	start(&driver, "{\"interactive\":true," ENV ",\"tty\":{\"rows\":24,\"cols\":80}}");
	type(&driver, SLEEP);
	show(&driver, "ready");
	type(&driver, "\x03");
	type(&driver, "echo lives $?; exit 5\n");
	show(&driver, "lives 130");
	driver_await(&driver, FRAME_EXIT, 1);
	assert_int_equal(driver_number(&driver, "code"), 5);
	driver_end(&driver);
}

/* Job control: a shell that has its terminal can stop and go on with a command. */
static void jobs_are_controlled(void **state)
{
	(void)state;
	struct driver driver;
	start(&driver, "{\"interactive\":true," ENV ",\"tty\":{\"rows\":24,\"cols\":80}}");
	type(&driver, SLEEP);
	show(&driver, "ready");
	type(&driver, "\x1a");
	show(&driver, "Stopped");
	type(&driver, "kill %1; exit; exit\n");
	driver_await(&driver, FRAME_EXIT, 1);
	driver_end(&driver);
}

static void without_a_terminal_a_shell_reads_a_pipe(void **state)
{
	(void)state;
	struct driver driver;
	start(&driver, "{\"interactive\":true," ENV ",\"stdin\":true}");
	driver_send(&driver, FRAME_DATA, 1, "echo out\necho err >&2\nexit 4\n");
	driver_await(&driver, FRAME_EXIT, 1);
	assert_string_equal(buf_text(&driver.out), "out\n");
	assert_string_equal(buf_text(&driver.err), "err\n");
	assert_int_equal(driver_number(&driver, "code"), 4);
	driver_end(&driver);
}

static void a_size_must_make_sense(void **state)
{
	(void)state;
	static const char *const sizes[] = {"{}", "{\"rows\":0,\"cols\":80}",
					    "{\"rows\":\"1\",\"cols\":80}", "true"};
	struct driver driver;
	driver_start(&driver);
	for (uint32_t i = 0; i < 4; i++) {
		autofree char *request = mem_printf("{\"shell\":\"true\",\"tty\":%s}", sizes[i]);
		driver_send(&driver, FRAME_RUN, i + 1, request);
		driver_expect_error(&driver, i + 1,
				    "a terminal's \"rows\" must be a number from 1 to 65535");
	}
	driver_end(&driver);
}

/* The driver is gone: so is what the terminal ran, which hangs up. */
static void the_end_of_the_stream_ends_the_shell(void **state)
{
	(void)state;
	struct driver driver;
	start(&driver, "{\"shell\":\"echo $$ ready; sleep 100; true\"," ENV
		       ",\"tty\":{\"rows\":24,\"cols\":80}}");
	show(&driver, "ready");
	pid_t shell = (pid_t)strtol(buf_text(&driver.out), NULL, 10);
	driver_end(&driver);
	assert_true(shell > 1);
	for (int i = 0; i < 200 && kill(shell, 0) == 0; i++)
		usleep(10000);
	assert_int_equal(kill(shell, 0), -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_files_are_one_terminal_of_the_size),
		cmocka_unit_test(a_resize_is_seen),
		cmocka_unit_test(ctrl_c_ends_the_command_and_not_the_shell),
		cmocka_unit_test(jobs_are_controlled),
		cmocka_unit_test(without_a_terminal_a_shell_reads_a_pipe),
		cmocka_unit_test(a_size_must_make_sense),
		cmocka_unit_test(the_end_of_the_stream_ends_the_shell),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
