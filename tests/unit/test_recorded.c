/* The APIs of Vault and Nomad over a real connection, to the server that end-to-end tests use
 * (tests/fixtures/recorded.py). */
#include "tests/unit/inquiry.h"

#include "common/file.h"
#include "common/memory.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIES = 200, PAUSE_US = 50000 };

static const char table[] =
	"[{\"path\":\"/v1/sys/internal/ui/mounts/kv/app\",\"body\":{\"data\":{\"path\":\"kv/\","
	"\"type\":\"kv\",\"options\":{\"version\":\"2\"}}}},"
	"{\"path\":\"/v1/kv/data/"
	"app\",\"token\":\"good\",\"body\":{\"data\":{\"data\":{\"a\":1}}}},"
	"{\"path\":\"/v1/kv/data/app\",\"status\":403,\"body\":{\"errors\":[\"permission "
	"denied\"]}},"
	"{\"path\":\"/v1/transit/x\",\"method\":\"PUT\",\"body\":{\"data\":{\"y\":\"z\"}}},"
	"{\"path\":\"/v1/var/a\",\"index\":7,\"body\":{\"Path\":\"a\",\"Items\":{}}}]";

struct recorded {
	char directory[40];
	char *base;
	pid_t pid;
	int stop; /* closing it ends the server */
	struct http_client *client;
	struct http_server server;
};

static char *text_of(const struct recorded *recorded, const char *name)
{
	auto_error struct error err = {0};
	struct buf text = {0};
	autofree char *path = mem_printf("%s/%s", recorded->directory, name);
	if (file_read(path, 1 << 20, &text, &err) < 0) {
		buf_free(&text);
		return NULL;
	}
	return buf_steal(&text);
}

static void run_server(struct recorded *recorded)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	recorded->pid = fork();
	if (recorded->pid == 0) {
		dup2(ends[0], STDIN_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl("/usr/bin/python3", "python3", "tests/fixtures/recorded.py",
		      recorded->directory, (char *)NULL);
		_exit(127);
	}
	close(ends[0]);
	recorded->stop = ends[1];
}

static int start(void **state)
{
	static struct recorded recorded;
	auto_error struct error err = {0};
	recorded = (struct recorded){.directory = "/tmp/factory-test-XXXXXX"};
	assert_non_null(mkdtemp(recorded.directory));
	autofree char *path = mem_printf("%s/table.json", recorded.directory);
	assert_int_equal(file_replace(path, table, strlen(table), 0600, (uid_t)-1, (gid_t)-1, &err),
			 0);
	run_server(&recorded);
	autofree char *address = NULL;
	for (int i = 0; i < TRIES && !address; i++) {
		usleep(PAUSE_US);
		address = text_of(&recorded, "address");
	}
	assert_non_null(address);
	recorded.base = mem_printf("http://%s", address);
	recorded.server =
		(struct http_server){.base = recorded.base, .name = "the recorded server"};
	recorded.client = http_client_new(NULL, &recorded.server, &err);
	assert_non_null(recorded.client);
	*state = &recorded;
	return 0;
}

static int stop(void **state)
{
	static const char *const names[] = {"table.json", "asked", "address"};
	struct recorded *recorded = *state;
	http_client_free(recorded->client);
	close(recorded->stop);
	waitpid(recorded->pid, NULL, 0);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		autofree char *path = mem_printf("%s/%s", recorded->directory, names[i]);
		unlink(path);
	}
	free(recorded->base);
	return rmdir(recorded->directory);
}

/* As fetch.c does. */
static void fetch(struct recorded *recorded, const char *token, struct asked *asked,
		  const struct api *api, const struct want *want)
{
	autofree char *header = mem_printf("X-Vault-Token: %s", token);
	const char *headers[] = {header, NULL};
	asked->inquiry.want = want;
	asked->inquiry.arena = &asked->arena;
	for (asked->result = 0; asked->result == 0; asked->inquiry.step++) {
		struct api_request made = {0};
		struct http_response response = {0};
		assert_int_equal(api->ask(&asked->inquiry, &made, &asked->err), 0);
		struct http_request request = {.method = made.method ? made.method : "GET",
					       .path = made.path.data,
					       .headers = headers,
					       .body = made.body.data,
					       .body_len = made.body.len,
					       .timeout_ms = 10000};
		assert_int_equal(http_perform(recorded->client, &request, &response, &asked->err),
				 0);
		asked->result = api->take(&asked->inquiry, &response, &asked->err);
		http_response_free(&response);
		buf_free(&made.path);
		buf_free(&made.body);
	}
}

static void vault(void **state)
{
	struct recorded *recorded = *state;
	const char *const args[] = {"k=v", NULL};
	const struct want want = {.kind = "secret", .name = "kv/app"};
	const struct want write = {"secret", "transit/x", NULL, args};
	auto_asked struct asked good = {0}, bad = {0}, written = {0};
	fetch(recorded, "good", &good, &api_vault, &want);
	expect_found(&good, "{\"data\":{\"data\":{\"a\":1}}}");
	fetch(recorded, "bad", &bad, &api_vault, &want);
	expect_refused(&bad, "permission denied");
	fetch(recorded, "bad", &written, &api_vault, &write);
	expect_found(&written, "{\"data\":{\"y\":\"z\"}}");
	autofree char *log = text_of(recorded, "asked");
	assert_string_equal(log, "GET /v1/sys/internal/ui/mounts/kv/app\nGET /v1/kv/data/app\n"
				 "GET /v1/sys/internal/ui/mounts/kv/app\nGET /v1/kv/data/app\n"
				 "PUT /v1/transit/x {\"k\":\"v\"}\n");
}

static void nomad(void **state)
{
	struct recorded *recorded = *state;
	const struct want want = {.kind = "nomadVar", .name = "a"};
	const struct want other = {.kind = "nomadVar", .name = "b"};
	auto_asked struct asked asked = {0}, missing = {0};
	unsetenv("NOMAD_NAMESPACE");
	unsetenv("NOMAD_REGION");
	fetch(recorded, "", &asked, &api_nomad, &want);
	expect_found(&asked, "{\"Path\":\"a\",\"Items\":{}}");
	assert_int_equal(asked.inquiry.index, 7);
	/* Nothing changes: the answer comes when the time is over. */
	asked.inquiry.wait_ms = 100;
	fetch(recorded, "", &asked, &api_nomad, &want);
	assert_int_equal(asked.inquiry.index, 7);
	fetch(recorded, "", &missing, &api_nomad, &other);
	expect_found(&missing, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(vault, start, stop),
		cmocka_unit_test_setup_teardown(nomad, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
