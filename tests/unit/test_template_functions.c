#include "tests/unit/template_fixture.h"

#include "common/hash.h"

#include <unistd.h>

static const struct template_case consul[] = {
	{"{{key \"app/name\"}}:{{key \"/app/port\"}}", "web:8080"},
	{"{{key \"app/name@dc2\"}}", "far"},
	{"{{key \"app/empty\"}}|{{with key \"app/empty\"}}x{{else}}empty{{end}}", "|empty"},
	{"{{keyOrDefault \"app/name\" \"d\"}} {{keyOrDefault \"app/nope\" \"d\"}} {{keyOrDefault "
	 "\"app/empty\" \"d\"}}",
	 "web d d"},
	{"{{keyExists \"app/name\"}} {{keyExists \"app/nope\"}} {{keyExists \"app/empty\"}}",
	 "true false true"},
	{"{{with keyExistsGet \"app/name\"}}{{.Key}}={{.Value}} {{.Exists}}{{end}}",
	 "app/name=web true"},
	{"{{with keyExistsGet \"app/nope\"}}{{.Key}}={{.Value}} {{.Exists}}{{end}}",
	 "app/nope= false"},
	{"{{range ls \"app\"}}{{.Key}}={{.Value}} {{end}}", "name=web port=8080 "},
	{"{{range safeLs \"app/\"}}{{.Path}} {{end}}", "app/name app/port "},
	{"{{range ls \"none\"}}x{{else}}nothing{{end}}", "nothing"},
	{"{{range tree \"app\"}}{{.Key}}={{.Value}} {{end}}", "db/host=h db/port=5432 name=web "},
	{"{{range $i, $p := safeTree \"app\"}}{{$i}}{{$p.Path}} {{end}}",
	 "0app/db/host 1app/db/port 2app/name "},
	{"{{tree \"app\" | explode | toJSON}}",
	 "{\"db\":{\"host\":\"h\",\"port\":\"5432\"},\"name\":\"web\"}"},
	{"{{with tree \"app\" | explode}}{{.db.host}}{{end}}", "h"},
	{"{{range $k, $p := tree \"app\" | byKey}}{{$k}}:{{range $p}} {{.Key}}={{.Value}}{{end}}"
	 "{{end}}",
	 "db: host=h port=5432"},
	{"{{key \"app/json\" | parseJSON | toYAML}}", "a:\n- 1\n- 2"},
	{"{{range services}}{{.Name}}={{.Tags | join \",\"}} {{end}}", "db= web=live,v1 "},
	{"{{range service \"web\"}}{{.Node}} {{.Address}}:{{.Port}} {{.Status}}{{end}}",
	 "n1 10.0.0.1:80 passing"},
	{"{{range service \"web|any\"}}{{.ID}} {{.Address}} {{end}}",
	 "web1 10.0.0.1 web2 10.1.0.2 "},
	{"{{range service \"v2.web\" \"critical\"}}{{.ID}}{{end}}", "web2"},
	{"{{range service \"nope\"}}x{{else}}none{{end}}", "none"},
	{"{{range $t, $s := service \"web|any\" | byTag}}{{$t}}:{{len $s}} {{end}}",
	 "live:1 v1:1 v2:1 "},
	{"{{range $p, $s := service \"web|any\" | byPort}}{{$p | add 1}}:{{len $s}} {{end}}",
	 "81:1 82:1 "},
	{"{{range $k, $s := service \"web|any\" | byMeta \"env,shard|int\"}}{{$k}} {{end}}",
	 "dev_1_00000 prod_00003 "},
	{"{{range nodes}}{{.Node}}={{.Address}}{{end}}", "n1=10.0.0.1"},
	{"{{with node \"n1\"}}{{.Node.Address}}{{range .Services}} {{.Service}}:{{.Port}}{{end}}"
	 "{{end}}",
	 "10.0.0.1 web:80"},
	{"{{with node \"nope\"}}x{{else}}none{{end}}", "none"},
	{"{{datacenters | join \"+\"}}", "dc1+dc2"},
	{"{{printf \"%T %T\" (tree \"app\") (index (tree \"app\") 0)}}",
	 "[]*dependency.KeyPair *dependency.KeyPair"},
};

static const struct template_case consul_errors[] = {
	{"a\n {{ key \"app/nope\" }}",
	 "template: t:2:4: executing \"t\" at <key \"app/nope\">: error "
	 "calling key: key \"app/nope\" is missing"},
	{"{{safeLs \"none\"}}",
	 "template: t:1:2: executing \"t\" at <safeLs \"none\">: error calling "
	 "safeLs: prefix \"none\" is empty"},
	{"{{safeTree \"none\"}}", "template: t:1:2: executing \"t\" at <safeTree \"none\">: error "
				  "calling safeTree: prefix \"none\" is empty"},
	{"{{key \"refused\"}}",
	 "template: t:1:2: executing \"t\" at <key \"refused\">: error calling "
	 "key: Consul at 127.0.0.1:8500 refused"},
	{"{{range ls \"app\"}}{{.Nope}}{{end}}",
	 "template: t:1:20: executing \"t\" at <.Nope>: can't evaluate field Nope in type "
	 "*dependency.KeyPair"},
	{"{{tree \"odd\" | explode}}", "template: t:1:15: executing \"t\" at <explode>: error "
				       "calling explode: explode: not a map: "
				       "\"a/b\": \"a\" already has value \"1\""},
	{"{{byTag 1}}",
	 "template: t:1:2: executing \"t\" at <byTag 1>: error calling byTag: byTag: "
	 "wrong argument type int"},
	{"{{\"a\" | explode}}",
	 "template: t:1:8: executing \"t\" at <explode>: wrong type for value; "
	 "expected []*dependency.KeyPair; got string"},
	{"{{service \"web|broken\"}}",
	 "template: t:1:2: executing \"t\" at <service \"web|broken\">: error calling service: "
	 "\"broken\" is no status: \"passing\", \"warning\", \"critical\", \"maintenance\" or "
	 "\"any\" are"},
	{"{{services \"?x=y\"}}",
	 "template: t:1:2: executing \"t\" at <services \"?x=y\">: error calling services: \"x\" "
	 "is "
	 "no query parameter: \"ns=\", \"partition=\", \"peer=\" or \"sameness-group=\" are"},
	{"{{plugin \"x\"}}",
	 "template: t:1:2: executing \"t\" at <plugin \"x\">: error calling plugin: "
	 "plugins are not supported: \"x\" is not run"},
};

static const struct template_case helpers[] = {
	{"{{fact \"os.id\"}} {{fact \"os.version\"}}", "debian 12"},
	{"{{range facts \"network.interfaces\"}}{{.name}} {{end}}", "lo eth0 "},
	{"{{with facts \"os\"}}{{.id}}{{end}} {{(facts).memory.total}}", "debian 1024"},
	{"{{env \"T_SET\"}} {{env \"T_UNSET\"}}|{{envOrDefault \"T_UNSET\" \"d\"}}|{{envOrDefault "
	 "\"T_EMPTY\" \"d\"}}|{{mustEnv \"T_SET\"}}",
	 "value |d||value"},
	{"{{or (env \"T_UNSET\") \"fallback\"}}", "fallback"},
	{"{{if in (split \",\" \"a,b\") \"b\"}}yes{{end}} {{\"ell\" | in \"hello\"}}", "yes true"},
	{"{{split \",\" \"a,b\" | contains \"c\"}} {{contains \"a\" (split \",\" \"a\")}}",
	 "false true"},
	{"{{contains 2 (parseJSON \"[1,2]\")}} {{contains 2.0 (parseJSON \"[1,2]\")}}",
	 "false true"},
	{"{{$l := split \",\" \"a,b\"}}{{$n := split \",\" \"b,c\"}}{{containsAll $n $l}} "
	 "{{containsAny $n $l}} {{containsNone $n $l}} {{containsNotAll $n $l}}",
	 "false true false true"},
	{"{{$l := split \",\" \"a\"}}{{$n := split \",\" \"\"}}{{containsAll $n $l}} {{containsAny "
	 "$n $l}} {{containsNone $n $l}} {{containsNotAll $n $l}}",
	 "true false true false"},
	{"{{range loop \"3\"}}{{.}}{{end}}", "012"},
	{"{{trim \"-\" \"--a--\"}} {{trimSpace \" a \"}} {{trimPrefix \"a\" \"ab\"}} {{trimSuffix "
	 "\"b\" \"ab\"}}",
	 "a a b a"},
	{"{{toLower \"\xC3\x84\x42\"}} {{toUpper \"\xC3\xA4\x62\"}} {{toTitle \"it's a-b\"}}",
	 "\xC3\xA4\x62 \xC3\x84\x42 It's A-B"},
	{"{{split \",\" \" a,b \" | join \"-\"}} {{len (split \",\" \"\")}}", "a-b 0"},
	{"{{(splitToMap \",\" \":\" \"a:1,b:2,c\").b}}", "2"},
	{"{{\"a.b.c\" | replaceAll \".\" \"_\"}}", "a_b_c"},
	{"{{indent 2 \"a\\n\\nb\\n\"}}", "  a\n\n  b\n"},
	{"{{regexMatch \"^a+$\" \"aaa\"}} {{\"a12\" | regexReplaceAll \"([0-9])\" \"<$1>\"}}",
	 "true a<1><2>"},
	{"{{base64Encode \"hi?\"}} {{base64Decode \"aGk/\"}} {{base64URLEncode \"hi?\"}} "
	 "{{base64URLDecode \"aGk_\"}}",
	 "aGk/ hi? aGk_ hi?"},
	{"{{md5sum \"a\"}} {{sha1Hex \"a\"}}",
	 "0cc175b9c0f1b6a831c399e269772661 86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"},
	{"{{sha256Hex \"a\"}}", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"},
	{"{{hmacSHA256Hex \"somemessage\" \"somekey\"}}",
	 "6116e95f2827172aa6ef8b22b883f6a77e966aefc129c6b8228ebd0aac74e98d"},
	{"{{parseInt \"-4\"}} {{parseUint \"4\"}} {{parseFloat \"1.5\"}} {{parseBool \"t\"}} "
	 "{{parseInt \"\"}} {{parseBool \"\"}}",
	 "-4 4 1.5 true 0 false"},
	{"{{(parseJSON `{\"a\":[1,{\"b\":\"c\"}]}`).a}} {{len (parseJSON \"\")}}",
	 "[1 map[b:c]] 0"},
	{"{{parseJSON \"null\"}} {{parseJSON \"12345678\"}}", "<no value> 1.2345678e+07"},
	{"{{$y := parseYAML \"a: [1, x]\\nb:\\n  c: 2.5\\n\"}}{{$y}} {{$y.b.c}} {{printf \"%T\" "
	 "$y}} "
	 "{{toJSON $y}}",
	 "map[a:[1 x] b:map[c:2.5]] 2.5 map[interface {}]interface {} "
	 "{\"a\":[1,\"x\"],\"b\":{\"c\":2.5}}"},
	{"{{len (parseYAML \"\")}}", "0"},
	{"{{toJSON (parseJSON `{\"b\":1,\"a\":[\"<\",null,1.5]}`)}}",
	 "{\"a\":[\"\\u003c\",null,1.5],\"b\":1}"},
	{"{{toUnescapedJSON \"<&>\"}}{{toJSONPretty (parseJSON `{\"a\":[]}`)}}",
	 "\"<&>\"{\n  \"a\": []\n}"},
	{"{{parseJSON `{\"a\":\"1\",\"b\":{\"c\":[1,true,null]},\"d\":\"true\",\"e\":\"x "
	 "y\",\"f\":\"\"}`"
	 " | toYAML}}",
	 "a: \"1\"\nb:\n  c:\n  - 1\n  - true\n  - null\nd: \"true\"\ne: x y\nf: \"\""},
	{"{{parseJSON `{\"l\":\"a\\nb\\n\",\"t\":\"2001-12-14\",\"n\":\"1e3\",\"c\":\"a: b\"}` | "
	 "toYAML}}",
	 "c: 'a: b'\nl: |\n  a\n  b\n\"n\": \"1e3\"\nt: \"2001-12-14\""},
	{"{{parseJSON `{}` | toYAML}} {{parseJSON `[]` | toYAML}} {{toYAML \"x\"}} {{toYAML 1}}",
	 "{} [] x 1"},
	{"{{parseJSON `{\"z\":\"5\",\"admin\":{\"port\":\"1\",\"deep\":{\"a "
	 "b\":1.0}},\"l\":[1,\"x\"],"
	 "\"t\":[{\"a\":true}]}` | toTOML}}",
	 "l = [1.0, \"x\"]\nz = \"5\"\n\n[admin]\n  port = \"1\"\n  [admin.deep]\n    \"a b\" = "
	 "1.0\n\n"
	 "[[t]]\n  a = true"},
	{"{{1 | add 2}} {{5 | subtract 2}} {{3 | multiply 2}} {{10 | divide 4}} {{10 | modulo 4}}",
	 "3 3 6 2 2"},
	{"{{add 1 1.5}} {{divide 2.0 1}} {{divide 0 1.0}} {{printf \"%T\" (add 1 1)}}",
	 "2.5 0.5 +Inf int64"},
	{"{{minimum 2 5}} {{maximum 2 5}} {{minimum 1.5 2}} {{maximum 1.5 2}}", "2 5 1.5 2"},
	{"{{subtract 1 (parseUint \"0\")}} {{divide -1 -9223372036854775808}} {{modulo -1 5}}",
	 "-1 -9223372036854775808 0"},
	{"{{scratch.Set \"a\" 1}}{{scratch.Get \"a\"}}{{scratch.SetX \"a\" 2}}{{scratch.Get "
	 "\"a\"}} "
	 "{{scratch.Key \"a\"}} {{scratch.Key \"b\"}} {{scratch.Get \"b\"}}",
	 "11 true false <no value>"},
	{"{{scratch.MapSet \"m\" \"y\" 2}}{{scratch.MapSet \"m\" \"x\" 1}}{{scratch.MapSetX \"m\" "
	 "\"x\" "
	 "9}}{{scratch.MapValues \"m\"}} {{(scratch.Get \"m\").x}}",
	 "[1 2] 1"},
	{"{{scratch.MapSet \"m\" \"self\" 1}}{{scratch.MapSet \"m\" \"self\" (scratch.Get \"m\")}}"
	 "{{scratch.Get \"m\"}}",
	 "map[self:map[self:1]]"},
	{"{{scratch.MapSet \"e\" \"a/b\" 1}}{{scratch.MapSet \"e\" \"a/c\" 2}}{{scratch.Get \"e\" "
	 "| "
	 "explodeMap}}",
	 "map[a:map[b:1 c:2]]"},
	{"{{mergeMap (parseJSON `{\"a\":1,\"m\":{\"x\":1}}`) (parseJSON "
	 "`{\"a\":2,\"b\":3,\"m\":{\"y\":2}}`)}}",
	 "map[a:1 b:3 m:map[x:1 y:2]]"},
	{"{{mergeMapWithOverride (parseJSON `{\"a\":1}`) (parseJSON `{\"a\":2}`)}}", "map[a:2]"},
	{"{{len (timestamp)}} {{len (timestamp \"2006-01-02\")}} {{regexMatch \"^[0-9]+$\" "
	 "(timestamp "
	 "\"unix\")}}",
	 "20 10 true"},
	{"{{regexMatch \"^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-9:]{8}Z$\" timestamp}}", "true"},
};

static const struct template_case helper_errors[] = {
	{"{{parseInt \"x\"}}",
	 "template: t:1:2: executing \"t\" at <parseInt \"x\">: error calling "
	 "parseInt: parseInt: strconv.ParseInt: parsing \"x\": invalid syntax"},
	{"{{parseJSON \"nope\"}}",
	 "template: t:1:2: executing \"t\" at <parseJSON \"nope\">: error calling parseJSON: "
	 "parseJSON: JSON:1:1: this is no JSON (near 'nope')"},
	{"{{parseYAML \"a: [\"}}x",
	 "template: t:1:2: executing \"t\" at <parseYAML \"a: [\">: error calling parseYAML: "
	 "parseYAML: YAML:2:1: YAML: did not find expected node content while parsing a flow node"},
	{"{{divide 0 1}}",
	 "template: t:1:2: executing \"t\" at <divide 0 1>: error calling divide: "
	 "runtime error: integer divide by zero"},
	{"{{add \"a\" 1}}",
	 "template: t:1:2: executing \"t\" at <add \"a\" 1>: error calling add: add: "
	 "unknown type for \"a\" (string)"},
	{"{{loop 1 2 3}}",
	 "template: t:1:2: executing \"t\" at <loop 1 2 3>: error calling loop: loop: "
	 "wrong number of arguments, expected 1 or 2, but got 3"},
	{"{{loop true}}",
	 "template: t:1:2: executing \"t\" at <loop true>: error calling loop: loop: "
	 "bad argument type: bool"},
	{"{{base64Decode \"a!\"}}",
	 "template: t:1:2: executing \"t\" at <base64Decode \"a!\">: error calling base64Decode: "
	 "base64Decode: illegal base64 data at input byte 1"},
	{"{{indent -1 \"a\"}}",
	 "template: t:1:2: executing \"t\" at <indent -1 \"a\">: error calling "
	 "indent: indent value must be a positive integer"},
	{"{{toTOML 1}}",
	 "template: t:1:2: executing \"t\" at <toTOML 1>: error calling toTOML: toTOML: "
	 "a map is needed here, not a int"},
	{"{{scratch.Set \"a\" 1}}{{scratch.MapSet \"a\" \"b\" 1}}",
	 "template: t:1:30: executing \"t\" at <scratch.MapSet>: error calling MapSet: \"a\" is "
	 "not a "
	 "map"},
	{"{{scratch.Nope}}",
	 "template: t:1:2: executing \"t\" at <scratch>: can't evaluate field Nope in type "
	 "*template.Scratch"},
	{"{{timestamp \"a\" \"b\"}}",
	 "template: t:1:2: executing \"t\" at <timestamp \"a\" \"b\">: error calling timestamp: "
	 "timestamp: wrong number of arguments, expected 0 or 1, but got 2"},
	{"{{mustEnv \"T_UNSET\"}}", "template: t:1:2: executing \"t\" at <mustEnv \"T_UNSET\">: "
				    "error calling mustEnv: required "
				    "environment variable T_UNSET is empty"},
};

static void test_consul(void **state)
{
	(void)state;
	check_cases(consul, COUNT_OF(consul), true);
}

static void test_consul_errors(void **state)
{
	(void)state;
	check_cases(consul_errors, COUNT_OF(consul_errors), false);
}

static void test_helpers(void **state)
{
	(void)state;
	check_cases(helpers, COUNT_OF(helpers), true);
}

static void test_helper_errors(void **state)
{
	(void)state;
	check_cases(helper_errors, COUNT_OF(helper_errors), false);
}

static void check_exit_code(const char *text, int code)
{
	auto_rendered struct rendered rendered = {0};
	render_text(&rendered, text);
	assert_false(rendered.ok);
	assert_int_equal(rendered.err.exit_code, code);
}

static void test_exit_codes(void **state)
{
	(void)state;
	check_exit_code("{{key \"app/nope\"}}", 8);
	check_exit_code("{{safeTree \"none\"}}", 8);
	check_exit_code("{{mustEnv \"T_UNSET\"}}", 8);
	check_exit_code("{{executeTemplate \"a\"}}{{define \"a\"}}{{key \"app/nope\"}}{{end}}", 8);
	check_exit_code("{{index 1 1}}", 0);
	check_exit_code("{{nofunc}}", 0);
}

/* A regular expression that is made to be slow ends in an error, not in the night. */
static void test_slow_regex(void **state)
{
	(void)state;
	auto_rendered struct rendered rendered = {0};
	render_text(&rendered,
		    "{{regexMatch \"^(a+)+$\" (printf \"%s!\" (replaceAll \"b\" \"aaaaaaaaaa\" "
		    "\"bbbbbbbbbb\"))}}");
	assert_false(rendered.ok);
	assert_non_null(strstr(rendered.err.message, "match limit"));
}

/* What blows up a text is stopped before it is made. */
static void test_huge_text(void **state)
{
	(void)state;
	auto_rendered struct rendered rendered = {0};
	render_text(&rendered, "{{$s := printf \"%100000d\" 1}}{{replaceAll \" \" $s $s | len}}");
	assert_false(rendered.ok);
	assert_non_null(strstr(rendered.err.message, "too long"));
}

static void check_read(const struct value *reads, size_t at, const char *kind, const char *name,
		       const char *json)
{
	char hex[HASH_HEX] = "";
	if (json)
		hash_hex(json, strlen(json), hex);
	assert_true(at < reads->list.len);
	const struct value *read = reads->list.items[at];
	assert_string_equal(value_text(value_get(read, "kind")), kind);
	assert_string_equal(value_text(value_get(read, "name")), name);
	assert_string_equal(value_text(value_get(read, "hash")), hex);
}

static void test_reads(void **state)
{
	(void)state;
	auto_rendered struct rendered rendered = {0};
	render_text(
		&rendered,
		"{{key \"app/name\"}}{{key \"app/name\"}}{{keyOrDefault \"app/nope\" \"d\"}}"
		"{{keyExists \"app/nope\"}}{{ls \"app\" | len}}{{fact \"os.id\"}}{{env \"T_SET\"}}"
		"{{env \"T_UNSET\"}}{{key \"app/name@dc2\"}}{{fact \"os\"}}{{tree \"none\"}}");
	assert_true(rendered.ok);
	const struct value *reads = rendered.reads;
	check_read(reads, 0, "key", "app/name", "\"web\"");
	check_read(reads, 1, "key", "app/nope", NULL);
	check_read(reads, 2, "keys", "app",
		   "[{\"Key\":\"name\",\"Path\":\"app/name\",\"Value\":\"web\"},"
		   "{\"Key\":\"port\",\"Path\":\"app/port\",\"Value\":\"8080\"}]");
	check_read(reads, 3, "fact", "os.id", "\"debian\"");
	check_read(reads, 4, "env", "T_SET", "\"value\"");
	check_read(reads, 5, "env", "T_UNSET", NULL);
	check_read(reads, 6, "key", "app/name", "\"far\"");
	assert_string_equal(value_text(value_get(reads->list.items[6], "datacenter")), "dc2");
	check_read(reads, 7, "fact", "os", "{\"id\":\"debian\",\"version\":12}");
	check_read(reads, 8, "tree", "none", "[]");
	assert_int_equal(reads->list.len, 9);
	assert_int_equal(rendered.source.asked, 5);
}

/* While answers are on their way nothing is missing. */
static void test_pending(void **state)
{
	(void)state;
	static const struct template_case cases[] = {
		{"{{key \"a\"}}|{{keyOrDefault \"a\" \"d\"}}|{{keyExists \"a\"}}", "|d|false"},
		{"{{with keyExistsGet \"a\"}}{{.Key}} {{.Exists}}{{end}}", "a false"},
		{"{{len (ls \"a\")}}{{len (safeLs \"a\")}}{{len (tree \"a\")}}{{len (safeTree "
		 "\"a\")}}",
		 "0000"},
		{"{{len (service \"a\")}}{{len services}}{{len nodes}}{{len datacenters}}", "0000"},
		{"{{with node \"a\"}}x{{else}}later{{end}}", "later"},
		{"{{len (connect \"a\")}}{{service \"a\" | byTag | len}}", "00"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check_pending(cases[i].text, cases[i].expected);
}

static void test_query_arguments(void **state)
{
	(void)state;
	static const struct template_case cases[] = {
		{"{{service \"web\"}}", "passing=1 "},
		{"{{service \"web|passing\"}}", "passing=1 "},
		{"{{service \"web\" \"passing, warning\"}}", ""},
		{"{{service \"v1.web@dc2~_agent|any\"}}", "near=_agent "},
		{"{{service \"web?ns=a&peer=b~n1\"}}", "near=n1 ns=a peer=b passing=1 "},
		{"{{nodes \"@dc1~_agent\"}}", "near=_agent "},
		{"{{services \"?partition=p\"}}", "partition=p "},
	};
	check_arguments(fixture_answers, cases, COUNT_OF(cases));
}

static void test_file(void **state)
{
	(void)state;
	char path[] = "/tmp/test_template_XXXXXX", text[200];
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "line\n", 5), 5);
	close(fd);
	auto_rendered struct rendered rendered = {0};
	snprintf(text, sizeof text, "{{file \"%s\" | trimSpace}}{{len (file \"%s\")}}", path, path);
	render_text(&rendered, text);
	unlink(path);
	assert_true(rendered.ok);
	assert_string_equal(buf_text(&rendered.out), "line5");
	check_read(rendered.reads, 0, "file", path, "\"line\\n\"");
	assert_int_equal(rendered.reads->list.len, 1);
}

/* A template from a file is called by its path. */
static void test_source_file(void **state)
{
	(void)state;
	char path[] = "/tmp/test_template_XXXXXX", expected[200];
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "a\n{{key}}", 9), 9);
	close(fd);
	auto_rendered struct rendered rendered = {0};
	render_with(&rendered, (struct render_template){.source = path});
	unlink(path);
	assert_false(rendered.ok);
	snprintf(
		expected, sizeof expected,
		"template: %s:2:2: executing \"%s\" at <key>: wrong number of args for key: want 1 "
		"got 0",
		path, path);
	assert_string_equal(rendered.err.message, expected);
	assert_string_equal(rendered.err.file, path);
}

static void test_ten_thousand_keys(void **state)
{
	(void)state;
	auto_rendered struct rendered rendered = {0};
	auto_buf struct buf json = {0};
	buf_puts(&json, "{\"tree big\":[");
	for (int i = 0; i < 10000; i++)
		buf_printf(&json, "%s{\"Path\":\"big/k%05d\",\"Key\":\"k%05d\",\"Value\":\"%d\"}",
			   i ? "," : "", i, i, i);
	buf_puts(&json, "]}");
	rendered.source.source.get = map_source_get;
	rendered.source.answers = parsed(&rendered.arena, buf_text(&json));
	rendered.reads = value_list(&rendered.arena);
	struct render_template tmpl = {
		.destination = "t",
		.contents = "{{range tree \"big\"}}{{.Key}}={{.Value}}\n{{end}}"};
	assert_int_equal(render_bytes(&tmpl, &rendered.source.source, NULL, &rendered.arena,
				      &rendered.out, rendered.reads, &rendered.err),
			 0);
	assert_int_equal(rendered.out.len, 118890);
	assert_memory_equal(rendered.out.data, "k00000=0\nk00001=1\n", 18);
}

int main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("T_SET", "value", 1);
	setenv("T_EMPTY", "", 1);
	unsetenv("T_UNSET");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_consul),
		cmocka_unit_test(test_consul_errors),
		cmocka_unit_test(test_helpers),
		cmocka_unit_test(test_helper_errors),
		cmocka_unit_test(test_exit_codes),
		cmocka_unit_test(test_slow_regex),
		cmocka_unit_test(test_huge_text),
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_pending),
		cmocka_unit_test(test_query_arguments),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_source_file),
		cmocka_unit_test(test_ten_thousand_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
