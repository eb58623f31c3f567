/* Images on their way from one engine to another, between two peers that answer as engines do. Real
 * ones are in tests/e2e/moving.bats. */
#include "tests/unit/check.h"

#include "host/moving/move.h"
#include "host/moving/pipe.h"
#include "tests/unit/peer.h"

enum { ARCHIVE = 8 << 20, PIECE = 1 << 16 };

/* What the engines do, set before a move begins. */
static struct script {
	size_t cut_at;          /* the source hangs up behind so many bytes */
	const char *refusal;    /* the target's status for a load; NULL: it loads */
	const char *loaded;     /* its answer's body */
	const char *push, *tag; /* part of the request that the registry's way fails at */
	bool is_gone;           /* the source has no such image */
	bool is_silent;         /* the target says nothing to a load */
} script;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char asked[4096]; /* "s METHOD PATH\n" and "t METHOD PATH\n" */
static size_t arrived;
static bool is_whole;
static struct peer source, target;

static char byte_at(size_t at)
{
	return (char)(at * 31 + at / 251);
}

static void note(char who, const struct peer_request *request)
{
	char line[300];
	snprintf(line, sizeof line, "%c %s %s\n", who, request->method, request->path);
	pthread_mutex_lock(&lock);
	strncat(asked, line, sizeof asked - strlen(asked) - 1);
	pthread_mutex_unlock(&lock);
}

static bool send_archive(int fd)
{
	static char piece[PIECE];
	char head[100];
	int n = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
			 ARCHIVE);
	peer_send(fd, head, (size_t)n);
	for (size_t at = 0; at < ARCHIVE; at += PIECE) {
		if (script.cut_at && at >= script.cut_at)
			return false;
		for (size_t i = 0; i < PIECE; i++)
			piece[i] = byte_at(at + i);
		peer_send(fd, piece, PIECE);
	}
	return true;
}

static bool greets(int fd, const struct peer_request *request)
{
	if (strcmp(request->path, "/_ping") != 0)
		return false;
	peer_greet(fd, "Api-Version: 1.41\r\nServer: Docker/20.10 (linux)\r\n");
	return true;
}

static bool answer_json(int fd, const char *status, const char *json)
{
	peer_answer(fd, status, json, strlen(json));
	return true;
}

static bool be_source(int fd, const struct peer_request *request)
{
	static const char image[] = "{\"Id\":\"sha256:abc\",\"Size\":8000000,\"RepoTags\":"
				    "[\"app:1\",\"factory-cache:k\",\"factory-cachet:1\"]}";
	if (greets(fd, request))
		return true;
	note('s', request);
	if (script.is_gone)
		return answer_json(fd, "404 Not Found", "{\"message\":\"no such image\"}");
	if (strstr(request->path, "/images/get"))
		return send_archive(fd);
	if (strstr(request->path, "/push") && script.push)
		return answer_json(fd, "200 OK", script.push);
	return answer_json(fd, "200 OK", image);
}

static void check_archive(const struct buf *body)
{
	arrived = body->len;
	is_whole = body->len == ARCHIVE;
	for (size_t i = 0; is_whole && i < body->len; i++)
		is_whole = body->data[i] == byte_at(i);
}

static bool be_target(int fd, const struct peer_request *request)
{
	if (greets(fd, request))
		return true;
	note('t', request);
	if (!strstr(request->path, "/images/load"))
		return answer_json(fd, "200 OK", "{\"Id\":\"sha256:abc\"}");
	check_archive(&request->body);
	if (script.is_silent)
		return sleep(3) != 0;
	return answer_json(fd, script.refusal ? script.refusal : "200 OK",
			   script.loaded ? script.loaded : "{\"stream\":\"Loaded image: x\"}\n");
}

static int start_engines(void **state)
{
	(void)state;
	return peer_start_engine(&source, be_source) | peer_start_engine(&target, be_target);
}

static int stop_engines(void **state)
{
	(void)state;
	return peer_stop_engine(&source) | peer_stop_engine(&target);
}

struct bench {
	struct loop *loop;
	struct engine *from, *to;
	struct report *report;
	struct move *move;
	int ended;
	struct error err;
};

static void on_end(void *ctx, struct error *err)
{
	struct bench *bench = ctx;
	bench->ended++;
	bench->move = NULL;
	if (err)
		error_move(&bench->err, err);
}

static void begin(struct bench *bench, const char *image, const char *registry)
{
	*bench = (struct bench){0};
	asked[0] = '\0';
	is_whole = false;
	bench->loop = loop_new(&bench->err);
	bench->from = engine_open(bench->loop, source.endpoint, &bench->err);
	bench->to = engine_open(bench->loop, target.endpoint, &bench->err);
	expect_no_error(&bench->err);
	bench->report = report_new();
	assert_true(move_is_possible(bench->from, bench->to));
	const struct move_order order = {.loop = bench->loop,
					 .from = bench->from,
					 .to = bench->to,
					 .image = image,
					 .registry = registry,
					 .report = bench->report};
	bench->move = move_start(&order, on_end, bench);
	assert_int_equal(bench->ended, 0);
}

static void wait_for_end(struct bench *bench)
{
	struct error err = {0};
	for (uint64_t end = loop_now_us() + 10000000; !bench->ended && loop_now_us() < end;)
		loop_turn(bench->loop, 100, &err);
	expect_no_error(&err);
	assert_int_equal(bench->ended, 1);
}

static void end(struct bench *bench)
{
	engine_close(bench->from);
	engine_close(bench->to);
	move_free(bench->move);
	report_free(bench->report);
	loop_free(bench->loop);
	error_clear(&bench->err);
	script = (struct script){0};
}

/* A move that must fail, with that in its error. */
static void fails(const char *image, const char *part)
{
	struct bench bench;
	begin(&bench, image, NULL);
	wait_for_end(&bench);
	expect_error(&bench.err, part);
	end(&bench);
}

static void an_archive_streams_through(void **state)
{
	(void)state;
	struct bench bench;
	begin(&bench, "app:1", NULL);
	wait_for_end(&bench);
	expect_no_error(&bench.err);
	assert_true(is_whole);
	assert_non_null(strstr(asked, "s GET /v1.41/images/get?names=app%3A1\n"));
	end(&bench);
}

/* What is asked for by its id keeps what the cache calls it; that without a name, nothing. */
static void names_go_with_it(void **state)
{
	(void)state;
	struct bench bench;
	begin(&bench, "sha256:abc", NULL);
	wait_for_end(&bench);
	expect_no_error(&bench.err);
	assert_non_null(strstr(asked, "s GET /v1.41/images/get?names=factory-cache%3Ak\n"));
	end(&bench);
}

static void either_end_may_fail(void **state)
{
	(void)state;
	script.cut_at = 3 << 20;
	fails("app:1", "can't move the image app:1 from unix:///tmp/factory-peer-");
	script.is_gone = true;
	fails("app:1", "no such image");
	script.refusal = "500 Internal Server Error";
	script.loaded = "{\"message\":\"no space left on device\"}";
	fails("app:1", "no space left on device");
	script.loaded = "{\"errorDetail\":{\"message\":\"archive/tar: invalid\"}}\n";
	fails("app:1", "archive/tar: invalid");
}

/* Either is given up in the middle: the move ends, and nothing hangs. */
static void an_engine_is_lost(void **state)
{
	(void)state;
	struct error why = {0}, err = {0};
	error_set(&why, "it gives no answer");
	for (int which = 0; which < 2; which++) {
		struct bench bench;
		script.is_silent = true;
		begin(&bench, "app:1", NULL);
		for (int i = 0; i < 20; i++)
			loop_turn(bench.loop, 10, &err);
		engine_lose(which ? bench.from : bench.to, &why);
		if (which) /* it had told all it had */
			engine_lose(bench.to, &why);
		assert_int_equal(bench.ended, 0);
		wait_for_end(&bench);
		expect_error(&bench.err, "it gives no answer");
		end(&bench);
	}
	error_clear(&why);
}

static void a_loop_may_end_before_it(void **state)
{
	(void)state;
	struct error err = {0};
	struct bench bench;
	begin(&bench, "app:1", NULL);
	for (int i = 0; i < 5; i++)
		loop_turn(bench.loop, 10, &err);
	end(&bench);
}

static void through_a_registry(void **state)
{
	(void)state;
	struct bench bench;
	begin(&bench, "sha256:abc", "localhost:5000/moving");
	wait_for_end(&bench);
	expect_no_error(&bench.err);
	assert_string_equal(
		asked,
		"s GET /v1.41/images/sha256:abc/json\n"
		"s POST /v1.41/images/sha256:abc/tag?repo=localhost%3A5000%2Fmoving&tag=abc\n"
		"s POST /v1.41/images/localhost:5000/moving/push?tag=abc\n"
		"t POST /v1.41/images/create?fromImage=localhost%3A5000%2Fmoving&tag=abc\n"
		"t POST /v1.41/images/sha256:abc/tag?repo=factory-cache&tag=k\n"
		"s DELETE /v1.41/images/localhost:5000/moving:abc\n"
		"t DELETE /v1.41/images/localhost:5000/moving:abc\n");
	end(&bench);
	script.push = "{\"error\":\"denied\"}\n";
	begin(&bench, "app:1", "localhost:5000/moving");
	wait_for_end(&bench);
	expect_error(&bench.err, "denied");
	assert_null(strstr(asked, "t "));
	end(&bench);
}

static void a_pipe_is_a_ring(void **state)
{
	(void)state;
	struct pipe pipe = pipe_new(10);
	char out[10];
	assert_int_equal(pipe_take(&pipe, out, 10), 0);
	assert_true(pipe_put(&pipe, "abcdefg", 7));
	assert_false(pipe_put(&pipe, "hijk", 4)); /* nothing of it */
	assert_int_equal(pipe_take(&pipe, out, 5), 5);
	assert_memory_equal(out, "abcde", 5);
	assert_true(pipe_put(&pipe, "hijklmno", 8)); /* around the end */
	assert_false(pipe_put(&pipe, "p", 1));
	assert_int_equal(pipe_take(&pipe, out, 10), 10);
	assert_memory_equal(out, "fghijklmno", 10);
	assert_int_equal(pipe_take(&pipe, out, 10), 0);
	pipe_free(&pipe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_is_a_ring),   cmocka_unit_test(an_archive_streams_through),
		cmocka_unit_test(names_go_with_it),   cmocka_unit_test(either_end_may_fail),
		cmocka_unit_test(an_engine_is_lost),  cmocka_unit_test(a_loop_may_end_before_it),
		cmocka_unit_test(through_a_registry),
	};
	return cmocka_run_group_tests(tests, start_engines, stop_engines);
}
