/* Nomad's API, with replies as a Nomad 1.7 gives them. */
#include "tests/unit/inquiry.h"

#define INDEX "HTTP/1.1 200 OK\r\nX-Nomad-Index: 42\r\nContent-Type: application/json\r\n\r\n"

static int forget_environment(void **state)
{
	(void)state;
	return unsetenv("NOMAD_NAMESPACE") | unsetenv("NOMAD_REGION");
}

static void paths_and_answers(void **state)
{
	(void)state;
	static const struct {
		const char *kind, *name;
		const char *args[4];
		struct exchange exchange;
		const char *found;
	} cases[] = {
		{"nomadServices",
		 "",
		 {NULL},
		 {"GET /v1/services", 200, "[{\"Namespace\":\"default\",\"Services\":[]}]", INDEX},
		 "[{\"Namespace\":\"default\",\"Services\":[]}]"},
		{"nomadServices",
		 "",
		 {"namespace=*", "region=eu", NULL},
		 {"GET /v1/services?namespace=%2A&region=eu", 200, "null", INDEX},
		 "[]"},
		{"nomadService",
		 "we b/x",
		 {NULL},
		 {"GET /v1/service/we%20b/x", 200, "[{\"ID\":\"i\"}]", INDEX},
		 "[{\"ID\":\"i\"}]"},
		{"nomadService",
		 "web",
		 {"choose=2|key", NULL},
		 {"GET /v1/service/web?choose=2%7Ckey", 200, "[]", INDEX},
		 "[]"},
		{"nomadVarList", "", {NULL}, {"GET /v1/vars", 200, "[]", INDEX}, "[]"},
		{"nomadVarList",
		 "a/b",
		 {"namespace=ns", NULL},
		 {"GET /v1/vars?prefix=a%2Fb&namespace=ns", 200, "[{\"Path\":\"a/b/c\"}]", INDEX},
		 "[{\"Path\":\"a/b/c\"}]"},
		{"nomadVar",
		 "nomad/jobs/x",
		 {NULL},
		 {"GET /v1/var/nomad/jobs/x", 200, "{\"Items\":{\"a\":\"b\"}}", INDEX},
		 "{\"Items\":{\"a\":\"b\"}}"},
		{"nomadVar",
		 "no",
		 {NULL},
		 {"GET /v1/var/no", 404, "variable not found", INDEX},
		 NULL},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_asked struct asked asked = {0};
		const struct want want = {cases[i].kind, cases[i].name, NULL, cases[i].args};
		ask_with(&asked, &api_nomad, &want, &cases[i].exchange);
		expect_found(&asked, cases[i].found);
		assert_int_equal(asked.inquiry.index, 42);
		assert_int_equal(asked.inquiry.again_s, 0);
	}
}

static void blocking_queries(void **state)
{
	(void)state;
	auto_asked struct asked asked = {.inquiry = {.index = 41, .wait_ms = 60000}}, none = {0};
	const struct want want = {.kind = "nomadVar", .name = "a"};
	const struct want prefix = {.kind = "nomadVarList", .name = "a"};
	ask_with(&asked, &api_nomad, &want,
		 &(struct exchange){"GET /v1/var/a?index=41&wait=60000ms", 200, "{}", INDEX});
	assert_int_equal(asked.inquiry.index, 42);
	ask_with(&asked, &api_nomad, &prefix,
		 &(struct exchange){"GET /v1/vars?prefix=a&index=42&wait=60000ms", 200, "[]",
				    INDEX});
	ask_with(&none, &api_nomad, &want, &(struct exchange){"GET /v1/var/a", 200, "{}", NULL});
	assert_int_equal(none.inquiry.index, 0);
	assert_int_equal(none.inquiry.again_s, 15);
}

static void the_environment_has_defaults(void **state)
{
	(void)state;
	const char *const args[] = {"namespace=own", NULL};
	const struct want plain = {.kind = "nomadServices", .name = ""};
	const struct want own = {"nomadServices", "", NULL, args};
	auto_asked struct asked first = {0}, second = {0};
	setenv("NOMAD_NAMESPACE", "team a", 1);
	setenv("NOMAD_REGION", "eu", 1);
	ask_with(&first, &api_nomad, &plain,
		 &(struct exchange){"GET /v1/services?namespace=team%20a&region=eu", 200, "[]",
				    INDEX});
	expect_found(&first, "[]");
	ask_with(&second, &api_nomad, &own,
		 &(struct exchange){"GET /v1/services?namespace=own&region=eu", 200, "[]", INDEX});
	expect_found(&second, "[]");
}

static void refusals(void **state)
{
	(void)state;
	static const struct {
		struct exchange exchange;
		const char *error;
	} cases[] = {
		{{"GET /v1/var/a", 403, "Permission denied\n", NULL},
		 "status 403: Permission denied (NOMAD_TOKEN must be valid"},
		{{"GET /v1/var/a", 400, "missing variable path", NULL},
		 "for nomadVar \"a\" with status 400: missing variable path"},
		{{"GET /v1/var/a", 500, "No cluster leader", NULL},
		 "status 500: No cluster leader"},
		{{"GET /v1/var/a", 200, "<html>", NULL}, "this is no JSON"},
		{{"GET /v1/var/a", 200, "[]", NULL}, "is a list: is something else listening?"},
		{{"GET /v1/var/a", 200, "", NULL}, ""},
	};
	const struct want want = {.kind = "nomadVar", .name = "a"};
	const struct want list = {.kind = "nomadServices", .name = ""};
	const struct want nothing = {.kind = "nomadService", .name = ""};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_asked struct asked asked = {0};
		ask_with(&asked, &api_nomad, &want, &cases[i].exchange);
		expect_refused(&asked, cases[i].error);
	}
	auto_asked struct asked old = {0}, map = {0}, unnamed = {0};
	ask_with(&old, &api_nomad, &list, &(struct exchange){"GET /v1/services", 404, "x", NULL});
	expect_refused(&old, "does this Nomad know that?");
	ask_with(&map, &api_nomad, &list, &(struct exchange){"GET /v1/services", 200, "{}", NULL});
	expect_refused(&map, "is a map");
	ask_with(&unnamed, &api_nomad, &nothing, NULL);
	expect_refused(&unnamed, "a nomadService needs a name");
	expect_unreachable(&api_nomad, &want, "can't reach it: start it, or name another (NOMAD_");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(paths_and_answers, forget_environment),
		cmocka_unit_test_setup(blocking_queries, forget_environment),
		cmocka_unit_test_setup_teardown(the_environment_has_defaults, forget_environment,
						forget_environment),
		cmocka_unit_test_setup(refusals, forget_environment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
