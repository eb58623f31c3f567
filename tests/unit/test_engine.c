/* The engine's requests and what is made of its answers, against a peer that answers by script. The
 * real engine's part is in tests/e2e. */
#include "tests/unit/check.h"

#include "common/own.h"
#include "host/engine/engine.h"
#include "host/exit_codes.h"
#include "tests/unit/peer.h"

static struct peer peer;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *greeting = "", *version = "{}", *status = "200 OK", *answer = "";
static char asked[512]; /* "METHOD PATH BODY" of the last request but a greeting's */

static bool handle(int fd, const struct peer_request *request)
{
	pthread_mutex_lock(&lock);
	if (strcmp(request->path, "/_ping") == 0) {
		peer_greet(fd, greeting);
	} else if (strcmp(request->path, "/version") == 0) {
		assert_non_null(version);
		peer_answer(fd, "200 OK", version, strlen(version));
	} else {
		snprintf(asked, sizeof asked, "%s %s %.*s", request->method, request->path,
			 (int)request->body.len, buf_text(&request->body));
		peer_answer(fd, status, answer, strlen(answer));
	}
	pthread_mutex_unlock(&lock);
	return true;
}

static int start_peer(void **state)
{
	(void)state;
	return peer_start_engine(&peer, handle);
}

static int stop_peer(void **state)
{
	(void)state;
	return peer_stop_engine(&peer);
}

static void say(const char *with_status, const char *with_answer)
{
	pthread_mutex_lock(&lock);
	status = with_status;
	answer = with_answer;
	pthread_mutex_unlock(&lock);
}

struct bench {
	struct loop *loop;
	struct engine *engine;
	struct engine_kept kept;
	struct error err;
};

static const char docker[] = "Api-Version: 1.41\r\nServer: Docker/20.10 (linux)\r\n";
static const char podman[] = "Api-Version: 1.41\r\nLibpod-Api-Version: 4.3.1\r\n"
			     "Server: Libpod/4.3.1 (linux)\r\n";

static void open_as(struct bench *bench, const char *greeting_headers, const char *version_text)
{
	*bench = (struct bench){0};
	greeting = greeting_headers;
	version = version_text;
	bench->loop = loop_new(&bench->err);
	bench->engine = engine_open(bench->loop, peer.endpoint, &bench->err);
}

static void close_bench(struct bench *bench)
{
	engine_kept_free(&bench->kept);
	engine_close(bench->engine);
	loop_free(bench->loop);
	error_clear(&bench->err);
}

static int finish(struct bench *bench)
{
	return engine_finish(bench->engine, &bench->kept, &bench->err);
}

static void version_is_agreed_upon(void **state)
{
	(void)state;
	static const char newer[] = "Api-Version: 1.60\r\nServer: Docker/35.1\r\n";
	static const struct {
		const char *greeting, *version, *name, *number, *path;
	} cases[] = {
		{docker, NULL, "docker", "20.10", "GET /v1.41/containers/x/json "},
		{podman, NULL, "podman", "4.3.1", "GET /v1.41/containers/x/json "},
		{"Api-Version: 1.52\r\nServer: Docker/29.0.1 (linux)\r\n", NULL, "docker", "29.0.1",
		 "GET /v1.44/containers/x/json "},
		/* /version is asked only where the ping is not enough */
		{newer, "{\"ApiVersion\":\"1.60\",\"MinAPIVersion\":\"1.50\",\"Version\":\"35.1\"}",
		 "docker", "35.1", "GET /v1.50/containers/x/json "},
		{newer, "{\"ApiVersion\":\"1.60\",\"MinAPIVersion\":\"1.24\"}", "docker", "",
		 "GET /v1.44/containers/x/json "},
		{"Api-Version: 1.41\r\nServer: proxy/3\r\n",
		 "{\"ApiVersion\":\"1.40\",\"Components\":[{\"Name\":\"Podman Engine\"}]}",
		 "podman", "", "GET /v1.40/containers/x/json "},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bench bench;
		open_as(&bench, cases[i].greeting, cases[i].version);
		expect_no_error(&bench.err);
		assert_string_equal(engine_name(bench.engine), cases[i].name);
		assert_string_equal(engine_version(bench.engine), cases[i].number);
		say("200 OK", "{}");
		engine_inspect(bench.engine, "x", engine_keep, &bench.kept);
		assert_int_equal(finish(&bench), 0);
		assert_string_equal(asked, cases[i].path);
		close_bench(&bench);
	}
}

static void what_is_no_engine(void **state)
{
	(void)state;
	static const struct {
		const char *version, *error;
	} cases[] = {
		{"{}", "speaks no version of the API"},
		{"{\"ApiVersion\":\"2.0\"}", "speaks no version of the API"},
		{"<html>", "this is no JSON"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bench bench;
		open_as(&bench, "Server: other/1\r\n", cases[i].version);
		assert_null(bench.engine);
		assert_int_equal(bench.err.exit_code, EXIT_ENGINE);
		expect_error(&bench.err, cases[i].error);
		close_bench(&bench);
	}
}

static void unreachable(void **state)
{
	(void)state;
	struct error err = {0};
	struct loop *loop = loop_new(&err);
	assert_null(engine_open(loop, "unix:///nonexistent/docker.sock", &err));
	assert_int_equal(err.exit_code, EXIT_ENGINE);
	expect_error(&err, "can't reach the engine at unix:///nonexistent/docker.sock: No such "
			   "file or directory: start dockerd, or name another");
	assert_null(engine_open(loop, "tcp://127.0.0.1:1", &err));
	expect_error(&err, "Connection refused: start dockerd, or name another");
	loop_free(loop);
}

static void statuses(void **state)
{
	(void)state;
	static const struct {
		const char *status, *answer;
		enum engine_status result;
		const char *error;
	} cases[] = {
		{"200 OK", "{\"Id\":\"abc\"}", ENGINE_OK, NULL},
		{"404 Not Found", "{\"message\":\"No such image: x\"}", ENGINE_NOT_FOUND, NULL},
		{"409 Conflict", "{\"message\":\"in use\"}", ENGINE_CONFLICT, "in use"},
		{"500 Error", "{\"message\":\"disk full\"}", ENGINE_FAILED, "disk full"},
		{"500 Error", "", ENGINE_FAILED, "answered with status 500"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bench bench;
		open_as(&bench, docker, NULL);
		say(cases[i].status, cases[i].answer);
		engine_image_inspect(bench.engine, "a/b:c", engine_keep, &bench.kept);
		assert_int_equal(bench.kept.ended, false);
		assert_int_equal(finish(&bench), cases[i].error ? -1 : 0);
		assert_int_equal(bench.kept.status, cases[i].result);
		if (cases[i].error)
			expect_error(&bench.err, cases[i].error);
		if (cases[i].result == ENGINE_OK)
			assert_string_equal(bench.kept.id, "abc");
		assert_string_equal(asked, "GET /v1.41/images/a/b:c/json ");
		close_bench(&bench);
	}
}

static void removals(void **state)
{
	(void)state;
	static const struct {
		const char *status, *answer;
		int result;
	} cases[] = {
		{"204 No Content", "", 0},
		{"404 Not Found", "{\"message\":\"No such container\"}", 0},
		{"409 Conflict", "{\"message\":\"removal of container x is already in progress\"}",
		 0},
		{"409 Conflict", "{\"message\":\"it is pinned\"}", -1},
		{"500 Error", "{\"message\":\"device busy\"}", -1},
		{"409 Conflict", "{\"message\":\"cannot remove - Container x is not running\"}",
		 -1},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bench bench;
		open_as(&bench, docker, NULL);
		say(cases[i].status, cases[i].answer);
		engine_remove(bench.engine, "a b", engine_keep, &bench.kept);
		assert_int_equal(finish(&bench), cases[i].result);
		assert_string_equal(asked, "DELETE /v1.41/containers/a%20b?force=1&v=1 ");
		close_bench(&bench);
	}
}

static void questions(void **state)
{
	(void)state;
	struct bench bench;
	open_as(&bench, docker, NULL);
	say("200 OK", "[{\"Id\":\"a\",\"Names\":[\"/x\"]}]");
	engine_list(bench.engine, engine_keep, &bench.kept);
	assert_int_equal(finish(&bench), 0);
	assert_string_equal(asked, "GET /v1.41/containers/json ");
	assert_string_equal(value_text(value_path(bench.kept.body, "0.Names.0")), "/x");
	engine_kept_free(&bench.kept);
	bench.kept = (struct engine_kept){0};
	say("200 OK", "{\"Driver\":\"overlay2\"}");
	engine_info(bench.engine, engine_keep, &bench.kept);
	assert_int_equal(finish(&bench), 0);
	assert_string_equal(asked, "GET /v1.41/info ");
	assert_string_equal(value_text(value_get(bench.kept.body, "Driver")), "overlay2");
	close_bench(&bench);
}

static void create_body(void **state)
{
	(void)state;
	static const char *const agent[] = {"/tools/agent", "session", NULL};
	static const char *const none[] = {NULL};
	const struct engine_container container = {.image = "base",
						   .name = "n",
						   .entrypoint = agent,
						   .command = none,
						   .volumes_from = "toolbox:ro",
						   .network = "none",
						   .session = true,
						   .no_healthcheck = true};
	struct bench bench;
	open_as(&bench, docker, NULL);
	say("201 Created", "{\"Id\":\"f00\"}");
	engine_create(bench.engine, &container, engine_keep, &bench.kept);
	assert_int_equal(finish(&bench), 0);
	assert_string_equal(bench.kept.id, "f00");
	assert_string_equal(
		asked,
		"POST /v1.41/containers/create?name=n {\"Image\":\"base\",\"Entrypoint\":["
		"\"/tools/agent\",\"session\"],\"Cmd\":[],\"OpenStdin\":true,\"StdinOnce\":true,"
		"\"AttachStdin\":true,\"AttachStdout\":true,\"AttachStderr\":true,\"Healthcheck\":"
		"{\"Test\":[\"NONE\"]},\"HostConfig\":{\"VolumesFrom\":[\"toolbox:ro\"],"
		"\"NetworkMode\":\"none\",\"LogConfig\":{\"Type\":\"none\"},\"AutoRemove\":true}}");
	close_bench(&bench);
}

static void an_isolated_container_gets_no_network_at_all(void **state)
{
	(void)state;
	const struct engine_container container = {.image = "base", .isolated = true};
	struct bench bench;
	open_as(&bench, docker, NULL);
	say("201 Created", "{\"Id\":\"f00\"}");
	engine_create(bench.engine, &container, engine_keep, &bench.kept);
	assert_int_equal(finish(&bench), 0);
	assert_string_equal(asked, "POST /v1.41/containers/create {\"Image\":\"base\","
				   "\"NetworkDisabled\":true,\"HostConfig\":"
				   "{\"NetworkMode\":\"none\"}}");
	close_bench(&bench);
}

struct pulling {
	struct engine_kept kept;
	char lines[256];
};

static void note_progress(void *ctx, const struct engine_progress *progress)
{
	struct pulling *pulling = ctx;
	size_t len = strlen(pulling->lines);
	snprintf(pulling->lines + len, sizeof pulling->lines - len, "%s%s%s %d/%d\n",
		 progress->layer ? progress->layer : "", progress->layer ? ": " : "",
		 progress->status, (int)progress->done, (int)progress->total);
}

static void pull_ended(void *ctx, const struct engine_result *result)
{
	engine_keep(&((struct pulling *)ctx)->kept, result);
}

static int pull(struct bench *bench, struct pulling *pulling, const char *ref)
{
	*pulling = (struct pulling){0};
	engine_image_pull(bench->engine, ref, note_progress, pull_ended, pulling);
	return engine_finish(bench->engine, &pulling->kept, &bench->err);
}

static void pulls(void **state)
{
	(void)state;
	static const struct {
		const char *ref, *query;
	} refs[] = {
		{"python", "fromImage=python&tag=latest"},
		{"host:5000/a/b", "fromImage=host%3A5000%2Fa%2Fb&tag=latest"},
		{"host:5000/a/b:3", "fromImage=host%3A5000%2Fa%2Fb&tag=3"},
		{"a@sha256:00", "fromImage=a%40sha256%3A00"},
	};
	struct bench bench;
	struct pulling pulling;
	open_as(&bench, docker, NULL);
	for (size_t i = 0; i < COUNT_OF(refs); i++) {
		char expected[128];
		snprintf(expected, sizeof expected, "POST /v1.41/images/create?%s ", refs[i].query);
		say("200 OK",
		    "{\"status\":\"Pulling\",\"id\":\"latest\"}\r\n"
		    "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":1,\"total\":9},"
		    "\"id\":\"aa\"}\r\n"
		    "{\"status\":\"Done\",\"progressDetail\":{},\"id\":\"aa\"}");
		assert_int_equal(pull(&bench, &pulling, refs[i].ref), 0);
		assert_string_equal(asked, expected);
		assert_string_equal(pulling.lines, "latest: Pulling 0/0\naa: Downloading 1/9\n"
						   "aa: Done 0/0\n");
		engine_kept_free(&pulling.kept);
	}
	/* A failure comes inside an answer of status 200. */
	say("200 OK", "{\"status\":\"Pulling\"}\n{\"errorDetail\":{\"message\":\"no space\"}}\n");
	assert_int_equal(pull(&bench, &pulling, "x"), -1);
	expect_error(&bench.err, "no space");
	engine_kept_free(&pulling.kept);
	say("404 Not Found", "{\"message\":\"manifest unknown\"}");
	assert_int_equal(pull(&bench, &pulling, "x"), 0);
	assert_int_equal(pulling.kept.status, ENGINE_NOT_FOUND);
	engine_kept_free(&pulling.kept);
	close_bench(&bench);
}

static void close_engine(void *ctx, const struct engine_result *result)
{
	struct bench *bench = ctx;
	bench->kept.ended = true;
	assert_int_equal(result->status, ENGINE_OK);
	engine_close(STEAL(bench->engine));
}

static void never(void *ctx, const struct engine_result *result)
{
	(void)ctx;
	(void)result;
	fail_msg("an abandoned operation was reported");
}

static void closed_by_an_operation(void **state)
{
	(void)state;
	struct bench bench;
	open_as(&bench, docker, NULL);
	say("200 OK", "{}");
	engine_inspect(bench.engine, "x", close_engine, &bench);
	while (!bench.kept.ended)
		assert_int_equal(loop_turn(bench.loop, 1000, &bench.err), 0);
	assert_null(bench.engine);
	close_bench(&bench);
	open_as(&bench, docker, NULL);
	engine_inspect(bench.engine, "x", never, NULL);
	close_bench(&bench);
}

/* What runs is told from the loop, what comes later as well. */
static void one_that_is_lost(void **state)
{
	(void)state;
	struct bench bench;
	struct error why = {0};
	struct engine_kept later = {0};
	open_as(&bench, docker, NULL);
	expect_no_error(&bench.err);
	assert_true(engine_ping(bench.engine, engine_keep, &bench.kept));
	assert_int_equal(finish(&bench), 0);
	assert_int_equal(bench.kept.status, ENGINE_OK);
	engine_kept_free(&bench.kept);
	error_set(&why, "it has gone");
	engine_inspect(bench.engine, "x", engine_keep, &bench.kept);
	engine_lose(bench.engine, &why);
	error_clear(&why);
	assert_false(bench.kept.ended);
	assert_int_equal(finish(&bench), -1);
	assert_int_equal(bench.err.exit_code, EXIT_ENGINE);
	expect_error(&bench.err, "it has gone");
	engine_remove(bench.engine, "x", engine_keep, &later);
	assert_false(later.ended);
	assert_int_equal(engine_finish(bench.engine, &later, &bench.err), -1);
	expect_error(&bench.err, "it has gone");
	engine_kept_free(&later);
	close_bench(&bench);
}

/* One by its ctx is ended, others go on. */
static void one_operation_is_stopped(void **state)
{
	(void)state;
	struct bench bench;
	struct error why = {0};
	struct engine_kept other = {0};
	open_as(&bench, docker, NULL);
	say("200 OK", "{}");
	engine_inspect(bench.engine, "x", engine_keep, &bench.kept);
	engine_inspect(bench.engine, "y", engine_keep, &other);
	error_set(&why, "not wanted any more");
	engine_stop(bench.engine, &bench.kept, &why);
	error_clear(&why);
	assert_int_equal(finish(&bench), -1);
	expect_error(&bench.err, "not wanted any more");
	error_clear(&bench.err);
	assert_int_equal(engine_finish(bench.engine, &other, &bench.err), 0);
	engine_kept_free(&other);
	close_bench(&bench);
}

/* Before it is opened: without a wait, of whoever answers, and with one of its own. */
static void knocks(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	struct engine_kept kept = {0};
	struct loop *loop = loop_new(&err);
	struct engine_address address = {.url = peer.endpoint};
	struct engine *knock = engine_knock(loop, &address, engine_keep, &kept, &err);
	assert_false(kept.ended);
	assert_int_equal(engine_finish(knock, &kept, &err), 0);
	engine_kept_free(&kept);
	engine_close(knock);
	address.url = "unix:///nonexistent/socket";
	knock = engine_knock(loop, &address, engine_keep, &kept, &err);
	assert_int_equal(engine_finish(knock, &kept, &err), -1);
	expect_error(&err, "can't reach the engine at unix:///nonexistent/socket");
	engine_kept_free(&kept);
	engine_close(knock);
	address.url = "smoke://signals";
	assert_null(engine_knock(loop, &address, engine_keep, &kept, &err));
	expect_error(&err, "the endpoint 'smoke://signals' is none");
	error_clear(&err);
	address.url = "oci:";
	assert_null(engine_knock(loop, &address, engine_keep, &kept, &err));
	expect_no_error(&err);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_is_agreed_upon),
		cmocka_unit_test(what_is_no_engine),
		cmocka_unit_test(unreachable),
		cmocka_unit_test(statuses),
		cmocka_unit_test(removals),
		cmocka_unit_test(questions),
		cmocka_unit_test(create_body),
		cmocka_unit_test(an_isolated_container_gets_no_network_at_all),
		cmocka_unit_test(pulls),
		cmocka_unit_test(closed_by_an_operation),
		cmocka_unit_test(one_that_is_lost),
		cmocka_unit_test(one_operation_is_stopped),
		cmocka_unit_test(knocks),
	};
	return cmocka_run_group_tests(tests, start_peer, stop_peer);
}
