/* Both ends of a session at once: the driver's requests reach a real agent. Only the engine's
 * stream between them is the test's. */
#include "tests/unit/driver.h"
#include "tests/unit/stream.h"

struct seen {
	struct session *session;
	struct buf out, data;
	uint32_t id; /* of the request that has just ended; 0: none */
	struct session_exit exit;
	char *failure;
	int64_t size;
	bool greeted, closed, orderly;
};

static void on_hello(void *ctx, const struct session_hello *hello)
{
	((struct seen *)ctx)->greeted = hello->shell != NULL;
}

static void on_output(void *ctx, uint32_t id, int stream_number, const char *data, size_t len)
{
	(void)id;
	(void)stream_number;
	buf_add(&((struct seen *)ctx)->out, data, len);
}

static void on_ended(void *ctx, uint32_t id, const struct session_exit *exit)
{
	((struct seen *)ctx)->id = id;
	((struct seen *)ctx)->exit = *exit;
}

static void on_data(void *ctx, uint32_t id, const char *data, size_t len)
{
	(void)id;
	buf_add(&((struct seen *)ctx)->data, data, len);
}

static void on_result(void *ctx, uint32_t id, const struct value *result)
{
	const struct value *size = value_get(result, "size");
	((struct seen *)ctx)->id = id;
	((struct seen *)ctx)->size = size ? size->integer : 0;
}

static void on_failed(void *ctx, uint32_t id, struct error *err)
{
	((struct seen *)ctx)->id = id;
	((struct seen *)ctx)->failure = error_text(err);
}

static void on_want(void *ctx, uint32_t id, const struct value *want)
{
	(void)want;
	session_value(((struct seen *)ctx)->session, id, NULL, NULL);
}

static void on_closed(void *ctx, struct error *err)
{
	((struct seen *)ctx)->closed = true;
	((struct seen *)ctx)->orderly = !err;
}

static const struct session_events events = {on_hello,  on_output, on_ended, on_data,  on_result,
					     on_failed, on_want,   NULL,     on_closed};

static void attached(void *ctx, const struct engine_result *result)
{
	(void)ctx;
	(void)result;
}

/* Carries bytes both ways once. */
static void carry(struct driver *agent)
{
	static char bytes[1 << 16];
	bool waiting = stream.written.len;
	struct pollfd fds[] = {{agent->from, POLLIN, 0}, {waiting ? agent->to : -1, POLLOUT, 0}};
	if (poll(fds, 2, DRIVER_PATIENCE_MS) < 1)
		fail_msg("nothing moves");
	if (fds[1].revents) {
		ssize_t wrote = write(agent->to, stream.written.data, stream.written.len);
		buf_consume(&stream.written, wrote > 0 ? (size_t)wrote : 0);
	}
	if (!fds[0].revents)
		return;
	ssize_t got = read(agent->from, bytes, sizeof bytes);
	if (got > 0)
		stream.events->output(stream.ctx, bytes, (size_t)got);
	else
		stream.events->closed(stream.ctx, NULL);
}

static void await(struct driver *agent, struct seen *seen, uint32_t id)
{
	while (seen->id != id && !seen->closed)
		carry(agent);
	assert_false(seen->closed);
}

static void all_requests_work(void **state)
{
	(void)state;
	struct driver agent;
	struct seen seen = {.session = session_new(&events, &seen)};
	driver_spawn(&agent, 0);
	fcntl(agent.to, F_SETFL, O_NONBLOCK);
	session_attach(seen.session, NULL, "c", attached, NULL);
	while (!seen.greeted)
		carry(&agent);
	await(&agent, &seen,
	      session_run(seen.session,
			  &(struct session_run){.shell = "pwd; exit 9", .cwd = "/usr"}));
	assert_string_equal(buf_text(&seen.out), "/usr\n");
	assert_int_equal(seen.exit.code, 9);
	size_t len = 3 << 20;
	char *content = mem_alloc(len);
	memset(content, 'c', len);
	struct session_put put = {.path = "/tmp/test-session-both/d/file",
				  .kind = "file",
				  .mode = 0600,
				  .data = content,
				  .len = len};
	await(&agent, &seen, session_put(seen.session, &put));
	await(&agent, &seen, session_get(seen.session, put.path));
	assert_int_equal(seen.size, len);
	assert_int_equal(seen.data.len, len);
	assert_memory_equal(seen.data.data, content, len);
	free(content);
	await(&agent, &seen, session_remove(seen.session, "/tmp/test-session-both"));
	await(&agent, &seen, session_get(seen.session, put.path));
	assert_string_equal(seen.failure, "can't read \"/tmp/test-session-both/d/file\": No such "
					  "file or directory");
	session_bye(seen.session);
	while (!seen.closed)
		carry(&agent);
	assert_true(seen.orderly);
	assert_int_equal(driver_wait(&agent), 0);
	session_free(seen.session);
	buf_free(&seen.out);
	buf_free(&seen.data);
	buf_free(&stream.written);
	free(seen.failure);
}

static void a_killed_agent_is_noticed(void **state)
{
	(void)state;
	struct driver agent;
	struct seen seen = {.session = session_new(&events, &seen)};
	driver_spawn(&agent, 0);
	session_attach(seen.session, NULL, "c", attached, NULL);
	while (!seen.greeted)
		carry(&agent);
	kill(agent.pid, SIGKILL);
	while (!seen.closed)
		carry(&agent);
	assert_false(seen.orderly);
	assert_int_equal(driver_wait(&agent), 1000 + SIGKILL);
	session_free(seen.session);
	buf_free(&stream.written);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_requests_work),
		cmocka_unit_test(a_killed_agent_is_noticed),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
