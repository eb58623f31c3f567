#include "tests/unit/driver.h"

#include "common/loop.h"

#include <errno.h>
#include <sched.h>
#include <sys/stat.h>

/* Runs a shell line to its end and returns its exit code. */
static int64_t run_line(struct driver *driver, uint32_t id, const char *line)
{
	driver_shell(driver, id, line);
	driver_await(driver, FRAME_EXIT, id);
	return driver_number(driver, "code");
}

static void hello_comes_first(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	assert_int_equal(driver_number(&driver, "protocol"), PROTOCOL_VERSION);
	assert_non_null(value_text(value_get(driver.json, "agent")));
	assert_string_equal(value_text(value_get(driver.json, "shell")), "/bin/sh");
	assert_string_equal(value_text(value_get(driver.json, "staging")), "/dev/shm");
	driver_end(&driver);
}

static void both_streams_and_the_code_come(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	assert_int_equal(run_line(&driver, 1, "echo out; echo err >&2; exit 3"), 3);
	assert_string_equal(buf_text(&driver.out), "out\n");
	assert_string_equal(buf_text(&driver.err), "err\n");
	assert_false(value_get(driver.json, "timed_out")->boolean);
	assert_false(value_get(driver.json, "leaves")->boolean);
	assert_false(value_get(driver.json, "disk_full")->boolean); /* of a failure only */
	driver_end(&driver);
}

static void an_argv_needs_no_shell(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RUN, 1, "{\"argv\":[\"printf\",\"%s|\",\"a b\",\"\",\"$x\"]}");
	driver_await(&driver, FRAME_EXIT, 1);
	assert_string_equal(buf_text(&driver.out), "a b||$x|");
	driver_end(&driver);
}

static void the_environment_is_exactly_that_and_home(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RUN, 1,
		    "{\"argv\":[\"env\"],\"env\":{\"A\":\"1=2\",\"B\":\"\",\"HOME\":\"/h\"}}");
	driver_await(&driver, FRAME_EXIT, 1);
	assert_string_equal(buf_text(&driver.out), "A=1=2\nB=\nHOME=/h\n");
	driver_send(&driver, FRAME_RUN, 2, "{\"argv\":[\"env\"]}");
	driver_await(&driver, FRAME_EXIT, 2);
	assert_memory_equal(buf_text(&driver.out), "HOME=/", 6);
	driver_end(&driver);
}

static void directory_and_umask_are_set(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RUN, 1,
		    "{\"shell\":\"pwd; umask\",\"cwd\":\"/usr\",\"umask\":63}");
	driver_await(&driver, FRAME_EXIT, 1);
	assert_string_equal(buf_text(&driver.out), "/usr\n0077\n");
	driver_end(&driver);
}

static void times_and_memory_are_reported(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	run_line(&driver, 1, "sleep 0.05; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done");
	assert_in_range(driver_number(&driver, "wall_us"), 50000, 20000000);
	assert_in_range(driver_number(&driver, "user_us") + driver_number(&driver, "system_us"),
			1000, 20000000);
	assert_in_range(driver_number(&driver, "max_rss_kb"), 100, 10000000);
	driver_end(&driver);
}

static void what_cannot_run_is_an_error(void **state)
{
	(void)state;
	static const struct {
		const char *request, *message;
	} cases[] = {
		{"{\"argv\":[\"no-such\"]}", "can't run \"no-such\": No such file or directory"},
		{"{\"argv\":[\"/no/such\"]}", "can't run \"/no/such\": No such file or directory"},
		{"{\"argv\":[\"/etc/passwd\"]}", "can't run \"/etc/passwd\": Permission denied"},
		{"{\"argv\":[\"\"]}", "can't run \"\": No such file or directory"},
		{"{\"argv\":[\"true\"],\"cwd\":\"/no\"}",
		 "can't run \"true\": can't change to its directory \"/no\": No such file or "
		 "directory"},
		{"{\"argv\":[\"true\"],\"user\":\"no-such\"}",
		 "no user \"no-such\" in /etc/passwd"},
		{"{\"argv\":[\"true\"],\"user\":\"root:no\"}", "no group \"no\" in /etc/group"},
		{"{\"argv\":[\"true\"],\"user\":\":0\"}",
		 "\":0\" is no user: expected name or number, then perhaps a colon and a group"},
		{"{\"argv\":[]}", "a RUN request without a command"},
		{"{}", "a RUN request without a command"},
		{"{\"argv\":[1]}", "argument 0 of the command is no string"},
		{"{\"argv\":[\"true\"],\"env\":{\"A\":1}}",
		 "the environment variable A is no string"},
		{"{\"argv\":[\"true\"],\"umask\":\"x\"}",
		 "\"umask\" must be a number from 0 to 511"},
		{"{\"argv\":[\"true\"],\"timeout_ms\":-1}",
		 "\"timeout_ms\" must be a number from 0 to 2147483647"},
		{"[]", "the payload of a RUN frame is a list, not a map"},
	};
	struct driver driver;
	driver_start(&driver);
	for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		driver_send(&driver, FRAME_RUN, i + 1, cases[i].request);
		driver_expect_error(&driver, i + 1, cases[i].message);
	}
	driver_end(&driver);
}

static void a_missing_interpreter_is_named(void **state)
{
	(void)state;
	struct driver driver;
	char path[] = "/tmp/test-script-XXXXXX", request[128], message[256];
	int fd = mkstemp(path);
	assert_int_equal(write(fd, "#!/no/such\n", 11), 11);
	fchmod(fd, 0755);
	close(fd);
	snprintf(request, sizeof request, "{\"argv\":[\"%s\"]}", path);
	snprintf(message, sizeof message,
		 "can't run \"%s\": the file is there, but the interpreter or loader it names is "
		 "not",
		 path);
	driver_start(&driver);
	driver_send(&driver, FRAME_RUN, 1, request);
	driver_expect_error(&driver, 1, message);
	driver_end(&driver);
	unlink(path);
}

static void the_path_is_the_steps_own(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RUN, 1, "{\"argv\":[\"true\"],\"env\":{\"PATH\":\"/no\"}}");
	driver_expect_error(&driver, 1, "can't run \"true\": No such file or directory");
	driver_send(&driver, FRAME_RUN, 2, "{\"argv\":[\"true\"],\"env\":{\"PATH\":\"/no:/bin\"}}");
	driver_await(&driver, FRAME_EXIT, 2);
	driver_send(&driver, FRAME_RUN, 3,
		    "{\"argv\":[\"passwd\"],\"cwd\":\"/etc\",\"env\":{\"PATH\":\":/no\"}}");
	driver_expect_error(&driver, 3, "can't run \"passwd\": Permission denied");
	driver_end(&driver);
}

static void steps_overlap(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_shell(&driver, 1, "sleep 30");
	driver_shell(&driver, 2, "echo two");
	driver_await(&driver, FRAME_EXIT, 2);
	assert_string_equal(buf_text(&driver.out), "two\n");
	driver_send(&driver, FRAME_SIGNAL, 1, "{\"signal\":9}");
	driver_await(&driver, FRAME_EXIT, 1);
	assert_int_equal(driver_number(&driver, "signal"), SIGKILL);
	driver_end(&driver);
}

static void a_signal_goes_to_the_group(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_shell(&driver, 1, "trap 'echo caught; exit 5' USR1; sleep 30 & echo ready; wait");
	driver_expect(&driver, FRAME_STDOUT, 1);
	driver_send(&driver, FRAME_SIGNAL, 1, "{\"signal\":10}");
	driver_await(&driver, FRAME_EXIT, 1);
	assert_string_equal(buf_text(&driver.out), "caught\n");
	assert_int_equal(driver_number(&driver, "code"), 5);
	/* The sleep in the background has got it too, or it would still hold the pipe. */
	assert_in_range(driver_number(&driver, "wall_us"), 0, 10000000);
	driver_end(&driver);
}

static void signals_have_their_default_action(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	assert_int_equal(run_line(&driver, 1, "grep -E '^Sig(Blk|Ign)' /proc/self/status"), 0);
	assert_string_equal(buf_text(&driver.out),
			    "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
	driver_end(&driver);
}

static void a_timeout_ends_the_step(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RUN, 1, "{\"argv\":[\"sleep\",\"30\"],\"timeout_ms\":50}");
	driver_await(&driver, FRAME_EXIT, 1);
	assert_int_equal(driver_number(&driver, "signal"), SIGTERM);
	assert_true(value_get(driver.json, "timed_out")->boolean);
	assert_in_range(driver_number(&driver, "wall_us"), 50000, 1500000);
	driver_end(&driver);
}

static void a_deaf_step_is_killed_after_two_seconds(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RUN, 1,
		    "{\"shell\":\"trap '' TERM; while :; do sleep 0.1; done\",\"timeout_ms\":50}");
	driver_await(&driver, FRAME_EXIT, 1);
	assert_int_equal(driver_number(&driver, "signal"), SIGKILL);
	assert_true(value_get(driver.json, "timed_out")->boolean);
	assert_in_range(driver_number(&driver, "wall_us"), 2000000, 6000000);
	driver_end(&driver);
}

static void a_timeout_takes_the_whole_group(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RUN, 1,
		    "{\"shell\":\"(trap '' TERM; sleep 31 >/dev/null 2>&1) & echo $!; sleep 30\","
		    "\"timeout_ms\":200}");
	driver_await(&driver, FRAME_EXIT, 1);
	pid_t left = (pid_t)atoi(buf_text(&driver.out));
	assert_true(left > 1);
	assert_int_equal(run_line(&driver, 2, "sleep 0.1"), 0);
	assert_int_equal(kill(left, 0), -1);
	driver_end(&driver);
}

static void a_daemon_does_not_hold_its_step_up(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	uint64_t before = loop_now_us();
	assert_int_equal(run_line(&driver, 1,
				  "(sleep 0.005; echo late; sleep 1; echo lost; sleep 30) &\n"
				  "echo $!; exit 4"),
			 4);
	assert_in_range(loop_now_us() - before, 40000, 900000);
	assert_true(value_get(driver.json, "leaves")->boolean);
	assert_non_null(strstr(buf_text(&driver.out), "\nlate\n"));
	assert_null(strstr(buf_text(&driver.out), "lost"));
	/* It lives on, for a later step, and is not heard any more. */
	pid_t daemon = (pid_t)atoi(buf_text(&driver.out));
	assert_int_equal(run_line(&driver, 2, "sleep 1.2"), 0);
	assert_int_equal(kill(daemon, 0), 0);
	driver_end(&driver);
	assert_int_equal(kill(daemon, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void a_daemon_that_floods_neither_blocks_nor_is_heard(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	assert_int_equal(run_line(&driver, 1, "yes & exit 0"), 0);
	for (uint32_t id = 2; id < 6; id++)
		assert_int_equal(run_line(&driver, id, "echo x"), 0);
	driver_end(&driver);
}

static void orphans_are_reaped(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	run_line(&driver, 1, "for i in 1 2 3 4 5; do (sleep 0.05 &) >/dev/null 2>&1; done");
	run_line(&driver, 2, "sleep 0.3");
	assert_int_equal(run_line(&driver, 3,
				  "cat /proc/[0-9]*/stat 2>/dev/null | "
				  "grep -c ') Z '$PPID' '"),
			 1);
	assert_string_equal(buf_text(&driver.out), "0\n");
	driver_end(&driver);
}

static void a_step_leads_its_own_session(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	run_line(&driver, 1, "set -- $(cat /proc/$$/stat); [ $5 = $$ ] && [ $6 = $$ ] && echo yes");
	assert_string_equal(buf_text(&driver.out), "yes\n");
	driver_end(&driver);
}

static void a_step_has_no_other_descriptors(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_shell(&driver, 1, "sleep 30");
	/* The fourth is that of the folder which ls reads. */
	driver_send(&driver, FRAME_RUN, 2, "{\"argv\":[\"ls\",\"/proc/self/fd\"]}");
	driver_await(&driver, FRAME_EXIT, 2);
	assert_string_equal(buf_text(&driver.out), "0\n1\n2\n3\n");
	driver_send(&driver, FRAME_RUN, 3, "{\"argv\":[\"readlink\",\"/proc/self/fd/0\"]}");
	driver_await(&driver, FRAME_EXIT, 3);
	assert_string_equal(buf_text(&driver.out), "/dev/null\n");
	driver_end(&driver);
}

static void input_reaches_the_step(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RUN, 1, "{\"argv\":[\"cat\"],\"stdin\":true}");
	auto_buf struct buf frames = {0};
	frame_add_more(&frames, FRAME_DATA, 1, "one ", 4);
	frame_add_more(&frames, FRAME_DATA, 1, "two", 3);
	frame_add(&frames, FRAME_DATA, 1, "", 0);
	driver_send_bytes(&driver, frames.data, frames.len);
	driver_await(&driver, FRAME_EXIT, 1);
	assert_string_equal(buf_text(&driver.out), "one two");
	driver_end(&driver);
}

static void input_that_is_not_read_is_dropped(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	char *much = mem_alloc(1 << 20);
	auto_buf struct buf frames = {0};
	driver_send(&driver, FRAME_RUN, 1, "{\"shell\":\"exec <&-; exit 2\",\"stdin\":true}");
	for (int i = 0; i < 4; i++)
		frame_add_more(&frames, FRAME_DATA, 1, much, 1 << 20);
	frame_add(&frames, FRAME_DATA, 1, "", 0);
	driver_send_bytes(&driver, frames.data, frames.len);
	driver_await(&driver, FRAME_EXIT, 1);
	assert_int_equal(driver_number(&driver, "code"), 2);
	free(much);
	driver_end(&driver);
}

static void a_hundred_megabytes_come_through(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_shell(&driver, 1, "head -c 104857600 /dev/zero; echo $PPID >&2");
	size_t bytes = 0;
	auto_buf struct buf agent = {0};
	while (driver_next(&driver) && driver.frame.type != FRAME_EXIT) {
		if (driver.frame.type == FRAME_STDOUT)
			bytes += driver.frame.length;
		else
			buf_add(&agent, driver.payload.data, driver.payload.len);
	}
	assert_int_equal(bytes, 104857600);
	assert_int_equal(driver_number(&driver, "code"), 0);
	assert_true(agent.len > 1);
	driver_end(&driver);
}

static long high_water_kb(pid_t pid)
{
	char path[64], line[256];
	long kb = -1;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "VmHWM: %ld", &kb) == 1)
			break;
	if (file)
		fclose(file);
	return kb;
}

static void a_slow_driver_holds_the_step_not_the_memory(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	long before = high_water_kb(driver.pid);
	driver_shell(&driver, 1, "head -c 104857600 /dev/zero");
	usleep(500000); /* the agent could have read all of it by now */
	long grown = high_water_kb(driver.pid) - before;
	/* The limit, doubled by the buffer's growth and again by the sanitizer's quarantine. */
	assert_in_range(grown, 0, 40000);
	driver_await(&driver, FRAME_EXIT, 1);
	assert_int_equal(driver.out.len, 104857600);
	driver_end(&driver);
}

static void answers_come_while_a_step_floods(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_shell(&driver, 1, "yes");
	driver_shell(&driver, 2, "echo hi");
	bool ended = false;
	while (!ended && driver_next(&driver))
		ended = driver.frame.type == FRAME_EXIT && driver.frame.id == 2;
	assert_true(ended);
	driver_send(&driver, FRAME_SIGNAL, 1, "{\"signal\":15}");
	while (driver_next(&driver) && driver.frame.type != FRAME_EXIT)
		assert_int_equal(driver.frame.id, 1);
	assert_int_equal(driver_number(&driver, "signal"), SIGTERM);
	driver_end(&driver);
}

static bool need_root(void)
{
	if (geteuid() == 0)
		return true;
	print_message("skipped: needs root\n");
	return false;
}

static void a_user_has_its_groups_and_home(void **state)
{
	(void)state;
	if (!need_root())
		skip();
	static const struct {
		const char *user, *expected;
	} cases[] = {
		{"daemon", "1 1 1 /usr/sbin\n"},      {"1", "1 1 1 /usr/sbin\n"},
		{"daemon:mail", "1 8 8 /usr/sbin\n"}, {"daemon:12345", "1 12345 12345 /usr/sbin\n"},
		{"54321", "54321 0 0 /\n"},           {"54321:54322", "54321 54322 54322 /\n"},
	};
	struct driver driver;
	driver_start(&driver);
	for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char request[200];
		snprintf(request, sizeof request,
			 "{\"shell\":\"echo $(id -u) $(id -g) $(id -G) $HOME\",\"user\":\"%s\"}",
			 cases[i].user);
		driver_send(&driver, FRAME_RUN, i + 1, request);
		driver_await(&driver, FRAME_EXIT, i + 1);
		assert_string_equal(buf_text(&driver.out), cases[i].expected);
	}
	driver_end(&driver);
}

static void a_user_loses_roots_power(void **state)
{
	(void)state;
	if (!need_root())
		skip();
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RUN, 1,
		    "{\"shell\":\"grep CapEff /proc/self/status; cat /proc/$PPID/environ; kill -9 "
		    "$PPID\",\"user\":\"daemon\"}");
	driver_await(&driver, FRAME_EXIT, 1);
	assert_string_equal(buf_text(&driver.out), "CapEff:\t0000000000000000\n");
	assert_true(driver_number(&driver, "code") != 0);
	driver_end(&driver);
}

static void nonsense_ends_the_session(void **state)
{
	(void)state;
	static const struct {
		const char bytes[20];
		size_t len;
		const char *message;
	} cases[] = {
		{"\0\0\0\0\x0d\0\0\0\1\0\0\0", 12, "unknown frame type 13"},
		{"\0\0\0\1\x01\0\0\0\1\0\0\0", 12,
		 "a RUN frame of 16777216 bytes (at most 1048576 are allowed)"},
		{"\0\0\0\0\x01\x80\0\0\1\0\0\0", 12, "unknown flags 0x80 in a RUN frame"},
		{"\2\0\0\0\x01\0\0\0\0\0\0\0{}", 14, "a RUN request without a number"},
		{"\2\0\0\0\x41\0\0\0\1\0\0\0hi", 14, "a STDOUT frame from the driver"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct driver driver;
		driver_start(&driver);
		driver_send_bytes(&driver, cases[i].bytes, cases[i].len);
		driver_expect_error(&driver, 0, cases[i].message);
		assert_false(driver_next(&driver));
		assert_int_equal(driver_wait(&driver), 1);
	}
}

static void a_number_is_not_used_twice_at_once(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_shell(&driver, 1, "sleep 30");
	driver_shell(&driver, 1, "true");
	driver_expect_error(&driver, 0, "a RUN request with the number of a running one: 1");
	assert_int_equal(driver_wait(&driver), 1);
}

static void a_request_may_come_byte_by_byte(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	auto_buf struct buf frames = {0};
	frame_add_more(&frames, FRAME_RUN, 1, "{\"argv\":[", 9);
	frame_add(&frames, FRAME_RUN, 1, "\"true\"]}", 8);
	for (size_t i = 0; i < frames.len; i++) {
		driver_send_bytes(&driver, frames.data + i, 1);
		usleep(200);
	}
	driver_await(&driver, FRAME_EXIT, 1);
	driver_end(&driver);
}

static void late_frames_for_ended_requests_are_dropped(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_SIGNAL, 7, "{\"signal\":9}");
	driver_send(&driver, FRAME_DATA, 7, "data");
	driver_send(&driver, FRAME_VALUE, 7, "{\"missing\":true}");
	assert_int_equal(run_line(&driver, 8, "true"), 0);
	driver_end(&driver);
}

static void the_end_of_input_ends_everything(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_shell(&driver, 1, "(setsid sleep 60 >/dev/null 2>&1 & echo $!); sleep 60");
	driver_expect(&driver, FRAME_STDOUT, 1);
	pid_t hidden = (pid_t)atoi(buf_text(&driver.payload));
	assert_int_equal(kill(hidden, 0), 0);
	close(driver.to);
	driver.to = dup(driver.from);
	assert_false(driver_next(&driver));
	assert_int_equal(driver_wait(&driver), 0);
	assert_int_equal(kill(hidden, 0), -1);
}

static void sigterm_ends_everything(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_shell(&driver, 1, "echo $$; sleep 60");
	driver_expect(&driver, FRAME_STDOUT, 1);
	pid_t step = (pid_t)atoi(buf_text(&driver.payload));
	kill(driver.pid, SIGTERM);
	assert_int_equal(driver_wait(&driver), 128 + SIGTERM);
	assert_int_equal(kill(step, 0), -1);
}

static void a_closed_output_ends_the_session(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	close(driver.from);
	driver.from = dup(driver.to);
	driver_shell(&driver, 1, "echo x; sleep 60");
	assert_int_equal(driver_wait(&driver), 0);
}

static void the_end_is_seen_while_input_is_full(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RUN, 1, "{\"argv\":[\"sleep\",\"60\"],\"stdin\":true}");
	char *much = mem_alloc(1 << 20);
	auto_buf struct buf frames = {0};
	for (int i = 0; i < 8; i++)
		frame_add_more(&frames, FRAME_DATA, 1, much, 1 << 20);
	fcntl(driver.to, F_SETFL, O_NONBLOCK);
	size_t sent = 0;
	for (int i = 0; i < 200 && sent < frames.len; i++) {
		ssize_t wrote = write(driver.to, frames.data + sent, frames.len - sent);
		sent += wrote > 0 ? (size_t)wrote : 0;
		usleep(wrote > 0 ? 0 : 1000);
	}
	assert_in_range(sent, 4 << 20, 7 << 20);
	close(driver.to);
	driver.to = dup(driver.from);
	assert_int_equal(driver_wait(&driver), 0);
	free(much);
}

static bool start_first(struct driver *driver)
{
	if (driver_spawn(driver, CLONE_NEWPID)) {
		driver_expect(driver, FRAME_HELLO, 0);
		return true;
	}
	print_message("skipped: needs root for a PID namespace\n");
	return false;
}

/* A step's process that hides in a session of its own holds a pipe's end: the pipe ends with it. */
static void the_first_process_takes_all_with_it(void **state)
{
	(void)state;
	struct driver driver;
	char byte, path[64], line[256];
	snprintf(path, sizeof path, "/tmp/test-session-held-%d", (int)getpid());
	snprintf(line, sizeof line,
		 "setsid sh -c 'trap \"\" TERM; echo; sleep 60' >%s 2>&1 &\necho $PPID", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	int held = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (!start_first(&driver)) {
		unlink(path);
		skip();
	}
	driver_shell(&driver, 1, line);
	driver_await(&driver, FRAME_EXIT, 1);
	assert_string_equal(buf_text(&driver.out), "1\n");
	poll(&(struct pollfd){held, POLLIN, 0}, 1, DRIVER_PATIENCE_MS);
	unlink(path);
	assert_int_equal(read(held, &byte, 1), 1);
	assert_int_equal(read(held, &byte, 1), -1); /* it is alive */
	driver_end(&driver);
	assert_int_equal(read(held, &byte, 1), 0);
	close(held);
}

static void the_first_process_obeys_sigterm(void **state)
{
	(void)state;
	struct driver driver;
	if (!start_first(&driver))
		skip();
	driver_shell(&driver, 1, "kill -KILL 1; sleep 60");
	assert_int_equal(poll(&(struct pollfd){driver.from, POLLIN, 0}, 1, 100), 0);
	kill(driver.pid, SIGTERM);
	assert_int_equal(driver_wait(&driver), 128 + SIGTERM);
}

static void the_first_process_reaps_orphans(void **state)
{
	(void)state;
	struct driver driver;
	if (!start_first(&driver))
		skip();
	run_line(&driver, 1, "for i in 1 2 3 4 5; do (sleep 0.05 &) >/dev/null 2>&1; done");
	/* /proc is that of the test: numbers are those of its own namespace. */
	run_line(&driver, 2, "sleep 0.3");
	char line[128];
	snprintf(line, sizeof line, "cat /proc/[0-9]*/stat 2>/dev/null | grep -c ') Z %d '",
		 (int)driver.pid);
	assert_int_equal(run_line(&driver, 3, line), 1);
	assert_string_equal(buf_text(&driver.out), "0\n");
	driver_end(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_comes_first),
		cmocka_unit_test(both_streams_and_the_code_come),
		cmocka_unit_test(an_argv_needs_no_shell),
		cmocka_unit_test(the_environment_is_exactly_that_and_home),
		cmocka_unit_test(directory_and_umask_are_set),
		cmocka_unit_test(times_and_memory_are_reported),
		cmocka_unit_test(what_cannot_run_is_an_error),
		cmocka_unit_test(a_missing_interpreter_is_named),
		cmocka_unit_test(the_path_is_the_steps_own),
		cmocka_unit_test(steps_overlap),
		cmocka_unit_test(a_signal_goes_to_the_group),
		cmocka_unit_test(signals_have_their_default_action),
		cmocka_unit_test(a_timeout_ends_the_step),
		cmocka_unit_test(a_deaf_step_is_killed_after_two_seconds),
		cmocka_unit_test(a_timeout_takes_the_whole_group),
		cmocka_unit_test(a_daemon_does_not_hold_its_step_up),
		cmocka_unit_test(a_daemon_that_floods_neither_blocks_nor_is_heard),
		cmocka_unit_test(orphans_are_reaped),
		cmocka_unit_test(a_step_leads_its_own_session),
		cmocka_unit_test(a_step_has_no_other_descriptors),
		cmocka_unit_test(input_reaches_the_step),
		cmocka_unit_test(input_that_is_not_read_is_dropped),
		cmocka_unit_test(a_hundred_megabytes_come_through),
		cmocka_unit_test(a_slow_driver_holds_the_step_not_the_memory),
		cmocka_unit_test(answers_come_while_a_step_floods),
		cmocka_unit_test(a_user_has_its_groups_and_home),
		cmocka_unit_test(a_user_loses_roots_power),
		cmocka_unit_test(nonsense_ends_the_session),
		cmocka_unit_test(a_number_is_not_used_twice_at_once),
		cmocka_unit_test(a_request_may_come_byte_by_byte),
		cmocka_unit_test(late_frames_for_ended_requests_are_dropped),
		cmocka_unit_test(the_end_of_input_ends_everything),
		cmocka_unit_test(sigterm_ends_everything),
		cmocka_unit_test(a_closed_output_ends_the_session),
		cmocka_unit_test(the_end_is_seen_while_input_is_full),
		cmocka_unit_test(the_first_process_takes_all_with_it),
		cmocka_unit_test(the_first_process_obeys_sigterm),
		cmocka_unit_test(the_first_process_reaps_orphans),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
