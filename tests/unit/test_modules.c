#include "tests/unit/manifest_fixture.h"
#include "tests/unit/shipped.h"

#include "host/modules/lookup.h"
#include "host/modules/module.h"
#include "host/modules/pack.h"

static const char web[] = "name: web\n"
			  "version: 1.10\n"
			  "description: a test\n"
			  "parameters:\n"
			  "  port: {type: integer, default: 80}\n"
			  "  ratio: {type: number}\n"
			  "  root: {type: string, required: true, pattern: '/.*'}\n"
			  "  level: {type: string, enum: [info, '1.0'], default: info}\n"
			  "  debug: {type: boolean, default: false}\n"
			  "  names: {type: list, default: [a, b]}\n"
			  "  more: {type: map}\n"
			  "  any:\n"
			  "files: conf\n"
			  "copy: [\"plain:/etc/plain\"]\n"
			  "kv: {web: {port: '{{ params.port }}', own: 1}}\n"
			  "install:\n"
			  "{%- for name in params.names %}\n"
			  "  - echo {{ name }} {{ params.port + 1 }} {{ params.root }}\n"
			  "{%- endfor %}\n"
			  "script:\n"
			  "  - {run: 'test {{ params.any is none }}', name: web}\n";

static void make_web(const char *text)
{
	struct error err = {0};
	assert_int_equal(file_make_parents("modules/web/conf/x", &err), 0);
	write_file("modules/web/module.yml", text);
	write_file("modules/web/plain", "x");
	write_file("modules/web/conf/template.hcl", "");
}

/* All problems of a manifest, a line each. */
static char *problems_of(const char *text)
{
	struct manifest_problems problems = {0};
	struct manifest_options options = {.problems = &problems};
	struct error err = {0};
	auto_buf struct buf out = {0};
	struct manifest *manifest = read_text(text, &options, &err);
	assert_true(!manifest == (problems.count > 0));
	for (size_t i = 0; i < problems.count; i++) {
		const struct manifest_problem *problem = &problems.items[i];
		buf_printf(&out, "%s:%u:%u: %s%s%s\n", problem->at.file, problem->at.line,
			   problem->at.column, problem->message, problem->hint ? ": " : "",
			   problem->hint ? problem->hint : "");
	}
	error_clear(&err);
	manifest_free(manifest);
	manifest_problems_free(&problems);
	return buf_steal(&out);
}

static void expect_problems(const char *manifest, const char *expected)
{
	autofree char *problems = problems_of(manifest);
	assert_string_equal(problems, expected);
}

static void parts_come_first_in_order(void **state)
{
	(void)state;
	struct error err = {0};
	make_web(web);
	write_file("own", "x");
	struct manifest *manifest = read_text("image: x\n"
					      "install: {run: own}\n"
					      "script: own test\n"
					      "before_install: before\n"
					      "files: conf\n"
					      "copy: own:/own\n"
					      "kv: {web: {own: 2}}\n"
					      "modules:\n"
					      "  - web: {root: /one, names: [x]}\n"
					      "  - {name: web, with: {root: /two, port: 8}}\n",
					      NULL, &err);
	expect_no_error(&err);
	static const char *const steps[] = {"before", "echo x 81 /one", "echo a 9 /two",
					    "echo b 9 /two", "own"};
	static const char *const tests[] = {"test True", "test True", "own test"};
	static const char *const roots[] = {"./modules/web/conf", "./modules/web/conf", "conf"};
	assert_int_equal(manifest->install.count, COUNT_OF(steps));
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		assert_string_equal(manifest->install.items[i].run, steps[i]);
	assert_int_equal(manifest->tests.count, COUNT_OF(tests));
	for (size_t i = 0; i < COUNT_OF(tests); i++)
		assert_string_equal(manifest->tests.items[i].run, tests[i]);
	assert_int_equal(manifest->files_count, COUNT_OF(roots));
	assert_non_null(strstr(roots[0], manifest->files[0].path));
	assert_int_equal(value_get(manifest->files[0].params, "port")->integer, 80);
	assert_int_equal(value_get(manifest->files[1].params, "port")->integer, 8);
	assert_null(manifest->files[2].params);
	assert_int_equal(manifest->copy_count, 3);
	assert_string_equal(manifest->copies[0].source, "modules/web/plain");
	assert_string_equal(manifest->copies[2].source, "own");
	assert_string_equal(value_text(value_get(manifest->kv, "web/own")), "2");
	assert_string_equal(value_text(value_get(manifest->kv, "web/port")), "8");
	assert_int_equal(manifest->module_count, 2);
	assert_string_equal(manifest->modules[1].name, "web");
	assert_string_equal(manifest->modules[1].version, "1.10");
	assert_int_equal(manifest->modules[1].source.at.line, 10);
	manifest_free(manifest);
}

static void nothing_of_its_own(void **state)
{
	(void)state;
	struct error err = {0};
	make_web(web);
	struct manifest *manifest =
		read_text("image: x\ninstall:\nmodules: [./modules/web: {root: /r}]\n", NULL, &err);
	expect_no_error(&err);
	assert_int_equal(manifest->install.count, 2);
	manifest_free(manifest);
}

static void parameters_by_position(void **state)
{
	(void)state;
	make_web(web);
	static const struct {
		const char *with, *expected;
	} cases[] = {
		{"root: /r, prot: 8",
		 "m.yml:3:21: the module web has no parameter 'prot': did you mean 'port'?\n"},
		{"root: /r, port: 8x",
		 "m.yml:3:27: the parameter 'port' must be an integer, this is "
		 "a string\n"},
		{"root: /r, port: 1.5", "m.yml:3:27: the parameter 'port' must be an integer, this "
					"is a float\n"},
		{"root: [/r]",
		 "m.yml:3:17: the parameter 'root' must be a string, this is a list\n"},
		{"root: r", "m.yml:3:17: the parameter 'root' must fit the pattern /.*\n"},
		{"root: /r, level: inf",
		 "m.yml:3:28: the parameter 'level' must be one of: info, 1.0\n"},
		{"root: /r, debug: 1",
		 "m.yml:3:28: the parameter 'debug' must be true or false, this is a integer\n"},
		{"root: /r, names: a",
		 "m.yml:3:28: the parameter 'names' must be a list, this is a string\n"},
		{"root: /r, more: [a]",
		 "m.yml:3:27: the parameter 'more' must be a map, this is a list\n"},
		{"port: 8", "m.yml:3:5: the module web needs the parameter 'root'\n"},
		{"root: ", "m.yml:3:5: the module web needs the parameter 'root'\n"},
		/* What fits. A string takes what looks like a number as it was written. */
		{"root: /r, ratio: 1, level: 1.0, debug: true, more: {a: 1}, any: [1]", ""},
		{"root: /r, ratio: 1.5, port: null, any: x", ""},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		autofree char *text =
			mem_printf("image: x\nmodules:\n  - web: {%s}\n", cases[i].with);
		expect_problems(text, cases[i].expected);
	}
}

static void entries(void **state)
{
	(void)state;
	make_web(web);
	static const struct {
		const char *entry, *expected;
	} cases[] = {
		{"wbe", "m.yml:3:5: there is no module 'wbe': did you mean 'web'?\n"},
		{"./nowhere", "m.yml:3:5: there is no module ./nowhere\n"},
		{"./conf", "m.yml:3:5: ./conf is no module: it has no module.yml\n"},
		{".web",
		 "m.yml:3:5: '.web' names no module: a name is of letters, digits, '-', '_' "
		 "and '.', a path has a slash\n"},
		{"{nmae: web, with: {}}",
		 "m.yml:3:6: unknown key 'nmae' in a module's entry: did you mean 'name'?\n"},
		{"{name: web, git: x}",
		 "m.yml:3:5: a module comes from one of `name`, `path`, `git` "
		 "or `tarball`\n"},
		{"{tag: v1, with: {}}",
		 "m.yml:3:5: a module comes from one of `name`, `path`, `git` "
		 "or `tarball`\n"},
		{"{path: ./x, tag: v1}", "m.yml:3:5: `tag` belongs to `git`\n"},
		{"{tarball: x}", "m.yml:3:5: `tarball` and `sha256` belong together\n"},
		{"{tarball: x, sha256: abc}",
		 "m.yml:3:26: 'sha256' is a digest of 64 hexadecimal digits\n"},
		{"[web]", "m.yml:3:5: 'modules' must be a single value, this is a list\n"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		autofree char *text = mem_printf("image: x\nmodules:\n  - %s\n", cases[i].entry);
		expect_problems(text, cases[i].expected);
	}
	expect_problems("image: x\ndialect: travis\nmodules: web\n",
			"m.yml:3:10: modules have no meaning in a .travis.yml\n");
}

static void errors_in_the_module(void **state)
{
	(void)state;
	static const char use[] = "image: x\nmodules:\n  - web\n";
	static const struct {
		const char *module, *expected;
	} cases[] = {
		{"name: web\ninstall:\n  - {rum: x}\n",
		 "modules/web/module.yml:3:6: unknown key 'rum' in a step: did you mean 'run'?\n"},
		{"name: web\nparametres: {}\n", "modules/web/module.yml:2:1: unknown key "
						"'parametres' in a module: did you mean "
						"'parameters'?\n"},
		{"name: web\nparameters:\n  p: {type: strin}\n",
		 "modules/web/module.yml:3:13: 'type' is 'string' or 'integer' or 'number' or "
		 "'boolean' or 'list' or 'map', not 'strin': did you mean 'string'?\n"},
		{"name: web\nparameters:\n  p: {type: integer, default: x}\n",
		 "modules/web/module.yml:3:31: the parameter 'p' must be an integer, this is a "
		 "string\n"},
		{"name: web\nparameters:\n  p: {required: true, default: x}\n",
		 "modules/web/module.yml:3:32: a parameter that is required has no default\n"},
		{"name: web\nparameters:\n  p: {pattern: 'a{9}'}\n",
		 "modules/web/module.yml:3:16: 'pattern' is an extended regular expression of at "
		 "most 200 characters, without {...} and \\1\n"},
		{"name: web\ncopy: ../web/plain:/x\n",
		 "modules/web/module.yml:2:7: '../web/plain' leaves the module's directory\n"},
		{"name: web\ncopy: /etc/passwd:/x\n",
		 "modules/web/module.yml:2:7: '/etc/passwd' leaves the module's directory\n"},
		{"name: web\ncopy: link:/x\nfiles: links\n",
		 "modules/web/module.yml:2:7: 'link' leaves the module's directory\n"
		 "modules/web/module.yml:3:8: 'links' leaves the module's directory\n"},
		{"name: web\ninstall: [{run: x, secrets: {A: HOME}}]\n",
		 "modules/web/module.yml:2:29: a module's steps get no secrets: only a manifest's "
		 "own do\n"},
		{"version: 1\n", "modules/web/module.yml:1:1: a module needs a `name`\n"},
		{"name: ../web\n", "modules/web/module.yml:1:7: a module's 'name' is of letters, "
				   "digits, '-', '_' and '.'\n"},
		{"name: web\ninstall: echo {{ params.none }}\n",
		 "modules/web/module.yml:2:24: 'dict object' has no attribute 'none'\n"},
		{"name: web\ninstall: {{ secret }}\n",
		 "modules/web/module.yml:2:13: 'secret' is undefined\n"},
		{"", "modules/web/module.yml:1:1: a module must be a map, this is a null\n"},
		{"name: web\nparameters: {a: 5}\ncopy: 5\ninstall: [rum: x]\n",
		 "modules/web/module.yml:2:17: a parameter must be a map, this is a integer\n"
		 "modules/web/module.yml:3:7: a copy is SOURCE:DESTINATION, or a map\n"
		 "modules/web/module.yml:4:11: unknown key 'rum' in a step: did you mean 'run'?\n"},
		{"name: web\nmodules: [other]\n",
		 "modules/web/module.yml:2:1: unknown key 'modules' in a module\n"},
	};
	make_web(web);
	assert_int_equal(symlink("/etc/passwd", "modules/web/link"), 0);
	assert_int_equal(symlink("/etc", "modules/web/links"), 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		make_web(cases[i].module);
		expect_problems(use, cases[i].expected);
	}
	assert_int_equal(unlink("modules/web/link"), 0);
	assert_int_equal(unlink("modules/web/links"), 0);
}

static void facts_that_are_needed(void **state)
{
	(void)state;
	char *asked = NULL;
	struct manifest_facts facts = {.gather = gather, .ctx = &asked};
	struct manifest_options options = {.facts = &facts};
	struct error err = {0};
	make_web("name: web\nfacts: [os.id]\nparameters: {id: {type: string, enum: [plan9]}}\n"
		 "install: echo {{ params.id }}\n");
	static const char text[] =
		"image: x\nmodules: [web: {id: '{{ facts.os.id }}'}]\ninstall: own\n";
	struct manifest *manifest = read_text(text, &options, &err);
	expect_no_error(&err);
	assert_string_equal(manifest->install.items[0].run, "echo plan9");
	manifest_free(manifest);
	free(STEAL(asked));
	/* Without an engine nothing is known of the value. */
	manifest = read_text(text, NULL, &err);
	expect_no_error(&err);
	manifest_free(manifest);
	make_web("name: web\nfacts: [os.name]\n");
	assert_null(read_text("image: x\nmodules: [web]\n", &options, &err));
	expect_error(&err, "m.yml:2:11: the module web needs the fact 'os.name', which the base "
			   "image does not have");
	free(asked);
}

static void the_test_of_a_module(void **state)
{
	(void)state;
	struct manifest_testing testing = {0};
	struct manifest_options options = {.testing = &testing};
	struct error err = {0};
	static const char path[] = "modules/web/module.yml";
	autofree char *whole =
		mem_printf("%stest:\n  image: y\n  with: {root: /t}\n  copy: plain:/p\n"
			   "  script: last\n  artifact: never\n",
			   web);
	make_web(whole);
	struct manifest *manifest = manifest_read(path, &options, &err);
	expect_no_error(&err);
	assert_string_equal(manifest->image, "y");
	assert_null(manifest->repo);
	assert_int_equal(manifest->copy_count, 2);
	assert_string_equal(manifest->install.items[1].run, "echo b 81 /t");
	assert_string_equal(manifest->tests.items[1].run, "last");
	manifest_free(manifest);
	testing.image = "z";
	manifest = manifest_read(path, &options, &err);
	assert_string_equal(manifest->image, "z");
	manifest_free(manifest);
	make_web(web);
	assert_null(manifest_read(path, &options, &err));
	expect_error(&err, "module.yml:1:1: the module has no `test`");
	testing.sketch = true;
	manifest = manifest_read(path, &options, &err);
	expect_no_error(&err);
	assert_int_equal(manifest->install.count, 2);
	manifest_free(manifest);
}

static void names_are_looked_up(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct error err = {0};
	struct module_found *found;
	setenv("FACTORY_MODULE_PATH", "elsewhere::none", 1);
	setenv("XDG_CONFIG_HOME", "config", 1);
	make_web(web);
	static const char *const files[] = {"elsewhere/web/module.yml", "elsewhere/a/module.yml",
					    "config/factory/modules/b/module.yml"};
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		assert_int_equal(file_make_parents(files[i], &err), 0);
		write_file(files[i], "name: x\n");
	}
	assert_int_equal(module_lookup_all(".", &arena, &found), 3);
	assert_string_equal(found[0].directory, "modules/web");
	assert_string_equal(found[1].directory, "elsewhere/a");
	assert_string_equal(found[2].directory, "config/factory/modules/b");
	const char *place, *digest;
	struct module_source source = {MODULE_NAME, .text = "b", .at = {"m", 1, 2}};
	assert_int_equal(module_source_resolve(&source, ".", &arena, &place, &digest, &err), 0);
	assert_string_equal(place, found[2].directory);
	assert_int_equal(strlen(digest), 64);
	unsetenv("FACTORY_MODULE_PATH");
	unsetenv("XDG_CONFIG_HOME");
}

/* Neither times nor a .git nor more than the x of modes count. */
static void digests(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct error err = {0};
	const char *first, *second;
	make_web("name: web\n");
	assert_int_equal(module_digest("modules/web", &arena, &first, &err), 0);
	/* It stands in files that other machines wrote. */
	assert_string_equal(first,
			    "72d54b059537029f32ba0db43b9b2fd423aca4267e82b3910cb114443ebe8ae5");
	assert_int_equal(file_make_parents("modules/web/.git/x", &err), 0);
	assert_int_equal(chmod("modules/web/plain", 0600), 0);
	assert_int_equal(module_digest("modules/web", &arena, &second, &err), 0);
	assert_string_equal(first, second);
	assert_int_equal(chmod("modules/web/plain", 0700), 0);
	assert_int_equal(module_digest("modules/web", &arena, &second, &err), 0);
	assert_string_not_equal(first, second);
	assert_int_equal(chmod("modules/web/plain", 0600), 0);
	write_file("modules/web/plain", "y");
	assert_int_equal(module_digest("modules/web", &arena, &second, &err), 0);
	assert_string_not_equal(first, second);
	assert_int_equal(module_digest("nowhere", &arena, &second, &err), -1);
	expect_error(&err, "nowhere");
}

static void archives_are_the_same_bytes(void **state)
{
	(void)state;
	struct error err = {0};
	auto_buf struct buf one = {0}, two = {0}, three = {0}, link = {0};
	make_web(web);
	assert_int_equal(module_pack("modules/web", &one, &err), 0);
	assert_int_equal(chmod("modules/web/plain", 0600), 0);
	assert_int_equal(module_pack("modules/web", &two, &err), 0);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
	setenv("SOURCE_DATE_EPOCH", "1000000000", 1);
	assert_int_equal(module_pack("modules/web", &three, &err), 0);
	assert_true(one.len != three.len || memcmp(one.data, three.data, one.len) != 0);
	setenv("SOURCE_DATE_EPOCH", "now", 1);
	assert_int_equal(module_pack("modules/web", &link, &err), -1);
	expect_error(&err, "SOURCE_DATE_EPOCH is a number of seconds");
	unsetenv("SOURCE_DATE_EPOCH");
	assert_int_equal(symlink("../../m.yml", "modules/web/out"), 0);
	assert_int_equal(module_pack("modules/web", &link, &err), -1);
	expect_error(&err, "'out' leaves the module's directory");
	assert_int_equal(unlink("modules/web/out"), 0);
}

static void shipped_files_are_made_of_the_table(void **state)
{
	expect_shipped(*state, "schema/module.json", module_schema, "docs/modules.md", module_keys);
}

int main(void)
{
	autofree char *source = realpath(".", NULL);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_come_first_in_order),
		cmocka_unit_test(nothing_of_its_own),
		cmocka_unit_test(parameters_by_position),
		cmocka_unit_test(entries),
		cmocka_unit_test(errors_in_the_module),
		cmocka_unit_test(facts_that_are_needed),
		cmocka_unit_test(the_test_of_a_module),
		cmocka_unit_test(names_are_looked_up),
		cmocka_unit_test(digests),
		cmocka_unit_test(archives_are_the_same_bytes),
		cmocka_unit_test_prestate(shipped_files_are_made_of_the_table, source),
	};
	return cmocka_run_group_tests(tests, make_directory, drop_directory);
}
