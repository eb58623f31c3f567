#include "tests/unit/manifest_fixture.h"

#include "common/json.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/manifest/manifest.h"
#include "host/manifest/secrets.h"

#include <sys/stat.h>

static struct manifest *expect_manifest(const char *text)
{
	struct error err = {0};
	struct manifest *manifest = read_text(text, NULL, &err);
	expect_no_error(&err);
	return manifest;
}

static void steps_in_all_forms(void **state)
{
	(void)state;
	struct manifest *manifest =
		expect_manifest("image: base\n"
				"install: [one, {run: two, name: second, timeout: 2m}]\n"
				"before_install: first\n"
				"script:\n"
				"  - |\n"
				"    several\n"
				"    lines\n"
				"  - 42\n");
	assert_int_equal(manifest->install.count, 3);
	assert_string_equal(manifest->install.items[0].run, "first");
	assert_string_equal(manifest->install.items[2].name, "second");
	assert_int_equal(manifest->install.items[2].timeout_ms, 120000);
	assert_int_equal(manifest->install.items[2].at.line, 2);
	assert_int_equal(manifest->install.items[2].at.column, 16);
	assert_string_equal(manifest->tests.items[0].name, "several");
	assert_string_equal(manifest->tests.items[0].run, "several\nlines\n");
	assert_string_equal(manifest->tests.items[1].run, "42");
	manifest_free(manifest);
}

/* Files beside the manifest, and white-space control in its first line. */
static void groups_are_numbered(void **state)
{
	static const struct {
		const char *run, *branch_name;
		unsigned group, branch;
	} expected[] = {
		{"a", NULL, 0, 0}, {"b", "b", 1, 1}, {"c", "named", 1, 2}, {"d", "named", 1, 2},
		{"e", "e", 1, 3},  {"f", "e", 1, 3}, {"g", "g", 2, 4},     {"h", NULL, 0, 0},
	};
	(void)state;
	struct error err = {0};
	struct manifest *manifest =
		read_text("image: x\ninstall:\n- a\n- parallel: [b, {name: named, steps: [c, {run: "
			  "d}]}, [{run: e}, f]]\n- parallel: [g]\n- h\n",
			  NULL, &err);
	expect_no_error(&err);
	assert_int_equal(manifest->install.count, COUNT_OF(expected));
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		const struct step *step = &manifest->install.items[i];
		assert_string_equal(step->run, expected[i].run);
		assert_int_equal(step->group, expected[i].group);
		assert_int_equal(step->branch, expected[i].branch);
		assert_string_equal(step->branch_name ? step->branch_name : "",
				    expected[i].branch_name ? expected[i].branch_name : "");
	}
	manifest_free(manifest);
}

static void other_files(void **state)
{
	struct error err = {0};
	(void)state;
	write_file("steps.j2", "install:\n  - one\n  - two\n");
	write_file("wrong.j2", "install:\n  - {{ version }}\n");
	write_file("odd.j2", "instal: [x]\n");
	struct manifest *manifest = expect_manifest("# jinja: trim_blocks lstrip_blocks\n"
						    "image: base\n"
						    "  {% include 'steps.j2' %}\n");
	assert_int_equal(manifest->install.count, 2);
	assert_string_equal(manifest->install.items[1].run, "two");
	assert_int_equal(manifest->install.items[1].at.line, 3);
	manifest_free(manifest);
	assert_null(read_text("image: base\n{% include 'wrong.j2' %}\n", NULL, &err));
	expect_error(&err, "wrong.j2:2:8: 'version' is undefined");
	assert_null(read_text("image: base\n{% include 'odd.j2' %}\n", NULL, &err));
	expect_error(&err, "m.yml:2:4: ");
	assert_null(read_text("image: base\n{% include '../m.yml' %}\n", NULL, &err));
	expect_error(&err, "m.yml:2:12: '../m.yml' is no name of a template");
}

static void everything_else(void **state)
{
	(void)state;
	struct manifest *manifest = expect_manifest(
		"language: python\n"
		"env: [A=1, B=x=y]\n"
		"kv: {a/b: 1, a: {c: true}}\n"
		"consul: {address: 'h:1', route: direct}\n"
		"files: conf\n"
		"copy:\n"
		"  - conf:/etc/conf\n"
		"  - {source: m.yml, destination: /x, mode: 0600}\n"
		"network: none\n"
		"config: {cmd: echo hi, expose: [80], healthcheck: {test: [a], interval: 2s}}\n");
	auto_buf struct buf json = {0};
	assert_string_equal(manifest->image, "python:3");
	assert_string_equal(value_text(value_get(manifest->env, "B")), "x=y");
	json_write(&json, manifest->kv);
	assert_string_equal(json.data, "{\"a/b\":\"1\",\"a/c\":\"true\"}");
	assert_true(manifest->consul_direct);
	assert_int_equal(manifest->copy_count, 2);
	assert_string_equal(manifest->copies[0].destination, "/etc/conf");
	assert_int_equal(manifest->copies[1].mode, 0600);
	buf_clear(&json);
	json_write(&json, manifest->config);
	assert_string_equal(
		json.data,
		"{\"Cmd\":[\"/bin/sh\",\"-c\",\"echo hi\"],\"ExposedPorts\":{\"80/tcp\":{}},"
		"\"Healthcheck\":{\"Test\":[\"CMD\",\"a\"],\"Interval\":2000000000}}");
	manifest_free(manifest);
}

static void refused_at_their_place(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"install: x\n", "no base image"},
		{"- a\n", "m.yml:1:1: the manifest must be a map, this is a list"},
		{"image: [x]\n", "m.yml:1:8: 'image' must be a single value, this is a list"},
		{"image: x\ninstall: [{name: y}]\n", "m.yml:2:11: a step needs a command"},
		{"image: x\ninstall: ['']\n", "m.yml:2:11: a step's command is empty"},
		{"image: x\ninstall: [{run: y, timeout: soon}]\n",
		 "m.yml:2:29: 'timeout' must be a duration"},
		{"image: x\nenv: 5\n", "m.yml:2:6: 'env' must be a map of names and values"},
		{"image: x\nenv: [A]\n",
		 "m.yml:2:7: an entry of a list of variables is NAME=VALUE"},
		{"image: x\nworkdir: here\n", "m.yml:2:10: 'workdir' must be an absolute path"},
		{"image: x\ncopy: nowhere:/x\n", "m.yml:2:7: there is no nowhere to copy"},
		{"image: x\ncopy: {source: conf, destination: /x, mode: 9}\n",
		 "m.yml:2:45: 'mode' must be octal"},
		{"image: x\nkv: {a: [1]}\n", "m.yml:2:"},
		{"image: x\nconsul: {route: magic}\n",
		 "m.yml:2:17: 'route' is 'driver' or 'direct'"},
		{"image: x\nconfig: {entripoint: y}\n",
		 "m.yml:2:10: unknown key 'entripoint' in 'config': did you mean 'entrypoint'?"},
		{"language: pyhton\n", "m.yml:1:11: no base image is known for the language "
				       "'pyhton': did you mean 'python'?"},
		{"{% if a %}\n", "m.yml:"},
		{"image: x\ninstall: [{parallel: []}]\n",
		 "m.yml:2:22: 'parallel' is a list of branches"},
		{"image: x\ninstall: [{parallel: [y, []]}]\n", "m.yml:2:26: a branch needs a step"},
		{"image: x\ninstall: [{parallel: [y], name: z}]\n",
		 "m.yml:2:22: a group has only 'parallel'"},
		{"image: x\ninstall: [{parallel: [{parallel: [y]}]}]\n",
		 "m.yml:2:23: a branch can't hold a group"},
		{"image: x\ninstall: [{parallel: [{steps: y, user: z}]}]\n",
		 "m.yml:2:34: unknown key 'user' in a branch"},
		{"image: x\nscript: [{parallel: [y]}]\n",
		 "m.yml:2:10: 'parallel' is for install steps"},
		{"image: x\nimage: y\n", "m.yml:2:1: YAML: the key 'image' is there twice"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error err = {0};
		assert_null(read_text(cases[i].text, NULL, &err));
		assert_int_equal(err.exit_code, EXIT_MANIFEST);
		expect_error(&err, cases[i].error);
	}
}

/* Jinja2 moved the lines: errors must not follow it. */
static void places_survive_rendering(void **state)
{
	static const char text[] = "image: x\n"
				   "install:\n"
				   "{% for i in range(5) %}\n"
				   "  - echo {{ i }}\n"
				   "  # between\n"
				   "{% endfor %}\n"
				   "instal: y\n";
	(void)state;
	struct error err = {0};
	assert_null(read_text(text, NULL, &err));
	expect_error(&err, "m.yml:7:1: unknown key 'instal'");
	struct manifest *manifest = expect_manifest("image: x\n"
						    "install:\n"
						    "{% for i in range(5) %}\n"
						    "  - echo {{ i }}\n"
						    "{% endfor %}\n");
	assert_int_equal(manifest->install.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(manifest->install.items[i].at.line, 4);
	manifest_free(manifest);
}

static void facts_are_gathered_from_the_image_it_names(void **state)
{
	(void)state;
	char *asked = NULL;
	struct manifest_facts facts = {.gather = gather, .ctx = &asked};
	struct manifest_options options = {.facts = &facts};
	struct error err = {0};
	struct manifest *manifest =
		read_text("image: x\ninstall: echo {{ facts.os.id }}\n", &options, &err);
	expect_no_error(&err);
	assert_string_equal(manifest->install.items[0].run, "echo plan9");
	assert_string_equal(asked, "x");
	manifest_free(manifest);
	free(STEAL(asked));
	manifest = read_text("image: x\ninstall: echo\n", &options, &err);
	assert_null(asked); /* no template reads them: nothing is started */
	manifest_free(manifest);
}

static void languages_can_be_configured(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct value *languages = value_map(&arena);
	value_set(&arena, languages, "python", value_string(&arena, "mine:1"));
	struct manifest_options options = {.languages = languages};
	struct error err = {0};
	struct manifest *manifest = read_text("language: python\n", &options, &err);
	assert_string_equal(manifest->image, "mine:1");
	manifest_free(manifest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_in_all_forms),
		cmocka_unit_test(groups_are_numbered),
		cmocka_unit_test(other_files),
		cmocka_unit_test(everything_else),
		cmocka_unit_test(refused_at_their_place),
		cmocka_unit_test(places_survive_rendering),
		cmocka_unit_test(facts_are_gathered_from_the_image_it_names),
		cmocka_unit_test(languages_can_be_configured),
	};
	return cmocka_run_group_tests(tests, make_directory, drop_directory);
}
