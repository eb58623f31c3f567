/* RENDER and FACTS as the session sees them: a worker that may ask, fail, die or print. What it
 * calls is replaced here by small stand-ins that a template's source text steers. */
#include "tests/unit/driver.h"

#include "agent/facts/facts.h"
#include "agent/render/render.h"

struct driver_source {
	struct source source;
	int fd;
	uint32_t id;
};

static int get(struct source *source, const struct want *want, struct arena *arena,
	       struct value **found, struct error *err)
{
	struct driver_source *driver = (struct driver_source *)source;
	auto_buf struct buf out = {0}, in = {0};
	struct value *asked = value_map(arena);
	value_set(arena, asked, "kind", value_string(arena, want->kind));
	value_set(arena, asked, "name", value_string(arena, want->name));
	frame_add_json(&out, FRAME_WANT, driver->id, asked);
	assert_int_equal(write(driver->fd, out.data, out.len), out.len);
	struct frame frame;
	while (frame_parse(&in, &frame, err) == 0) {
		ssize_t got = read(driver->fd, buf_reserve(&in, 1 << 16), 1 << 16);
		if (got <= 0)
			return error_set(err, "the driver is gone");
		in.len += (size_t)got;
	}
	assert_int_equal(frame.type, FRAME_VALUE);
	*found = value_get(frame_json(&frame, arena, err), "value");
	return 0;
}

static void release(struct source *source)
{
	free(source);
}

struct source *source_driver(int fd, uint32_t id)
{
	struct driver_source *source = mem_alloc(sizeof *source);
	*source = (struct driver_source){{get, release}, fd, id};
	return &source->source;
}

struct source *source_consul(const char *address, const char *token, struct error *err)
{
	error_set(err, "consul at %s with %s", address, token ? token : "no token");
	return NULL;
}

void source_free(struct source *source)
{
	source->free(source);
}

int render_config(const char *path, struct arena *arena, struct render_settings *settings,
		  struct error *err)
{
	(void)arena;
	settings->consul.address = "from-config";
	settings->consul.token = "secret";
	if (strcmp(path, "/good.hcl") == 0)
		return 0;
	return error_set_at(err, path, 3, 7, "a brace is missing");
}

static void misbehave(const char *source)
{
	if (strcmp(source, "die") == 0)
		kill(getpid(), SIGKILL);
	if (strcmp(source, "leave") == 0)
		_exit(3);
	if (strcmp(source, "sleep") == 0)
		sleep(60);
	if (strcmp(source, "print") == 0)
		assert_int_equal(write(1, "printed\n", 8), 8);
	if (strcmp(source, "daemon") == 0 && fork() == 0) {
		sleep(60);
		_exit(0);
	}
}

int render_all(const struct render_template *templates, size_t count, struct source *source,
	       const struct value *facts, struct arena *arena, struct render_report *report,
	       struct error *err)
{
	report->rendered = value_list(arena);
	report->reads = value_list(arena);
	for (size_t i = 0; i < count; i++) {
		struct value *found = NULL;
		misbehave(templates[i].source);
		if (strncmp(templates[i].source, "key:", 4) == 0 &&
		    source->get(source,
				&(struct want){.kind = "key", .name = templates[i].source + 4},
				arena, &found, err) < 0)
			return -1;
		value_append(arena, report->rendered,
			     found ? found : value_int(arena, templates[i].perms));
	}
	if (facts)
		value_append(arena, report->reads, value_copy(arena, facts));
	return 0;
}

struct value *facts_collect(struct arena *arena, const struct facts_wanted *wanted)
{
	struct value *map = value_map(arena);
	for (size_t i = 0; i < wanted->count; i++)
		value_set(arena, map, wanted->patterns[i], value_bool(arena, true));
	char *much = mem_alloc(5 << 20);
	memset(much, 'x', (5 << 20) - 1);
	if (!wanted->count)
		value_set(arena, map, "much", value_string(arena, much));
	free(much);
	return map;
}

static void expect_result(struct driver *driver, uint32_t id, const char *json)
{
	driver_expect(driver, FRAME_RESULT, id);
	assert_string_equal(buf_text(&driver->payload), json);
}

static void templates_are_rendered(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RENDER, 1,
		    "{\"templates\":[{\"source\":\"a\",\"destination\":\"b\"},"
		    "{\"source\":\"a\",\"destination\":\"b\",\"perms\":420},"
		    "{\"source\":\"a\",\"destination\":\"b\",\"perms\":\"0600\"}],"
		    "\"facts\":{\"x\":1}}");
	expect_result(&driver, 1, "{\"rendered\":[-1,420,384],\"reads\":[{\"x\":1}]}");
	driver_end(&driver);
}

static void values_are_asked_for_and_answered(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RENDER, 1,
		    "{\"templates\":[{\"source\":\"key:a/b\",\"destination\":\"x\"}]}");
	driver_expect(&driver, FRAME_WANT, 1);
	assert_string_equal(buf_text(&driver.payload), "{\"kind\":\"key\",\"name\":\"a/b\"}");
	driver_shell(&driver, 2, "echo meanwhile");
	driver_await(&driver, FRAME_EXIT, 2);
	driver_send(&driver, FRAME_VALUE, 1, "{\"value\":\"found\"}");
	expect_result(&driver, 1, "{\"rendered\":[\"found\"],\"reads\":[]}");
	driver_end(&driver);
}

static void two_renderings_overlap(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	for (uint32_t id = 1; id <= 2; id++) {
		driver_send(&driver, FRAME_RENDER, id,
			    "{\"templates\":[{\"source\":\"key:k\",\"destination\":\"x\"}]}");
		driver_expect(&driver, FRAME_WANT, id);
	}
	driver_send(&driver, FRAME_VALUE, 2, "{\"value\":2}");
	expect_result(&driver, 2, "{\"rendered\":[2],\"reads\":[]}");
	driver_send(&driver, FRAME_VALUE, 1, "{\"value\":1}");
	expect_result(&driver, 1, "{\"rendered\":[1],\"reads\":[]}");
	driver_end(&driver);
}

static void an_error_has_its_position(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RENDER, 1, "{\"config\":\"/x.hcl\"}");
	driver_expect_error(&driver, 1, "a brace is missing");
	assert_string_equal(value_text(value_get(driver.json, "file")), "/x.hcl");
	assert_int_equal(driver_number(&driver, "line"), 3);
	assert_int_equal(driver_number(&driver, "column"), 7);
	driver_end(&driver);
}

static void consul_is_asked_directly_only_on_request(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RENDER, 1, "{\"config\":\"/good.hcl\"}");
	expect_result(&driver, 1, "{\"rendered\":[],\"reads\":[]}");
	driver_send(&driver, FRAME_RENDER, 2, "{\"config\":\"/good.hcl\",\"consul\":{}}");
	driver_expect_error(&driver, 2, "consul at from-config with secret");
	driver_send(&driver, FRAME_RENDER, 3,
		    "{\"templates\":[],\"consul\":{\"address\":\"there:8500\"}}");
	driver_expect_error(&driver, 3, "consul at there:8500 with no token");
	driver_end(&driver);
}

static void bad_requests_are_refused(void **state)
{
	(void)state;
	static const struct {
		enum frame_type type;
		const char *request, *message;
	} cases[] = {
		{FRAME_RENDER, "{}", "a RENDER request without \"config\" or \"templates\""},
		{FRAME_RENDER, "{\"templates\":[{\"destination\":\"x\"}]}",
		 "template 0 has no source"},
		{FRAME_RENDER, "{\"templates\":[{\"source\":\"x\"}]}",
		 "template 0 has no destination"},
		{FRAME_RENDER, "{\"templates\":[{\"source\":1}]}",
		 "\"source\" of template 0 must be a string"},
		{FRAME_RENDER,
		 "{\"templates\":[{\"source\":\"x\",\"destination\":\"y\",\"perms\":\"rw\"}]}",
		 "\"perms\" of template 0 must be a mode from 0 to 07777"},
		{FRAME_FACTS, "{\"patterns\":[1]}", "pattern 0 of a FACTS request is no string"},
		{FRAME_FACTS, "[]", "the payload of a FACTS frame is a list, not a map"},
	};
	struct driver driver;
	driver_start(&driver);
	for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		driver_send(&driver, cases[i].type, i + 1, cases[i].request);
		driver_expect_error(&driver, i + 1, cases[i].message);
	}
	driver_end(&driver);
}

static void a_worker_that_dies_is_an_error(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RENDER, 1,
		    "{\"templates\":[{\"source\":\"die\",\"destination\":\"x\"}]}");
	driver_expect_error(&driver, 1,
			    "the agent's worker for RENDER ended without an answer (signal 9)");
	driver_send(&driver, FRAME_RENDER, 2,
		    "{\"templates\":[{\"source\":\"leave\",\"destination\":\"x\"}]}");
	driver_expect_error(&driver, 2,
			    "the agent's worker for RENDER ended without an answer (exit code 3)");
	driver_end(&driver);
}

static void a_worker_can_be_stopped(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RENDER, 1,
		    "{\"templates\":[{\"source\":\"sleep\",\"destination\":\"x\"}]}");
	driver_send(&driver, FRAME_SIGNAL, 1, "{\"signal\":9}");
	driver_expect_error(&driver, 1,
			    "the agent's worker for RENDER ended without an answer (signal 9)");
	driver_send(&driver, FRAME_RENDER, 2,
		    "{\"templates\":[{\"source\":\"sleep\",\"destination\":\"x\"}]}");
	driver_end(&driver);
}

static void what_a_worker_prints_comes_before_its_answer(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RENDER, 1,
		    "{\"templates\":[{\"source\":\"print\",\"destination\":\"x\"}]}");
	driver_await(&driver, FRAME_RESULT, 1);
	assert_string_equal(buf_text(&driver.out), "printed\n");
	driver_end(&driver);
}

static void what_a_worker_leaves_behind_does_not_hold_it_up(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RENDER, 1,
		    "{\"templates\":[{\"source\":\"daemon\",\"destination\":\"x\"}]}");
	driver_expect(&driver, FRAME_RESULT, 1);
	driver_shell(&driver, 2, "true");
	driver_await(&driver, FRAME_EXIT, 2);
	driver_end(&driver);
}

static void a_worker_does_not_keep_a_steps_input_open(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_RUN, 1, "{\"argv\":[\"cat\"],\"stdin\":true}");
	driver_send(&driver, FRAME_RENDER, 2,
		    "{\"templates\":[{\"source\":\"key:k\",\"destination\":\"x\"}]}");
	driver_expect(&driver, FRAME_WANT, 2);
	driver_send(&driver, FRAME_DATA, 1, "in");
	driver_await(&driver, FRAME_EXIT, 1);
	assert_string_equal(buf_text(&driver.out), "in");
	driver_end(&driver);
}

static void facts_come_by_pattern_or_all(void **state)
{
	(void)state;
	struct driver driver;
	driver_start(&driver);
	driver_send(&driver, FRAME_FACTS, 1, "{\"patterns\":[\"os.id\",\"memory\"]}");
	expect_result(&driver, 1, "{\"os.id\":true,\"memory\":true}");
	driver_send(&driver, FRAME_FACTS, 2, "{}");
	struct frame_joiner joiner = {0};
	auto_error struct error err = {0};
	struct frame whole;
	do
		driver_expect(&driver, FRAME_RESULT, 2);
	while (frame_join(&joiner, &driver.frame, &whole, &err) == 0);
	assert_int_equal(whole.length, (5 << 20) - 1 + strlen("{\"much\":\"\"}"));
	frame_joiner_free(&joiner);
	driver_end(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(templates_are_rendered),
		cmocka_unit_test(values_are_asked_for_and_answered),
		cmocka_unit_test(two_renderings_overlap),
		cmocka_unit_test(an_error_has_its_position),
		cmocka_unit_test(consul_is_asked_directly_only_on_request),
		cmocka_unit_test(bad_requests_are_refused),
		cmocka_unit_test(a_worker_that_dies_is_an_error),
		cmocka_unit_test(a_worker_can_be_stopped),
		cmocka_unit_test(what_a_worker_prints_comes_before_its_answer),
		cmocka_unit_test(what_a_worker_leaves_behind_does_not_hold_it_up),
		cmocka_unit_test(a_worker_does_not_keep_a_steps_input_open),
		cmocka_unit_test(facts_come_by_pattern_or_all),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
