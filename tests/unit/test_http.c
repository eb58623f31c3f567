#include "tests/unit/check.h"

#include "common/http.h"
#include "common/memory.h"
#include "common/own.h"
#include "tests/unit/peer.h"

static struct peer peer;
static char directory[] = "/tmp/factory-http-XXXXXX";
static char socket_path[64];
static struct http_server server = {.base = "http://localhost", .name = "the peer"};

enum { FLOOD = 32 << 20 };
static atomic_size_t flooded; /* what the peer could send of it */

static void flood(int fd)
{
	static const char piece[1 << 16];
	char head[100];
	int n = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", FLOOD);
	peer_send(fd, head, (size_t)n);
	for (size_t at = 0; at < FLOOD; at += sizeof piece) {
		peer_send(fd, piece, sizeof piece);
		flooded += sizeof piece;
	}
}

static bool handle(int fd, const struct peer_request *request)
{
	static const char interim[] = "HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n";
	static const char chunked[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
				      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
	if (strcmp(request->path, "/hang-up") == 0)
		return false;
	if (strcmp(request->path, "/silent") == 0)
		return sleep(5) != 0;
	if (strcmp(request->path, "/missing") == 0)
		peer_answer(fd, "404 Not Found", "nothing here", 12);
	else if (strcmp(request->path, "/chunked") == 0)
		peer_send(fd, chunked, sizeof chunked - 1);
	else if (strcmp(request->path, "/head") == 0)
		peer_answer(fd, "200 OK", request->head.data, request->head.len);
	else if (strcmp(request->path, "/flood") == 0)
		flood(fd);
	else if (strcmp(request->path, "/cut") == 0)
		peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", 41);
	else if (strcmp(request->path, "/interim") == 0)
		peer_send(fd, interim, sizeof interim - 1);
	if (strcmp(request->path, "/cut") == 0)
		return false;
	if (strcmp(request->path, "/echo") == 0 || strcmp(request->path, "/interim") == 0)
		peer_answer(fd, "200 OK", buf_text(&request->body), request->body.len);
	return true;
}

static int start_peer(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(socket_path, sizeof socket_path, "%s/socket", directory);
	server.unix_socket = socket_path;
	peer_start(&peer, socket_path, handle);
	return 0;
}

static int stop_peer(void **state)
{
	(void)state;
	peer_stop(&peer);
	unlink(socket_path);
	return rmdir(directory);
}

static struct http_client *make_client(struct loop *loop)
{
	auto_error struct error err = {0};
	struct http_client *client = http_client_new(loop, &server, &err);
	expect_no_error(&err);
	return client;
}

static struct loop *make_loop(void)
{
	auto_error struct error err = {0};
	struct loop *loop = loop_new(&err);
	expect_no_error(&err);
	return loop;
}

/* Performs and expects an answer. */
static struct http_response ask(const struct http_request *request)
{
	auto_error struct error err = {0};
	struct http_response response;
	struct http_client *client = make_client(NULL);
	http_perform(client, request, &response, &err);
	expect_no_error(&err);
	http_client_free(client);
	return response;
}

/* Performs and expects none. */
static void refuse(const struct http_request *request, const char *reason)
{
	auto_error struct error err = {0};
	struct http_response response;
	struct http_client *client = make_client(NULL);
	assert_int_equal(http_perform(client, request, &response, &err), -1);
	assert_true(response.failed);
	assert_int_equal(response.status, 0);
	expect_error(&err, reason);
	http_response_free(&response);
	http_client_free(client);
}

static void answers(void **state)
{
	(void)state;
	struct http_response response =
		ask(&(struct http_request){.method = "GET", .path = "/chunked"});
	assert_int_equal(response.status, 200);
	assert_string_equal(response.body.data, "abcde");
	http_response_free(&response);
	response = ask(&(struct http_request){.method = "DELETE", .path = "/missing"});
	assert_int_equal(response.status, 404);
	assert_string_equal(response.body.data, "nothing here");
	http_response_free(&response);
}

static void what_is_sent(void **state)
{
	(void)state;
	const char *const headers[] = {"X-Consul-Token: secret", NULL};
	struct http_response response =
		ask(&(struct http_request){.method = "PUT", .path = "/head", .headers = headers});
	const char *head = response.body.data;
	assert_ptr_equal(strstr(head, "PUT /head HTTP/1.1\r\n"), head);
	assert_non_null(strstr(head, "X-Consul-Token: secret\r\n"));
	assert_non_null(strstr(head, "User-Agent: factory/"));
	assert_null(strcasestr(head, "Content-Type"));
	assert_null(strcasestr(head, "Expect"));
	http_response_free(&response);
}

static void headers_of_the_last_answer(void **state)
{
	(void)state;
	auto_buf struct buf value = {0};
	struct http_response response =
		ask(&(struct http_request){.method = "GET", .path = "/interim"});
	assert_int_equal(response.status, 200);
	assert_string_equal(http_header(&response, "x-peer", &value), "yes");
	assert_null(http_header(&response, "X-Early", &value));
	assert_null(http_header(&response, "X-Pee", &value));
	http_response_free(&response);
}

static void a_large_body_comes_back(void **state)
{
	(void)state;
	size_t len = (size_t)3 << 20;
	autofree char *body = mem_alloc(len);
	for (size_t i = 0; i < len; i++)
		body[i] = (char)(i * 7 + i / 1000);
	struct http_response response = ask(&(struct http_request){
		.method = "POST", .path = "/echo", .body = body, .body_len = len});
	assert_int_equal(response.body.len, len);
	assert_memory_equal(response.body.data, body, len);
	http_response_free(&response);
}

struct stream {
	size_t sent, taken, abort_at;
};

static long read_stream(void *ctx, char *into, size_t room)
{
	struct stream *stream = ctx;
	size_t left = 300000 - stream->sent;
	size_t step = left < room ? left : room;
	if (stream->abort_at && stream->sent >= stream->abort_at)
		return -1;
	memset(into, 'x', step);
	stream->sent += step;
	return (long)step;
}

static int write_stream(void *ctx, const char *data, size_t len)
{
	struct stream *stream = ctx;
	for (size_t i = 0; i < len; i++)
		if (data[i] != 'x')
			return -1;
	stream->taken += len;
	return 0;
}

static void streams_both_ways(void **state)
{
	(void)state;
	struct stream stream = {0};
	struct http_request request = {.method = "POST",
				       .path = "/echo",
				       .read_body = read_stream,
				       .write_body = write_stream,
				       .ctx = &stream};
	struct http_response response = ask(&request);
	assert_int_equal(stream.taken, 300000);
	assert_int_equal(response.body.len, 0);
	http_response_free(&response);
	stream = (struct stream){.abort_at = 1000};
	refuse(&request, "was given up");
	/* An answer that is none of 2xx is collected. */
	stream = (struct stream){0};
	request.read_body = NULL;
	request.path = "/missing";
	response = ask(&request);
	assert_string_equal(response.body.data, "nothing here");
	http_response_free(&response);
}

struct waiting {
	bool go, ended;
	size_t taken, given;
	int asked;
};

static int take_when_told(void *ctx, const char *data, size_t len)
{
	struct waiting *waiting = ctx;
	(void)data;
	waiting->asked++;
	if (!waiting->go)
		return HTTP_WAIT;
	waiting->taken += len;
	return 0;
}

static long give_when_told(void *ctx, char *into, size_t room)
{
	struct waiting *waiting = ctx;
	waiting->asked++;
	if (!waiting->go)
		return HTTP_WAIT;
	if (waiting->given)
		return 0;
	waiting->given = room < 5 ? room : 5;
	memcpy(into, "after", waiting->given);
	return (long)waiting->given;
}

static void note_end(void *ctx, struct http_response *response)
{
	struct waiting *waiting = ctx;
	assert_false(response->failed);
	waiting->ended = true;
	waiting->taken += response->body.len;
}

static void turn_for(struct loop *loop, const bool *flag, int ms)
{
	auto_error struct error err = {0};
	for (uint64_t end = loop_now_us() + (uint64_t)ms * 1000;
	     !(flag && *flag) && loop_now_us() < end;)
		assert_int_equal(loop_turn(loop, 10, &err), 0);
}

/* Whoever can't take more holds the sender up, and nothing is kept meanwhile. */
static void bodies_wait(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	struct loop *loop = make_loop();
	struct http_client *client = make_client(loop);
	struct waiting waiting = {0};
	struct http_request request = {
		.method = "GET", .path = "/flood", .write_body = take_when_told, .ctx = &waiting};
	struct http_transfer *transfer = http_start(client, &request, note_end, &waiting, &err);
	turn_for(loop, NULL, 300);
	assert_int_equal(waiting.asked, 1);
	assert_true(flooded < FLOOD / 4);
	waiting.go = true;
	http_resume(transfer);
	turn_for(loop, &waiting.ended, 10000);
	assert_int_equal(waiting.taken, FLOOD);
	waiting = (struct waiting){0};
	request = (struct http_request){
		.method = "POST", .path = "/echo", .read_body = give_when_told, .ctx = &waiting};
	transfer = http_start(client, &request, note_end, &waiting, &err);
	turn_for(loop, NULL, 100);
	assert_int_equal(waiting.asked, 1);
	waiting.go = true;
	http_resume(transfer);
	turn_for(loop, &waiting.ended, 10000);
	assert_int_equal(waiting.taken, 5);
	http_client_free(client);
	loop_free(loop);
}

static void bounds(void **state)
{
	(void)state;
	struct http_request request = {
		.method = "POST", .path = "/echo", .body = "12345678", .body_len = 8};
	request.body_limit = 8;
	struct http_response response = ask(&request);
	assert_string_equal(response.body.data, "12345678");
	http_response_free(&response);
	request.body_limit = 7;
	refuse(&request, "the peer: the answer is longer than 7 bytes");
	refuse(&(struct http_request){.method = "GET", .path = "/silent", .timeout_ms = 30},
	       "timed out");
}

static void broken_answers(void **state)
{
	(void)state;
	refuse(&(struct http_request){.method = "GET", .path = "/cut"}, "the peer: ");
	refuse(&(struct http_request){.method = "GET", .path = "/hang-up"}, "Empty reply");
}

static void unreachable(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	struct http_response response;
	struct http_server nobody = {
		.base = "http://localhost", .unix_socket = "/nonexistent/socket", .name = "X at Y"};
	struct http_client *client = http_client_new(NULL, &nobody, &err);
	struct http_request request = {.method = "GET", .path = "/"};
	assert_int_equal(http_perform(client, &request, &response, &err), -1);
	assert_int_equal(response.os_error, ENOENT);
	expect_error(&err, "can't reach X at Y: No such file or directory");
	http_client_free(client);
	nobody = (struct http_server){.base = "http://127.0.0.1:1", .name = "X at Y"};
	client = http_client_new(NULL, &nobody, &err);
	assert_int_equal(http_perform(client, &request, &response, &err), -1);
	assert_int_equal(response.os_error, ECONNREFUSED);
	expect_error(&err, "can't reach X at Y: Connection refused");
	http_client_free(client);
}

static void one_connection_for_all(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	struct http_client *client = make_client(NULL);
	int before = peer.connections;
	for (int i = 0; i < 1000; i++) {
		struct http_response response;
		struct http_request request = {.method = "GET", .path = "/chunked"};
		assert_int_equal(http_perform(client, &request, &response, &err), 0);
		http_response_free(&response);
	}
	assert_int_equal(peer.connections - before, 1);
	http_client_free(client);
}

struct pending {
	struct http_client *client;
	int left, ended;
	long status;
	struct error error;
};

static void count_answer(void *ctx, struct http_response *response)
{
	struct pending *pending = ctx;
	pending->ended++;
	pending->status = response->status;
	if (response->failed)
		error_move(&pending->error, &response->error);
}

/* Starts the next request from the answer to the last one. */
static void ask_again(void *ctx, struct http_response *response)
{
	struct pending *pending = ctx;
	auto_error struct error err = {0};
	count_answer(ctx, response);
	struct http_request request = {.method = "GET", .path = "/chunked"};
	if (--pending->left > 0)
		assert_non_null(http_start(pending->client, &request, ask_again, pending, &err));
}

static void turn_until(struct loop *loop, const int *ended, int count)
{
	auto_error struct error err = {0};
	while (*ended < count && loop_turn(loop, 5000, &err) == 0)
		;
	expect_no_error(&err);
	assert_int_equal(*ended, count);
}

static void on_the_loop(void **state)
{
	(void)state;
	struct loop *loop = make_loop();
	struct pending pending = {.client = make_client(loop), .left = 1000};
	auto_error struct error err = {0};
	int before = peer.connections;
	struct http_request request = {.method = "GET", .path = "/chunked"};
	assert_non_null(http_start(pending.client, &request, ask_again, &pending, &err));
	assert_int_equal(pending.ended, 0);
	turn_until(loop, &pending.ended, 1000);
	assert_int_equal(pending.status, 200);
	assert_int_equal(peer.connections - before, 1);
	http_client_free(pending.client);
	loop_free(loop);
}

static void many_at_once(void **state)
{
	(void)state;
	struct loop *loop = make_loop();
	struct pending pending = {.client = make_client(loop)};
	auto_error struct error err = {0};
	struct http_request request = {.method = "GET", .path = "/chunked"};
	struct http_request broken = {.method = "GET", .path = "/hang-up"};
	struct http_request silent = {.method = "GET", .path = "/silent"};
	for (int i = 0; i < 40; i++)
		assert_non_null(http_start(pending.client, &request, count_answer, &pending, &err));
	http_cancel(http_start(pending.client, &silent, count_answer, &pending, &err));
	turn_until(loop, &pending.ended, 40);
	assert_non_null(http_start(pending.client, &broken, count_answer, &pending, &err));
	turn_until(loop, &pending.ended, 41);
	expect_error(&pending.error, "the peer: "); /* libcurl tries the idle connections first */
	/* Freed with a request under way: done is not called. */
	assert_non_null(http_start(pending.client, &silent, count_answer, &pending, &err));
	assert_int_equal(loop_turn(loop, 10, &err), 0);
	http_client_free(pending.client);
	assert_int_equal(pending.ended, 41);
	loop_free(loop);
}

static void free_client(void *ctx, struct http_response *response)
{
	struct pending *pending = ctx;
	count_answer(ctx, response);
	http_client_free(STEAL(pending->client));
}

static void client_freed_by_an_answer(void **state)
{
	(void)state;
	struct loop *loop = make_loop();
	struct pending pending = {.client = make_client(loop)};
	auto_error struct error err = {0};
	struct http_request request = {.method = "GET", .path = "/chunked"};
	assert_non_null(http_start(pending.client, &request, free_client, &pending, &err));
	turn_until(loop, &pending.ended, 1);
	assert_null(pending.client);
	loop_free(loop);
}

static void escapes(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	http_escape(&out, "a/b c~\xc3\xa4?%", "/");
	assert_string_equal(out.data, "a/b%20c~%C3%A4%3F%25");
	buf_clear(&out);
	http_escape(&out, "a/b", "");
	assert_string_equal(out.data, "a%2Fb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(what_is_sent),
		cmocka_unit_test(headers_of_the_last_answer),
		cmocka_unit_test(a_large_body_comes_back),
		cmocka_unit_test(streams_both_ways),
		cmocka_unit_test(bodies_wait),
		cmocka_unit_test(bounds),
		cmocka_unit_test(broken_answers),
		cmocka_unit_test(unreachable),
		cmocka_unit_test(one_connection_for_all),
		cmocka_unit_test(on_the_loop),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(client_freed_by_an_answer),
		cmocka_unit_test(escapes),
	};
	return cmocka_run_group_tests(tests, start_peer, stop_peer);
}
