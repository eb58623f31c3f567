#include "tests/unit/check.h"

#include "agent/render/config/flags.h"
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
	render_settings_init(settings, arena);
	if (render_config(path, arena, settings, err) < 0)
		return -1;
	return render_settings_finish(settings, err);
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
	assert_string_equal(tmpl->exec.command, "a b c");
	assert_string_equal(tmpl->exec.argv[0], "a");
	assert_string_equal(tmpl->exec.argv[1], "b c");
	assert_null(tmpl->exec.argv[2]);
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
	assert_null(tmpl->exec.command);
	assert_null(tmpl->left);
	assert_true(!tmpl->error_on_missing_key && tmpl->create_dest_dirs && !tmpl->backup);
	assert_string_equal(settings.consul.address, "h:1");
	assert_string_equal(settings.consul.token, "t");
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
		assert_int_equal(!!tmpl->exec.argv, cases[i].is_list);
		const char *const pairs[][2] = {{tmpl->exec.command, cases[i].command},
						{tmpl->left, cases[i].left},
						{settings.consul.address, cases[i].address}};
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
		{"c.hcl", "vault { k8s_auth_role_name = \"x\" }",
		 "c.hcl:1:9: 'k8s_auth_role_name' is not supported: log in"},
		{"c.hcl", "consul { retry { atempts = 1 } }",
		 "unknown key 'atempts' in a retry block: did you mean 'attempts'?"},
		{"c.hcl", "consul { retry { attempts = -1 } }",
		 "'attempts' must be a whole number"},
		{"c.hcl", "consul { retry { attempts = \"x\" } }",
		 "'attempts' must be a whole number"},
		{"c.hcl", "consul { retry { backoff = \"5\" } }", "'backoff' must be a duration"},
		{"c.hcl", "consul { retry { backoff = 5 } }", "'backoff' must be a duration"},
		{"c.hcl", "consul { ssl { verify = \"maybe\" } }",
		 "'verify' must be true or false"},
		{"c.hcl", "wait = \"5s:1s\"", "'wait' has a minimum above its maximum"},
		{"c.hcl", "wait = \"x\"", "'wait' must be MIN or MIN:MAX"},
		{"c.hcl", "wait { mn = \"1s\" }",
		 "unknown key 'mn' in a wait: did you mean 'min'?"},
		{"c.hcl", "kill_signal = \"SIGNOPE\"", "'kill_signal' must be a signal's name"},
		{"c.hcl", "missing = \"never\"", "'missing' must be fail, wait or empty"},
		{"c.hcl", "log_file { log_rotate_bytes = \"many\" }",
		 "'log_rotate_bytes' must be a whole number"},
		{"c.hcl", "exec { env { custom = [1] } }", "'custom' must be a string"},
		{"c.hcl", "exec { env { pristin = true } }",
		 "unknown key 'pristin' in an env block: did you mean 'pristine'?"},
		{"c.hcl", "directory { source = \"s\" }",
		 "'directory' needs a source and a destination"},
		{"c.hcl", "kv = \"f\" consul = \"h:1\"", "from kv or from Consul, not from both"},
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
		"c.hcl:1:9: 'enabled' is ignored: Vault is asked when a template wants a secret",
		"c.hcl:2:15: 'max_stale' is ignored: that of the configuration is used",
	};
	assert_int_equal(read_config(&arena, "c.hcl",
				     "vault { enabled = true }\n"
				     "deduplicate { max_stale = \"1s\" }",
				     &settings, &err),
			 0);
	assert_int_equal(settings.ignored->list.len, COUNT_OF(expected));
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		assert_string_equal(value_text(settings.ignored->list.items[i]) + strlen(scratch) +
					    1,
				    expected[i]);
}

static void all_stanzas_are_read(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct render_settings s;
	read_config(
		&arena, "c.hcl",
		"consul {\n"
		"  address = \"c:1\" namespace = \"team\"\n"
		"  auth { username = \"u\" password = \"p\" enabled = true }\n"
		"  retry { enabled = false attempts = 3 backoff = \"1s\" max_backoff = \"2m\" }\n"
		"  ssl { verify = false ca_cert = \"ca\" cert = \"c\" key = \"k\" "
		"server_name = \"n\" }\n"
		"  transport { dial_timeout = \"1m30s\" disable_keep_alives = true "
		"max_idle_conns_per_host = 7 }\n"
		"}\n"
		"vault { address = \"v\" renew_token = false default_lease_duration = \"1h\" }\n"
		"nomad { address = \"n\" region = \"eu\" }\n"
		"exec { command = [\"a\", \"b\"] splay = \"5s\" kill_signal = \"SIGQUIT\"\n"
		"  kill_timeout = \"2s\" reload_signal = \"HUP\"\n"
		"  env { pristine = true custom = [\"A=1\"] allowlist = [\"P*\"] } }\n"
		"wait { min = \"2s\" max = \"10s\" }\n"
		"log_level = \"debug\" log_file { path = \"l\" log_rotate_bytes = 1000 "
		"log_rotate_max_files = -1 }\n"
		"syslog { enabled = true facility = \"LOCAL5\" name = \"me\" }\n"
		"deduplicate { enabled = true prefix = \"d/\" }\n"
		"max_stale = \"10m\" block_query_wait = \"20s\" kill_signal = \"SIGTERM\"\n"
		"reload_signal = \"\" pid_file = \"p\" err_on_failed_lookup = true\n"
		"after { command = \"done\" }\n"
		"directory { source = \"in\" destination = \"out\" purge = true perms = 0600 }\n"
		"template { contents = \"\" destination = \"d\" wait = \"1s\" check = \"ok\"\n"
		"  function_denylist = [\"env\", \"file\"] sandbox_path = \"/x\" "
		"command_timeout = \"3s\" }\n"
		"template { contents = \"\" destination = \"e\" }\n",
		&s, &err);
	expect_no_error(&err);
	assert_string_equal(s.consul.address, "c:1");
	assert_string_equal(s.consul.namespace, "team");
	assert_true(s.consul.auth_enabled && !s.consul.retry.enabled && s.consul.tls.enabled);
	assert_int_equal(s.consul.retry.attempts, 3);
	assert_int_equal(s.consul.retry.max_backoff_ms, 120000);
	assert_false(s.consul.tls.verify);
	assert_string_equal(s.consul.tls.server_name, "n");
	assert_int_equal(s.consul.transport.dial_timeout_ms, 90000);
	assert_int_equal(s.consul.transport.max_connections, 7);
	assert_false(s.vault.renew_token);
	assert_int_equal(s.vault.default_lease_ms, 3600000);
	assert_true(s.vault.retry.enabled && s.vault.tls.verify && !s.vault.tls.enabled);
	assert_string_equal(s.nomad.region, "eu");
	assert_string_equal(s.exec.command, "a b");
	assert_int_equal(s.exec.kill_signal, SIGQUIT);
	assert_int_equal(s.exec.reload_signal, SIGHUP);
	assert_int_equal(s.exec.kill_timeout_ms, 2000);
	assert_true(s.exec.environment.pristine);
	assert_string_equal(s.exec.environment.custom[0], "A=1");
	assert_null(s.exec.environment.deny);
	assert_int_equal(s.log.rotate_bytes, 1000);
	assert_int_equal(s.log.max_files, -1);
	assert_string_equal(s.log.facility, "LOCAL5");
	assert_true(s.dedup.enabled && s.log.syslog);
	assert_int_equal(s.max_stale_ms, 600000);
	assert_int_equal(s.block_query_wait_ms, 20000);
	assert_int_equal(s.kill_signal, SIGTERM);
	assert_int_equal(s.reload_signal, 0);
	assert_int_equal(s.missing, MISSING_FAIL);
	assert_string_equal(s.after.command, "done");
	assert_int_equal(s.directory_count, 1);
	assert_true(s.directories[0].purge && s.directories[0].each.perms == 0600);
	assert_int_equal(s.templates[0].wait.min_ms, 1000);
	assert_int_equal(s.templates[0].wait.max_ms, 4000);
	assert_string_equal(s.templates[0].check, "ok");
	assert_string_equal(s.templates[0].denylist[1], "file");
	assert_int_equal(s.templates[0].exec.timeout_ms, 3000);
	assert_int_equal(s.templates[1].wait.max_ms, 10000);
	assert_true(s.templates[1].wait.enabled);
}

/* Flags go over configurations, whatever their order; both dashes and both forms are taken. */
static void flags_go_over_the_configuration(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct render_settings settings;
	struct render_flags asked;
	autofree char *path = mem_printf("%s/f.hcl", scratch);
	static const char text[] = "consul { address = \"file:1\" token = \"t\" }\n"
				   "template { contents = \"\" destination = \"d\" }\n";
	assert_int_equal(
		file_replace(path, text, sizeof text - 1, 0600, (uid_t)-1, (gid_t)-1, &err), 0);
	char *argv[] = {"render",
			"-consul-addr=flag:2",
			"--consul-retry-attempts",
			"7",
			"-wait",
			"1s:3s",
			"-template",
			"a:b:c d",
			"-vault-ssl-verify=false",
			"-exec-env-custom=A=1",
			"-exec-env-custom=B=2",
			"-log-file=l",
			"-once",
			"-consul-auth=u:p",
			"-config",
			path,
			NULL};
	int argc = (int)COUNT_OF(argv) - 1;
	render_command_line(argc, argv, &arena, &settings, &asked, &err);
	expect_no_error(&err);
	assert_string_equal(settings.consul.address, "flag:2");
	assert_string_equal(settings.consul.token, "t");
	assert_int_equal(settings.consul.retry.attempts, 7);
	assert_string_equal(settings.consul.username, "u");
	assert_string_equal(settings.consul.password, "p");
	assert_int_equal(settings.count, 2);
	assert_string_equal(settings.templates[1].exec.command, "c d");
	assert_int_equal(settings.templates[0].wait.max_ms, 3000);
	assert_false(settings.vault.tls.verify);
	assert_string_equal(settings.exec.environment.custom[1], "B=2");
	assert_string_equal(settings.log.file, "l");
	assert_true(settings.once && settings.missing == MISSING_FAIL);
}

static void wrong_flags_are_told(void **state)
{
	(void)state;
	static const struct {
		const char *flag, *value, *error;
		int code;
	} cases[] = {
		{"-consul-adr", "x", "unknown flag -consul-adr: did you mean -consul-addr?",
		 CODE_FLAGS},
		{"-wait", "soon", "-wait: 'wait' must be MIN or MIN:MAX", CODE_FLAGS},
		{"-once=perhaps", NULL, "-once: 'once' must be true or false", CODE_FLAGS},
		{"-template", "a", "-template takes SOURCE:DESTINATION[:COMMAND]", CODE_FLAGS},
		{"-missing", "x", "-missing: 'missing' must be fail, wait or empty", CODE_FLAGS},
		{"-config", "/nowhere.hcl", "can't open /nowhere.hcl", CODE_CONFIG},
		{"-consul-addr", NULL, "-consul-addr needs a value: ADDR", CODE_FLAGS},
		{"stray", NULL, "unexpected argument 'stray'", CODE_FLAGS},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		struct render_settings settings;
		struct render_flags asked;
		char *argv[] = {"render", (char *)cases[i].flag, (char *)cases[i].value, NULL};
		int argc = cases[i].value ? 3 : 2;
		assert_int_equal(render_command_line(argc, argv, &arena, &settings, &asked, &err),
				 -1);
		assert_int_equal(err.exit_code, cases[i].code);
		expect_error(&err, cases[i].error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_template_has_all_its_keys),
		cmocka_unit_test(other_spellings_mean_the_same),
		cmocka_unit_test(mistakes_have_positions),
		cmocka_unit_test(what_has_no_effect_is_listed),
		cmocka_unit_test(all_stanzas_are_read),
		cmocka_unit_test(flags_go_over_the_configuration),
		cmocka_unit_test(wrong_flags_are_told),
	};
	return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
