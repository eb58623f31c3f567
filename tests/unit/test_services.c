/* Services in manifests and in compose files: what they come to, and what is wrong with them. */
#include "tests/unit/manifest_fixture.h"

#include "host/manifest/words.h"

static char *described(const struct service_set *set)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	for (size_t i = 0; i < set->count; i++) {
		const struct service *service = &set->items[i];
		buf_printf(&text, "%s%s=%s", i ? " " : "", service->name, service->image);
		for (size_t n = 0; n < service->need_count; n++)
			buf_printf(&text, "%c%s:%d", n ? ',' : '<',
				   set->items[service->needs[n].number].name,
				   (int)service->needs[n].condition);
	}
	return buf_steal(&text);
}

static void expect_set(const struct service_set *set, const char *expected)
{
	autofree char *text = described(set);
	assert_string_equal(text, expected);
}

static struct manifest *read_fine(const char *text)
{
	struct error err = {0};
	struct manifest *manifest = read_text(text, NULL, &err);
	if (!manifest)
		print_error("%s:%u:%u: %s\n", err.file, err.line, err.column, err.message);
	assert_non_null(manifest);
	return manifest;
}

static void forms(void **state)
{
	(void)state;
	struct manifest *manifest = read_fine(
		"image: x\n"
		"services:\n"
		"  redis: redis:7\n"
		"  my-db:\n"
		"    image: db\n"
		"    command: serve --name 'a b' \"c\\\"d\" e\\ f\n"
		"    env: {A: 1}\n"
		"    ports: [5432, 80/udp, '127.0.0.1:99:98/tcp']\n"
		"    ready: {tcp: 5432, timeout: 3s, interval: 50ms}\n"
		"    needs: redis\n"
		"script: [a, {run: b, services: []}, {run: c, services: [my-db]},\n"
		"  {run: d, services: {other: o}}, {run: e, services: redis},\n"
		"  {run: f, services: [{name: own, image: i, needs: {redis: started}}]}]\n");
	expect_set(&manifest->services, "redis=redis:7 my-db=db<redis:1");
	const struct service *db = &manifest->services.items[1];
	assert_int_equal(db->command->list.len, 5);
	assert_string_equal(value_text(db->command->list.items[2]), "a b");
	assert_string_equal(value_text(db->command->list.items[3]), "c\"d");
	assert_string_equal(value_text(db->command->list.items[4]), "e f");
	assert_int_equal(db->ports->list.len, 2);
	assert_int_equal(db->ports->list.items[1]->integer, 98);
	assert_true(db->has_check);
	assert_int_equal(db->ready.timeout_ms, 3000);
	assert_int_equal(db->ready.interval_ms, 50);
	static const char *const sets[] = {
		"redis=redis:7 my-db=db<redis:1",
		"",
		"my-db=db<redis:1 redis=redis:7",
		"other=o",
		"redis=redis:7",
		"own=i<redis:0 redis=redis:7",
	};
	assert_int_equal(manifest->tests.count, COUNT_OF(sets));
	for (size_t i = 0; i < COUNT_OF(sets); i++)
		expect_set(manifest->tests.items[i].services, sets[i]);
	manifest_free(manifest);
}

/* It names things there that are not images. */
static void travis_ignores_them(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct manifest *manifest =
		read_fine("dialect: travis\nimage: x\nservices: [docker, redis]\nscript: a\n");
	assert_int_equal(manifest->services.count, 0);
	assert_string_equal(value_text(manifest_ignored(manifest, &arena)->list.items[0]),
			    "services");
	manifest_free(manifest);
}

static void compose(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	setenv("TAG", "9", 1);
	unsetenv("NONE");
	write_file("vars.env", "# a comment\nA=file\nB=\"quoted\"\n\n C=x=y \n");
	write_file("c.yml",
		   "version: '3'\n"
		   "x-common: &common {restart: always, environment: {D: $$5}}\n"
		   "services:\n"
		   "  web:\n"
		   "    <<: *common\n"
		   "    build: .\n"
		   "    depends_on:\n"
		   "      db: {condition: service_healthy}\n"
		   "      job: {condition: service_completed_successfully}\n"
		   "    entrypoint: [/bin/web]\n"
		   "    ports: ['8080:80', {target: 443, published: '8443'}]\n"
		   "  db:\n"
		   "    image: db:${TAG}${NONE:-}${NONE-x${TAG:+y}}\n"
		   "    env_file: vars.env\n"
		   "    environment: [A=own, E=$TAG.]\n"
		   "    volumes: ['data:/var', '/etc:/conf:ro']\n"
		   "    healthcheck: {test: [CMD, check, '1'], interval: 1m30s, timeout: 2s, "
		   "retries: 2, start_period: 1s}\n"
		   "    networks: [back]\n"
		   "  job: {<<: *common, image: j, command: do it}\n"
		   "volumes: {data: }\n"
		   "networks: {back: }\n");
	struct manifest *manifest =
		read_fine("image: x\nservices: {compose: c.yml, images: {web: mine}}\nscript: a\n");
	expect_set(&manifest->services, "web=mine<db:1,job:2 db=db:9xy job=j");
	const struct service *web = &manifest->services.items[0], *db = web + 1, *job = db + 1;
	assert_true(job->ends);
	assert_false(db->ends);
	assert_string_equal(value_text(value_get(web->env, "D")), "$5");
	assert_string_equal(value_text(value_get(job->env, "D")), "$5");
	assert_int_equal(web->ports->list.items[1]->integer, 443);
	static const char *const variables[][2] = {
		{"A", "own"}, {"B", "quoted"}, {"C", "x=y"}, {"E", "9."}};
	for (size_t i = 0; i < COUNT_OF(variables); i++)
		assert_string_equal(value_text(value_get(db->env, variables[i][0])),
				    variables[i][1]);
	assert_int_equal(db->mount_count, 1);
	assert_string_equal(db->mounts[0].target, "/conf");
	assert_true(db->mounts[0].read_only);
	assert_string_equal(value_text(db->ready.argv->list.items[1]), "1");
	assert_int_equal(db->ready.try_ms, 2000);
	assert_int_equal(db->ready.timeout_ms, 1000 + 2 * 92000);
	assert_string_equal(value_text(manifest_ignored(manifest, &arena)->list.items[0]),
			    "restart");
	manifest_free(manifest);
}

static void expect_problems(const struct manifest_problems *problems, const char *const *expected)
{
	for (size_t i = 0; expected[i] || i < problems->count; i++) {
		if (i >= problems->count)
			fail_msg("missing: %s", expected[i]);
		const struct manifest_problem *problem = &problems->items[i];
		autofree char *line = mem_printf("%s:%u:%u %s", problem->at.file, problem->at.line,
						 problem->at.column, problem->message);
		assert_string_equal(line, expected[i] ? expected[i] : "nothing");
	}
}

/* What is wrong with a manifest's text; c.yml is there too. */
static void wrong(const char *text, const char *const *expected)
{
	struct manifest_problems problems = {0};
	struct manifest_options options = {.problems = &problems};
	auto_error struct error err = {0};
	assert_null(read_text(text, &options, &err));
	expect_problems(&problems, expected);
	manifest_problems_free(&problems);
}

static void problems_in_manifests(void **state)
{
	(void)state;
	wrong("image: x\n"
	      "services:\n"
	      "  a: {imge: y}\n"
	      "  b: {image: y, ready: {tcp: 70000}}\n"
	      "  c: {image: y, ready: {http: index}, ports: seven}\n"
	      "  d: {image: y, command: \"it's\"}\n"
	      "  -e: f\n"
	      "  f: {image: y, volumes: 'x'}\n"
	      "  g: {image: y, volumes: './none:/x'}\n"
	      "  h: {image: y, needs: {a: now}}\n",
	      (const char *const[]){
		      "m.yml:3:7 unknown key 'imge' in a service",
		      "m.yml:4:30 'tcp' is a port: 1 to 65535",
		      "m.yml:5:31 'http' is a path of the service, /PATH or :PORT/PATH",
		      "m.yml:5:46 'seven' is not a port: a number to 65535",
		      "m.yml:6:26 'command' has a quote that is not closed",
		      "m.yml:7:7 '-e' is no name for a service: letters, digits, - _ .",
		      "m.yml:8:26 a volume is SOURCE:TARGET[:ro], its target an absolute path",
		      "m.yml:9:26 there is no ./none",
		      "m.yml:10:28 a need is 'started', 'ready' or 'completed', not 'now'", NULL});
	wrong("image: x\nservices: redis\n",
	      (const char *const[]){"m.yml:2:11 'redis' does not say what the service is made of",
				    NULL});
	wrong("image: x\nservices: [{image: y}, {name: n}, {name: m, image: y}, {name: m, image: "
	      "z}]\n",
	      (const char *const[]){"m.yml:2:12 a service in a list needs its `name`",
				    "m.yml:2:24 the service 'n' needs an image: `image: NAME`",
				    "m.yml:2:56 there are two services 'm'", NULL});
	wrong("image: x\nservices: {a: {image: y, needs: b}, b: {image: y, needs: [a]}}\n",
	      (const char *const[]){"m.yml:2:15 the service 'a' waits for itself, by what it needs",
				    NULL});
	wrong("image: x\nservices: {db: y}\nscript: [{run: a, services: [dv]}]\n",
	      (const char *const[]){"m.yml:3:30 there is no service 'dv'", NULL});
	wrong("image: x\nservices: {db: y}\ninstall: [{run: a, services: [db]}]\n",
	      (const char *const[]){"m.yml:3:30 services are for tests: an install step has none",
				    NULL});
	wrong("image: x\nnetwork: host\nservices: {db: y}\nscript: a\n",
	      (const char *const[]){"m.yml:3:16 services are in a network of their own, not in "
				    "'network: host'",
				    NULL});
	wrong("image: x\nservices: no.yml\n",
	      (const char *const[]){"m.yml:2:11 can't open no.yml: No such file or directory",
				    NULL});
}

/* As Compose reads them: `.env` beside the file, below factory's environment. */
static void variables_of_files(void **state)
{
	(void)state;
	static const char *const expected[][2] = {
		{"PLAIN", "a b"},
		{"HASH", "a#b"},
		{"CUT", "a"},
		{"EMPTY", ""},
		{"NONE", ""},
		{"SINGLE", "it's ${TAG} \\n"},
		{"DOUBLE", "a\tb \"q\" $TAG 9\nmore"},
		{"EXPORTED", "yes"},
		{"COLON", "x=y"},
		{"SPACED", "s"},
		{"CRLF", "end"},
		{"DEFAULT", "fallback"},
		{"OUTER", "outside"},
		{"LATER", "a b!"},
		{"LINES", "one\ntwo"},
	};
	setenv("TAG", "9", 1);
	setenv("OUTSIDE", "outside", 1);
	unsetenv("UNSET");
	write_file(".env", "\xef\xbb\xbf# of the project\nVERSION=7\nTAG=8\nUNSET2=${UNSET:-z}\n");
	write_file("vars.env", "PLAIN=a b  # a comment\n"
			       "HASH=a#b\nCUT=a #b\nEMPTY=\nNONE= # nothing\n"
			       "SINGLE='it\\'s ${TAG} \\n' # and so on\n"
			       "DOUBLE=\"a\\tb \\\"q\\\" \\$TAG ${TAG}\\nmore\"\n"
			       "  export EXPORTED=yes\nCOLON: x=y\nSPACED = s\nCRLF=end\r\n"
			       "DEFAULT=${UNSET:-fallback}\nOUTER=$OUTSIDE\nLATER=${PLAIN}!\n"
			       "LINES=\"one\ntwo\"\nOUTSIDE\nUNSET\n");
	write_file("raw.env", "RAW='as it' is # $TAG\n");
	write_file("c.yml",
		   "services:\n"
		   "  a:\n"
		   "    image: a:$VERSION-$TAG-$UNSET2\n"
		   "    env_file: [vars.env, {path: raw.env, format: raw}, {path: gone.env, "
		   "required: false}]\n"
		   "    environment: {TAG: , UNSET: , VERSION: null, OWN: 1}\n"
		   "  b: {image: b, environment: [TAG, UNSET, 'X=', Y=1=2]}\n");
	struct manifest *manifest = read_fine("image: x\nservices: c.yml\nscript: a\n");
	const struct service *a = &manifest->services.items[0], *b = a + 1;
	assert_string_equal(a->image, "a:7-9-z");
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		assert_string_equal(value_text(value_get(a->env, expected[i][0])), expected[i][1]);
	assert_string_equal(value_text(value_get(a->env, "RAW")), "'as it' is # $TAG");
	assert_string_equal(value_text(value_get(a->env, "OUTSIDE")), "outside");
	assert_string_equal(value_text(value_get(a->env, "TAG")), "9");
	assert_string_equal(value_text(value_get(a->env, "VERSION")), "7");
	assert_null(value_get(a->env, "UNSET"));
	assert_int_equal(b->env->map.len, 3);
	assert_string_equal(value_text(value_get(b->env, "Y")), "1=2");
	manifest_free(manifest);
	unlink(".env");
}

static void problems_in_files_of_variables(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text, *problem;
	} rows[] = {
		{"vars.env", "A=1\n  what is this\n",
		 "vars.env:2:3 a line is NAME=VALUE, or a comment "
		 "behind #"},
		{"vars.env", "=1\n", "vars.env:1:1 a line is NAME=VALUE, or a comment behind #"},
		{"vars.env", "A=\"x\nB=2\n", "vars.env:1:3 the quote is not closed"},
		{"vars.env", "\xc3\xa4=1\n",
		 "vars.env:1:1 a line is NAME=VALUE, or a comment behind #"},
		{"vars.env", "A='x' y\n",
		 "vars.env:1:7 only a comment may stand behind a closing quote"},
		{"vars.env", "\nA=\"\xc3\xa4\" ${\n",
		 "vars.env:2:7 only a comment may stand behind a closing quote"},
		{"vars.env", "A=${B:?is needed}\n",
		 "vars.env:1:3 the variable B is not set: is needed"},
		{".env", "A=1\nB=${\n",
		 ".env:2:3 a dollar that begins no variable: write $$ for a dollar"},
	};
	unsetenv("B");
	write_file("c.yml", "services: {a: {image: b, env_file: vars.env}}\n");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		write_file("vars.env", "A=1\n");
		write_file(rows[i].name, rows[i].text);
		wrong("image: x\nservices: c.yml\n", (const char *const[]){rows[i].problem, NULL});
	}
	unlink(".env");
	write_file("c.yml", "services: {a: {image: b, environment: A=1}}\n");
	wrong("image: x\nservices: c.yml\n",
	      (const char *const[]){"c.yml:1:39 'environment' must be a map of names and values or "
				    "a list, this is a string",
				    NULL});
	write_file("c.yml",
		   "services: {a: {image: b, env_file: [{path: vars.env, format: no}]}}\n");
	wrong("image: x\nservices: c.yml\n",
	      (const char *const[]){"c.yml:1:62 the one format is 'raw', not 'no'", NULL});
	write_file("c.yml", "services: {a: {image: b, env_file: [{required: false}]}}\n");
	wrong("image: x\nservices: c.yml\n",
	      (const char *const[]){"c.yml:1:37 an env_file needs its `path`", NULL});
	write_file("c.yml", "services: {a: {image: b, environment: ['=x']}}\n");
	wrong("image: x\nservices: c.yml\n",
	      (const char *const[]){"c.yml:1:40 a variable has a name: NAME=VALUE", NULL});
}

static void problems_in_compose_files(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *problem;
	} rows[] = {
		{"", "c.yml:1:1 the compose file must be a map, this is a null"},
		{"services: {}\n", "c.yml:1:1 there are no services"},
		{"a: [\n",
		 "c.yml:2:1 YAML: did not find expected node content while parsing a flow node"},
		{"services: {a: {image: b, imag: c}}\n",
		 "c.yml:1:26 unknown key 'imag' in a service"},
		{"services: {a: {build: .}}\n",
		 "c.yml:1:23 the service 'a' is built here: factory does not build it"},
		{"services: {a: {}}\n", "c.yml:1:15 the service 'a' has no image"},
		{"services:\n  a:\n    image: b\n    privileged: true\n",
		 "c.yml:4:5 'privileged' is not known here, and the service would be another one "
		 "without it"},
		{"secrets: {}\nservices: {a: {image: b}}\n",
		 "c.yml:1:1 'secrets' is not known here, and the service would be another one "
		 "without it"},
		{"services: {a: {image: b, depends_on: [c]}}\n",
		 "c.yml:1:39 there is no service 'c'"},
		{"services: {a: {image: b, depends_on: {a: {condition: well}}}}\n",
		 "c.yml:1:54 a condition is 'service_started', 'service_healthy' or "
		 "'service_completed_successfully', not 'well'"},
		{"services: {a: {image: b, healthcheck: {test: [ls]}}}\n",
		 "c.yml:1:46 a list as a test begins with NONE, CMD or CMD-SHELL, and the command "
		 "follows"},
		{"services: {a: {image: b, healthcheck: {interval: soon}}}\n",
		 "c.yml:1:50 'interval' must be a duration such as 30s or 1m30s, not 'soon'"},
		{"services: {a: {image: '$'}}\n",
		 "c.yml:1:23 a dollar that begins no variable: write $$ for a dollar"},
		{"services: {a: {image: '${A'}}\n",
		 "c.yml:1:23 a dollar that begins no variable: write $$ for a dollar"},
		{"services: {a: {image: '${NONE:?say it}'}}\n",
		 "c.yml:1:23 the variable NONE is not set: say it"},
		{"services: {a: {image: b, networks: {n: {aliases: [x]}}}}\n",
		 "c.yml:1:50 a service has no other names here"},
		{"services: {a: {image: b, volumes: ['../x:/y']}}\n",
		 "c.yml:1:36 '../x' leaves the manifest's directory: write an absolute path"},
		{"services: {a: {image: b, env_file: none}}\n",
		 "c.yml:1:36 can't open none: No such file or directory"},
		{"services: {a: {image: [b]}}\n",
		 "c.yml:1:23 'image' must be a single value, this is a list"},
	};
	unsetenv("NONE");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		write_file("c.yml", rows[i].text);
		wrong("image: x\nservices: c.yml\n", (const char *const[]){rows[i].problem, NULL});
	}
}

static void words(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected; /* joined by | */
	} rows[] = {
		{"", ""},
		{"  a  b\n", "a|b"},
		{"'a b'c", "a bc"},
		{"\"a\\nb\"", "a\\nb"},
		{"\"\\$\\\"\"", "$\""},
		{"a\\ b", "a b"},
		{"''", ""},
		{"a '' b", "a||b"},
		{"'x", NULL},
		{"\"x\\\"", NULL},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		auto_arena struct arena arena = {0};
		auto_buf struct buf joined = {0};
		const struct value *list = words_split(&arena, rows[i].text);
		assert_true(!list == !rows[i].expected);
		for (size_t w = 0; list && w < list->list.len; w++)
			buf_printf(&joined, "%s%s", w ? "|" : "", value_text(list->list.items[w]));
		if (list)
			assert_string_equal(buf_text(&joined), rows[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(travis_ignores_them),
		cmocka_unit_test(compose),
		cmocka_unit_test(problems_in_manifests),
		cmocka_unit_test(variables_of_files),
		cmocka_unit_test(problems_in_files_of_variables),
		cmocka_unit_test(problems_in_compose_files),
		cmocka_unit_test(words),
	};
	return cmocka_run_group_tests(tests, make_directory, drop_directory);
}
