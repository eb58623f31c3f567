/* What Podman's driver asks, one request after another, of a peer that answers as Podman 4.3 does.
 * The real one's part is in tests/e2e/conformance.bats. */
#include "tests/unit/check.h"

#include "common/own.h"
#include "host/engine/engine.h"
#include "tests/unit/peer.h"

static struct peer peer;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char asked[2048]; /* "METHOD PATH\n" for each but the greeting */
static struct buf body;  /* the last one's */

/* The first whose part is in the request's line answers it; status NULL: the connection ends
 * without a word; body NULL: it begins and never ends. */
struct answer {
	const char *part, *status, *body;
};
static const struct answer *answers;

static const char begun[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{";

static bool handle(int fd, const struct peer_request *request)
{
	char line[300];
	if (strcmp(request->path, "/_ping") == 0) {
		peer_greet(fd, "Api-Version: 1.41\r\nLibpod-Api-Version: 4.3.1\r\n"
			       "Server: Libpod/4.3.1 (linux)\r\n");
		return true;
	}
	pthread_mutex_lock(&lock);
	snprintf(line, sizeof line, "%s %s\n", request->method, request->path);
	strncat(asked, line, sizeof asked - strlen(asked) - 1);
	buf_clear(&body);
	buf_add(&body, request->body.data, request->body.len);
	const struct answer *answer = answers;
	while (answer->part && !strstr(line, answer->part))
		answer++;
	if (answer->status && answer->body)
		peer_answer(fd, answer->status, answer->body, strlen(answer->body));
	else if (answer->status)
		peer_send(fd, begun, strlen(begun));
	pthread_mutex_unlock(&lock);
	return answer->status != NULL;
}

static int start_peer(void **state)
{
	(void)state;
	return peer_start_engine(&peer, handle);
}

static int stop_peer(void **state)
{
	(void)state;
	buf_free(&body);
	return peer_stop_engine(&peer);
}

struct bench {
	struct loop *loop;
	struct engine *engine;
	struct engine_kept kept;
	struct error err;
};

static void open_bench(struct bench *bench, const struct answer *script)
{
	*bench = (struct bench){0};
	answers = script;
	asked[0] = '\0';
	bench->loop = loop_new(&bench->err);
	bench->engine = engine_open(bench->loop, peer.endpoint, &bench->err);
	expect_no_error(&bench->err);
	assert_string_equal(engine_name(bench->engine), "podman");
}

static int finish(struct bench *bench)
{
	return engine_finish(bench->engine, &bench->kept, &bench->err);
}

static void close_bench(struct bench *bench)
{
	engine_kept_free(&bench->kept);
	engine_close(bench->engine);
	loop_free(bench->loop);
	error_clear(&bench->err);
}

/* A data container is started once, before the first that wants its volumes is made. */
static void volumes_are_filled(void **state)
{
	(void)state;
	static const struct engine_container spec = {
		.image = "base", .volumes_from = "tools:ro", .session = true};
	static const struct {
		const char *state, *asked;
	} cases[] = {
		{"{\"State\":{\"Status\":\"created\"}}",
		 "GET /v1.41/containers/tools/json\nPOST /v1.41/containers/tools/start\n"
		 "POST /v1.41/containers/create\n"},
		{"{\"State\":{\"Status\":\"exited\"}}",
		 "GET /v1.41/containers/tools/json\nPOST /v1.41/containers/create\n"},
		{"{}", "GET /v1.41/containers/tools/json\nPOST /v1.41/containers/create\n"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct answer script[] = {{"/json", "200 OK", cases[i].state},
						{"/create", "201 Created", "{\"Id\":\"abc\"}"},
						{NULL, "204 No Content", ""}};
		struct bench bench;
		open_bench(&bench, script);
		engine_create(bench.engine, &spec, engine_keep, &bench.kept);
		assert_int_equal(finish(&bench), 0);
		assert_string_equal(bench.kept.id, "abc");
		assert_string_equal(asked, cases[i].asked);
		close_bench(&bench);
	}
}

static void a_name_in_use_is_a_conflict(void **state)
{
	(void)state;
	static const struct engine_container spec = {.image = "base", .name = "n"};
	static const struct answer script[] = {
		{NULL, "500 Error",
		 "{\"message\":\"the container name \\\"n\\\" is already in use\"}"}};
	struct bench bench;
	open_bench(&bench, script);
	engine_create(bench.engine, &spec, engine_keep, &bench.kept);
	assert_int_equal(finish(&bench), -1);
	assert_int_equal(bench.kept.status, ENGINE_CONFLICT);
	assert_non_null(strstr(body.data, "\"NetworkMode\":\"none\""));
	close_bench(&bench);
}

/* Once more after a 500, and only once; so with Docker, after its words for it. */
static void removal_is_tried_again(void **state)
{
	(void)state;
	static const struct answer fails[] = {{NULL, "500 Error", "{\"message\":\"busy\"}"}};
	static const struct answer ended[] = {
		{NULL, "409 Conflict", "{\"message\":\"Container x is not running\"}"}};
	static const struct answer works[] = {{NULL, "204 No Content", ""}};
	struct bench bench;
	open_bench(&bench, fails);
	engine_remove(bench.engine, "x", engine_keep, &bench.kept);
	assert_int_equal(finish(&bench), -1);
	expect_error(&bench.err, "busy");
	assert_string_equal(asked, "DELETE /v1.41/containers/x?force=1&v=1\n"
				   "DELETE /v1.41/containers/x?force=1&v=1\n");
	close_bench(&bench);
	open_bench(&bench, ended);
	engine_remove(bench.engine, "x", engine_keep, &bench.kept);
	assert_int_equal(finish(&bench), -1);
	expect_error(&bench.err, "not running");
	assert_string_equal(asked, "DELETE /v1.41/containers/x?force=1&v=1\n"
				   "DELETE /v1.41/containers/x?force=1&v=1\n");
	close_bench(&bench);
	open_bench(&bench, works);
	engine_remove(bench.engine, "x", engine_keep, &bench.kept);
	assert_int_equal(finish(&bench), 0);
	assert_string_equal(asked, "DELETE /v1.41/containers/x?force=1&v=1\n");
	close_bench(&bench);
}

/* A container that has run meanwhile would run once more, with nobody to talk to. */
static void a_start_is_not_sent_again(void **state)
{
	(void)state;
	static const struct answer script[] = {{"/start", NULL, NULL}, {NULL, "200 OK", "{}"}};
	struct bench bench;
	open_bench(&bench, script);
	engine_inspect(bench.engine, "x", engine_keep, &bench.kept); /* its connection is kept */
	assert_int_equal(finish(&bench), 0);
	engine_kept_free(&bench.kept);
	bench.kept = (struct engine_kept){0};
	engine_start(bench.engine, "x", engine_keep, &bench.kept);
	assert_int_equal(finish(&bench), -1);
	assert_string_equal(asked, "GET /v1.41/containers/x/json\n"
				   "POST /v1.41/containers/x/start\n");
	close_bench(&bench);
}

/* In the form of the list that one broken container does not spoil. */
static void containers_are_found_by_name(void **state)
{
	(void)state;
	static const struct answer script[] = {
		{"/libpod/containers/json", "200 OK", "[{\"Id\":\"abc\",\"Names\":[\"n-1\"]}]"},
		{NULL, "500 Error", "{\"message\":\"container not known\"}"}};
	struct bench bench;
	open_bench(&bench, script);
	assert_true(engine_list_named(bench.engine, "^/?n-", engine_keep, &bench.kept));
	assert_int_equal(finish(&bench), 0);
	assert_string_equal(asked, "GET /v1.41/libpod/containers/json?all=1&filters="
				   "%7B%22name%22%3A%5B%22%5E%2F%3Fn-%22%5D%7D\n");
	assert_string_equal(value_text(value_get(bench.kept.body->list.items[0], "Id")), "abc");
	close_bench(&bench);
}

static void ask_commit(struct bench *bench, const struct answer *script)
{
	auto_arena struct arena arena = {0};
	struct value *config = value_map(&arena);
	value_set(&arena, config, "User", value_string(&arena, "app"));
	const struct engine_commit commit = {
		.container = "c", .comment = "why", .author = "me", .config = config};
	open_bench(bench, script);
	engine_commit(bench->engine, &commit, engine_keep, &bench->kept);
}

static const char layers[] =
	"{\"Created\":\"now\",\"Architecture\":\"amd64\",\"Os\":\"linux\",\"RootFS\":{\"Layers\":"
	"[\"sha256:aa\",\"sha256:bb\"]},\"History\":[{\"comment\":\"x\"},{\"comment\":\"y\"}]}";

/* The image is not Podman's, but one of our config over its layers. */
static void config_is_loaded(void **state)
{
	(void)state;
	static const struct answer script[] = {{"/commit", "201 Created", "{\"Id\":\"half\"}"},
					       {"/json", "200 OK", layers},
					       {"/load", "200 OK", "{\"stream\":\"Loaded\"}"},
					       {NULL, "200 OK", "[]"}};
	struct bench bench;
	ask_commit(&bench, script);
	assert_int_equal(finish(&bench), 0);
	assert_string_equal(asked, "POST /v1.41/commit?container=c&comment=why&author=me&pause=0\n"
				   "GET /v1.41/libpod/images/half/json\n"
				   "POST /v1.41/images/load?quiet=1\n"
				   "DELETE /v1.41/images/half?force=1\n");
	/* The name is the config's digest: nothing but its bytes decides it. */
	assert_string_equal(bench.kept.id,
			    "sha256:"
			    "b5039c14b5104002d43be38129906ce82a3a38b26d5f393b9bacd7c920a94652");
	close_bench(&bench);
}

static void failures_of_a_commit(void **state)
{
	(void)state;
	static const struct {
		struct answer script[4];
		const char *error;
		bool removed; /* the half-made one */
	} cases[] = {
		{{{NULL, "404 Not Found", "{\"message\":\"no such container\"}"}}, NULL, false},
		{{{NULL, "500 Error", "{\"message\":\"disk full\"}"}}, "disk full", false},
		{{{"/commit", "201 Created", "{\"Id\":\"half\"}"},
		  {NULL, "500 Error", "{\"message\":\"gone\"}"}},
		 "gone",
		 false},
		{{{"/commit", "201 Created", "{\"Id\":\"half\"}"},
		  {"/json", "200 OK", layers},
		  {"/load", "200 OK", "{\"error\":\"no such layer\"}"},
		  {NULL, "200 OK", "[]"}},
		 "can't load the image: no such layer",
		 true},
		{{{"/commit", "201 Created", "{\"Id\":\"half\"}"},
		  {"/json", "200 OK", layers},
		  {"/load", "500 Error", "<html>"},
		  {NULL, "500 Error", "[]"}},
		 "can't load the image: no reason given",
		 true},
		{{{"/commit", "201 Created", "{\"Id\":\"half\"}"}, {"/json", "200 OK", ""}},
		 "answered what is no JSON",
		 false},
		{{{"/commit", "201 Created", "{\"Id\":\"half\"}"},
		  {"/json", "200 OK", "{\"Id\":\"half\"}"}},
		 "answered without the layers of what it committed",
		 false},
		{{{"/commit", "201 Created", "{\"Id\":\"half\"}"},
		  {"/json", "200 OK", layers},
		  {"/load", "200 OK", ""},
		  {NULL, "200 OK", "[]"}},
		 "can't load the image: no reason given",
		 true},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bench bench;
		ask_commit(&bench, cases[i].script);
		assert_int_equal(finish(&bench), cases[i].error ? -1 : 0);
		if (cases[i].error)
			expect_error(&bench.err, cases[i].error);
		else
			assert_int_equal(bench.kept.status, ENGINE_NOT_FOUND);
		assert_int_equal(strstr(asked, "DELETE /v1.41/images/half") != NULL,
				 cases[i].removed);
		close_bench(&bench);
	}
}

/* A load takes as long as it needs; but not its answer, once that has begun. */
static void an_answer_to_a_load_that_breaks_off_is_given_up(void **state)
{
	(void)state;
	static const struct answer script[] = {{"/commit", "201 Created", "{\"Id\":\"half\"}"},
					       {"/json", "200 OK", layers},
					       {"/load", "200 OK", NULL}};
	struct bench bench;
	ask_commit(&bench, script);
	engine_set_patience(bench.engine, 100);
	assert_int_equal(finish(&bench), -1);
	expect_error(&bench.err, "gives no answer");
	close_bench(&bench);
}

static void images_are_shown_whole(void **state)
{
	(void)state;
	static const struct answer script[] = {{NULL, "200 OK",
						"{\"Id\":\"abc\",\"Config\":{\"User\":\"u\"},"
						"\"Healthcheck\":{\"Test\":[\"CMD\"]}}"}};
	struct bench bench;
	open_bench(&bench, script);
	engine_image_inspect(bench.engine, "a/b:1", engine_keep, &bench.kept);
	assert_int_equal(finish(&bench), 0);
	assert_string_equal(asked, "GET /v1.41/libpod/images/a/b:1/json\n");
	assert_string_equal(bench.kept.id, "sha256:abc");
	assert_string_equal(value_text(value_get(bench.kept.body, "Id")), "sha256:abc");
	assert_string_equal(value_text(value_path(bench.kept.body, "Config.Healthcheck.Test.0")),
			    "CMD");
	close_bench(&bench);
}

static void an_import_has_its_tag_in_the_name(void **state)
{
	(void)state;
	static const struct answer script[] = {{NULL, "200 OK", "{\"status\":\"sha256:x\"}\n"}};
	struct bench bench;
	open_bench(&bench, script);
	engine_image_import(bench.engine, "tar", 3, "a/b", "7", NULL, engine_keep, &bench.kept);
	assert_int_equal(finish(&bench), 0);
	assert_string_equal(asked, "POST /v1.41/images/create?fromSrc=-&repo=a%2Fb%3A7\n");
	assert_string_equal(bench.kept.id, "sha256:x");
	close_bench(&bench);
}

static void never(void *ctx, const struct engine_result *result)
{
	(void)ctx;
	(void)result;
	fail_msg("an abandoned operation was reported");
}

/* Whatever step it is at. */
static void closed_in_between(void **state)
{
	(void)state;
	static const struct answer fails[] = {{NULL, "500 Error", "{\"message\":\"busy\"}"}};
	for (int turns = 0; turns < 4; turns++) {
		struct bench bench;
		open_bench(&bench, fails);
		engine_remove(bench.engine, "x", never, NULL);
		for (int i = 0; i < turns; i++)
			assert_int_equal(loop_turn(bench.loop, 10, &bench.err), 0);
		close_bench(&bench);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(volumes_are_filled),
		cmocka_unit_test(a_name_in_use_is_a_conflict),
		cmocka_unit_test(removal_is_tried_again),
		cmocka_unit_test(a_start_is_not_sent_again),
		cmocka_unit_test(containers_are_found_by_name),
		cmocka_unit_test(config_is_loaded),
		cmocka_unit_test(failures_of_a_commit),
		cmocka_unit_test(an_answer_to_a_load_that_breaks_off_is_given_up),
		cmocka_unit_test(images_are_shown_whole),
		cmocka_unit_test(an_import_has_its_tag_in_the_name),
		cmocka_unit_test(closed_in_between),
	};
	return cmocka_run_group_tests(tests, start_peer, stop_peer);
}
