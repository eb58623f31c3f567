#include "tests/unit/check.h"

#include "agent/render/render.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"

static char *scratch;

static int make_scratch(void **state)
{
	(void)state;
	char name[] = "/tmp/factory-test-XXXXXX";
	scratch = mem_strdup(mkdtemp(name));
	return 0;
}

static int drop_scratch(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	int status = file_remove_tree(scratch, &err);
	free(scratch);
	return status;
}

static int read_config(struct arena *arena, const char *name, const char *text,
		       struct render_settings *settings, struct error *err)
{
	autofree char *path = mem_printf("%s/%s", scratch, name);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, err),
			 0);
	return render_config(path, arena, settings, err);
}

static void a_template_has_all_its_keys(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct render_settings settings;
	assert_int_equal(read_config(&arena, "c.hcl",
				     "template {\n"
				     "source = \"s\" destination = \"d\" perms = 0640\n"
				     "command = [\"a\", \"b c\"] user = \"u\" group = 7\n"
				     "left_delimiter = \"<\" right_delimiter = \">\"\n"
				     "error_on_missing_key = true create_dest_dirs = false\n"
				     "backup = true\n"
				     "}\n"
				     "template { contents = \"\" destination = \"e\" uid = 0 }\n"
				     "consul { address = \"h:1\" token = \"t\" }\nonce = true\n",
				     &settings, &err),
			 0);
	assert_int_equal(settings.count, 2);
	const struct render_template *tmpl = &settings.templates[0];
	autofree char *source = mem_printf("%s/s", scratch);
	assert_string_equal(tmpl->source, source);
	assert_string_equal(tmpl->destination, "d");
	assert_int_equal(tmpl->perms, 0640);
	assert_string_equal(tmpl->command, "a b c");
	assert_string_equal(tmpl->argv[0], "a");
	assert_string_equal(tmpl->argv[1], "b c");
	assert_null(tmpl->argv[2]);
	assert_string_equal(tmpl->user, "u");
	assert_string_equal(tmpl->group, "7");
	assert_string_equal(tmpl->left, "<");
	assert_string_equal(tmpl->right, ">");
	assert_true(tmpl->error_on_missing_key && !tmpl->create_dest_dirs && tmpl->backup);
	tmpl = &settings.templates[1];
	assert_null(tmpl->source);
	assert_string_equal(tmpl->contents, "");
	assert_int_equal(tmpl->perms, -1);
	assert_string_equal(tmpl->user, "0");
	assert_null(tmpl->command);
	assert_null(tmpl->left);
	assert_true(!tmpl->error_on_missing_key && tmpl->create_dest_dirs && !tmpl->backup);
	assert_string_equal(settings.consul_address, "h:1");
	assert_string_equal(settings.consul_token, "t");
	assert_true(settings.once);
	assert_int_equal(settings.ignored->list.len, 0);
}

#define TEMPLATE(keys) "template { contents = \"\" destination = \"d\" " keys " }"

static void other_spellings_mean_the_same(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text;
		int perms;
		const char *command, *left, *address;
		bool is_list;
	} cases[] = {
		{"c.hcl", TEMPLATE("perms = \"0600\""), 0600, NULL, NULL, NULL, false},
		{"c.hcl", TEMPLATE("perms = \"600\""), 0600, NULL, NULL, NULL, false},
		{"c.hcl", TEMPLATE("perms = 0"), -1, NULL, NULL, NULL, false},
		{"c.hcl", TEMPLATE("command = \"a b\""), -1, "a b", NULL, NULL, false},
		{"c.hcl", TEMPLATE("command = [\"a b\"]"), -1, "a b", NULL, NULL, false},
		{"c.hcl", TEMPLATE("command = []"), -1, NULL, NULL, NULL, false},
		{"c.hcl", TEMPLATE("command = \"\""), -1, NULL, NULL, NULL, false},
		{"c.hcl", TEMPLATE("exec { command = [\"a\", \"b\"] }"), -1, "a b", NULL, NULL,
		 true},
		{"c.hcl", "default_delimiters { left = \"<\" }" TEMPLATE(""), -1, NULL, "<", NULL,
		 false},
		{"c.hcl", TEMPLATE("left_delimiter = \"[\"") "default_delimiters { left = \"<\" }",
		 -1, NULL, "[", NULL, false},
		{"c.hcl", TEMPLATE("left_delimiter = \"\""), -1, NULL, NULL, NULL, false},
		{"c.hcl", "consul = \"h:1\" " TEMPLATE(""), -1, NULL, NULL, "h:1", false},
		{"c.hcl", "consul { address = \"h:1\" ssl { enabled = false } }" TEMPLATE(""), -1,
		 NULL, NULL, "h:1", false},
		{"c.json", "{\"template\":{\"contents\":\"\",\"destination\":\"d\"}}", -1, NULL,
		 NULL, NULL, false},
		{"c.json",
		 "{\"consul\":{\"address\":\"h:1\"},\"template\":[{\"contents\":\"\","
		 "\"destination\":\"d\",\"perms\":\"0600\",\"command\":[\"a\",\"b\"]}]}",
		 0600, "a b", NULL, "h:1", true},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		struct render_settings settings;
		read_config(&arena, cases[i].name, cases[i].text, &settings, &err);
		expect_no_error(&err);
		assert_int_equal(settings.count, 1);
		const struct render_template *tmpl = settings.templates;
		assert_int_equal(tmpl->perms, cases[i].perms);
		assert_int_equal(!!tmpl->argv, cases[i].is_list);
		const char *const pairs[][2] = {{tmpl->command, cases[i].command},
						{tmpl->left, cases[i].left},
						{settings.consul_address, cases[i].address}};
		for (size_t p = 0; p < COUNT_OF(pairs); p++) {
			assert_int_equal(!pairs[p][0], !pairs[p][1]);
			if (pairs[p][0])
				assert_string_equal(pairs[p][0], pairs[p][1]);
		}
	}
}

static void mistakes_have_positions(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text, *error;
	} cases[] = {
		{"c.hcl", "tempalte {}",
		 "c.hcl:1:1: unknown key 'tempalte' in the configuration: did you mean "
		 "'template'?"},
		{"c.hcl", "zzzzzz = 1", "c.hcl:1:1: unknown key 'zzzzzz' in the configuration"},
		{"c.hcl", "\ntemplate { permz = 1 }",
		 "c.hcl:2:12: unknown key 'permz' in a template: did you mean 'perms'?"},
		{"c.hcl", "consul { tokn = 1 }",
		 "c.hcl:1:10: unknown key 'tokn' in the consul block: did you mean 'token'?"},
		{"c.hcl", "template { exec { comand = 1 } }", "unknown key 'comand' in an exec"},
		{"c.hcl", "default_delimiters { lft = 1 }", "did you mean 'left'?"},
		{"c.hcl", "template {}", "c.hcl:1:10: 'template' needs a source, or contents"},
		{"c.hcl", "template { source = \"\" destination = \"d\" }", "needs a source"},
		{"c.hcl", "template { source = \"s\" }",
		 "c.hcl:1:10: 'template' needs a destination"},
		{"c.hcl", TEMPLATE("source = \"s\""), "has a source and contents"},
		{"c.hcl", "template = 1", "c.hcl:1:12: 'a template' must be a block"},
		{"c.hcl", "template = [1]", "c.hcl:1:13: 'a template' must be a block"},
		{"c.hcl", "consul = 1", "'the consul block' must be a block"},
		{"c.hcl", "consul { address = 1 }", "c.hcl:1:20: 'address' must be a string"},
		{"c.hcl", "template { contents = true }",
		 "c.hcl:1:23: 'contents' must be a string"},
		{"c.hcl", "template { source = \"a\\x00b\" }", "'source' must not hold a NUL"},
		{"c.hcl", TEMPLATE("command = [\"a\", 1]"), "'command' must be a string"},
		{"c.hcl", TEMPLATE("command = 1"), "'command' must be a string"},
		{"c.hcl", TEMPLATE("user = true"), "'user' must be a string"},
		{"c.hcl", TEMPLATE("backup = \"yes\""), "'backup' must be true or false"},
		{"c.hcl", TEMPLATE("perms = 640"), "'perms' must be octal: \"0640\""},
		{"c.hcl", TEMPLATE("perms = \"rw\""), "'perms' must be octal"},
		{"c.hcl", TEMPLATE("perms = \"-1\""), "'perms' must be octal"},
		{"c.hcl", TEMPLATE("perms = \"\""), "'perms' must be octal"},
		{"c.hcl", TEMPLATE("perms = 0x1ff"), "'perms' must be octal"},
		{"c.hcl", TEMPLATE("perms = 0888"), "is no number"},
		{"c.hcl", TEMPLATE("perms = 010000"), "'perms' must be octal"},
		{"c.json", "{\"template\":{\"perms\":420}}", "c.json: 'perms' must be octal"},
		{"c.json", "{\"template\":{", "c.json:1:"},
		{"c.hcl", "exec { command = \"x\" }", "c.hcl:1:1: 'exec' is not supported"},
		{"c.hcl", TEMPLATE("function_denylist = [\"env\"]"),
		 "'function_denylist' is not supported"},
		{"c.hcl", TEMPLATE("sandbox_path = \"/x\""), "'sandbox_path' is not supported"},
		{"c.hcl", "consul { auth { username = \"x\" } }",
		 "c.hcl:1:10: 'auth' is not supported"},
		{"c.hcl", "consul { ssl { enabled = true } }",
		 "'ssl' is not supported: use an address with https://"},
		{"c.hcl", "consul { ssl { ca_cert = \"x\" } }", "'ssl' is not supported"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		struct render_settings settings;
		if (read_config(&arena, cases[i].name, cases[i].text, &settings, &err) == 0)
			fail_msg("no error for %s", cases[i].text);
		expect_error(&err, cases[i].error);
	}
}

static void what_has_no_effect_is_listed(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct render_settings settings;
	static const char *const expected[] = {
		"c.hcl:1:1: 'wait' is ignored: it is for watching",
		"c.hcl:2:1: 'vault' is ignored: Vault is not asked yet",
		"c.hcl:3:44: 'wait' is ignored: it is for watching",
		"c.hcl:4:10: 'retry' is ignored: a request that failed is an error",
	};
	assert_int_equal(read_config(&arena, "c.hcl",
				     "wait { min = \"5s\" }\nvault { anything = [1] }\n" TEMPLATE(
					     "wait = \"1s\"") "\nconsul { retry {} }",
				     &settings, &err),
			 0);
	assert_int_equal(settings.ignored->list.len, COUNT_OF(expected));
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		assert_string_equal(value_text(settings.ignored->list.items[i]) + strlen(scratch) +
					    1,
				    expected[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_template_has_all_its_keys),
		cmocka_unit_test(other_spellings_mean_the_same),
		cmocka_unit_test(mistakes_have_positions),
		cmocka_unit_test(what_has_no_effect_is_listed),
	};
	return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
