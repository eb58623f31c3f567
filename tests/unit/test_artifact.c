/* What of the base's config becomes the artifact's, and how the build container hides. */
#include "tests/unit/check.h"

#include "common/json.h"
#include "common/own.h"
#include "host/container/artifact.h"

static struct value *json(struct arena *arena, const char *text)
{
	struct error err = {0};
	struct value *value = json_parse(arena, "test", text, strlen(text), &err);
	expect_no_error(&err);
	return value;
}

static void expect_config(const char *base, const char *changes, const char *expected)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0}, inspected = {0};
	struct manifest manifest = {.config = changes ? json(&arena, changes) : NULL};
	buf_printf(&inspected, "{\"Id\":\"sha256:1\",\"Config\":%s}", base);
	struct artifact *artifact = artifact_new(&manifest, json(&arena, inspected.data));
	json_write(&text, artifact->config);
	assert_string_equal(text.data, expected);
	artifact_free(artifact);
}

static void config_is_the_base_with_changes(void **state)
{
	(void)state;
	expect_config("{\"Cmd\":[\"a\"],\"Labels\":{\"x\":\"1\"},\"Odd\":7}", NULL,
		      "{\"Cmd\":[\"a\"],\"Labels\":{\"x\":\"1\"},\"Odd\":7}");
	expect_config("{\"Cmd\":[\"a\"],\"Env\":[\"A=1\",\"B=x=y\"]}",
		      "{\"Env\":{\"C\":\"3\",\"A\":\"2\"}}",
		      "{\"Cmd\":[\"a\"],\"Env\":[\"A=2\",\"B=x=y\",\"C=3\"]}");
	expect_config("{\"Cmd\":[\"a\"],\"Labels\":null}", "{\"Labels\":{\"k\":\"v\"}}",
		      "{\"Cmd\":[\"a\"],\"Labels\":{\"k\":\"v\"}}");
	expect_config("{\"Cmd\":[\"a\"],\"Healthcheck\":{\"Test\":[\"CMD\",\"x\"],\"Retries\":3}}",
		      "{\"Healthcheck\":{\"Test\":[\"NONE\"]}}",
		      "{\"Cmd\":[\"a\"],\"Healthcheck\":{\"Test\":[\"NONE\"],\"Retries\":3}}");
}

static void a_new_entrypoint_drops_the_command(void **state)
{
	(void)state;
	expect_config("{\"Cmd\":[\"a\"],\"Entrypoint\":null}", "{\"Entrypoint\":[\"b\"]}",
		      "{\"Cmd\":null,\"Entrypoint\":[\"b\"]}");
	expect_config("{\"Cmd\":[\"a\"],\"Entrypoint\":null}",
		      "{\"Entrypoint\":[\"b\"],\"Cmd\":[\"c\"]}",
		      "{\"Cmd\":[\"c\"],\"Entrypoint\":[\"b\"]}");
}

/* Docker fills an entrypoint that is null with the build container's: it must be given. */
static void neither_command_nor_entrypoint(void **state)
{
	(void)state;
	expect_config("{\"Cmd\":null,\"Entrypoint\":null}", NULL,
		      "{\"Cmd\":null,\"Entrypoint\":[]}");
	expect_config("{\"Cmd\":[\"a\"]}", "{\"Cmd\":[]}", "{\"Cmd\":[],\"Entrypoint\":[]}");
}

struct disguise {
	const char *base;
	bool as_command, as_root, no_healthcheck;
};

static void the_container_differs_only_where_the_base_is_not_empty(void **state)
{
	static const struct disguise cases[] = {
		{"{\"Cmd\":[\"a\"]}", true, false, false},
		{"{\"Cmd\":[\"a\"],\"Entrypoint\":[\"e\"],\"User\":\"app\"}", false, true, false},
		{"{\"Entrypoint\":[\"e\"],\"Healthcheck\":{\"Test\":[\"CMD\"]}}", false, false,
		 true},
		{"{\"User\":\"\"}", false, false, false},
	};
	static const char *const agent[] = {"/tools/agent", NULL};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_buf struct buf text = {0};
		struct manifest manifest = {0};
		struct engine_container container = {0};
		buf_printf(&text, "{\"Id\":\"x\",\"Config\":%s}", cases[i].base);
		struct artifact *artifact = artifact_new(&manifest, json(&arena, text.data));
		artifact_disguise(artifact, agent, &container);
		assert_ptr_equal(container.command,
				 cases[i].as_command ? agent : container.command);
		assert_int_equal(container.entrypoint == agent, !cases[i].as_command);
		assert_int_equal(container.command == agent, cases[i].as_command);
		assert_int_equal(container.user != NULL, cases[i].as_root);
		assert_int_equal(container.no_healthcheck, cases[i].no_healthcheck);
		artifact_free(artifact);
	}
}

static const char *variable(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (strncmp(*list, name, strlen(name)) == 0 && (*list)[strlen(name)] == '=')
			return *list + strlen(name) + 1;
	return NULL;
}

static void steps_inherit_from_base_and_manifest(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct manifest manifest = {.env = json(&arena, "{\"B\":\"m\",\"C\":\"m\"}")};
	struct step step = {.env = json(&arena, "{\"C\":\"s\"}")};
	struct artifact *artifact = artifact_new(
		&manifest, json(&arena, "{\"Id\":\"x\",\"Config\":{\"Env\":[\"A=b\",\"B=b\"],"
					"\"User\":\"app\",\"WorkingDir\":\"/srv\"}}"));
	const char *const *env = artifact_environment(artifact, &step, NULL, &arena);
	assert_string_equal(variable(env, "A"), "b");
	assert_string_equal(variable(env, "B"), "m");
	assert_string_equal(variable(env, "C"), "s");
	assert_non_null(variable(env, "PATH"));
	assert_string_equal(artifact->user, "app");
	assert_string_equal(artifact->workdir, "/srv");
	artifact_free(artifact);
	manifest.user = "root";
	manifest.workdir = "/";
	artifact = artifact_new(&manifest, json(&arena, "{\"Id\":\"x\",\"Config\":{}}"));
	assert_string_equal(artifact->user, "root");
	artifact_free(artifact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_is_the_base_with_changes),
		cmocka_unit_test(a_new_entrypoint_drops_the_command),
		cmocka_unit_test(neither_command_nor_entrypoint),
		cmocka_unit_test(the_container_differs_only_where_the_base_is_not_empty),
		cmocka_unit_test(steps_inherit_from_base_and_manifest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
