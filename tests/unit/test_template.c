#include "tests/unit/template_fixture.h"

#define DATA                                                                                       \
	"{{$d := parseJSON "                                                                       \
	"`{\"s\":\"x\",\"n\":3,\"z\":null,\"l\":[1,\"a\",null],\"m\":{\"b\":2,\"a\":1}}`}}"

static const struct template_case language[] = {
	{"", ""},
	{"text\n", "text\n"},
	{"{{1}}", "1"},
	{"{{0x1F}} {{0o17}} {{0b11}} {{1_000}} {{'a'}} {{1e3}} {{.5}}", "31 15 3 1000 97 1000 0.5"},
	{"{{1e6}} {{1e21}} {{0.00001}} {{100000.0}}", "1e+06 1e+21 1e-05 100000"},
	{"{{2i}} {{1+2i}}", "(0+2i) (1+2i)"},
	{"{{\"a\\tb\\x41\\u00e9\"}}{{`raw\\n`}}", "a\tbA\xC3\xA9raw\\n"},
	{"a {{- 1 -}} b", "a1b"},
	{"a\n{{- /* comment */ -}}\nb", "ab"},
	{"{{/* a }} b */}}x", "x"},
	{"{{.}} {{.x}} {{$}}", "<no value> <no value> <no value>"},
	{DATA "{{$d.s}} {{$d.n}} {{$d.z}} {{$d.l}} {{$d.m}}",
	 "x 3 <no value> [1 a <nil>] map[a:1 b:2]"},
	{DATA "{{$d.m.a}}{{$d.nope}}{{($d.m).b}}{{(index $d \"m\").b}}", "1<no value>22"},
	{"{{if 1}}a{{else}}b{{end}}{{if \"\"}}a{{else if 1}}b{{else}}c{{end}}", "ab"},
	{"{{if and 1 (or 0 \"x\") (not 0)}}yes{{end}}", "yes"},
	{"{{and 0 (index 1 1)}}{{or 1 (index 1 1)}}", "01"},
	{DATA "{{with $d.m}}{{.a}}{{$.x}}{{else}}none{{end}}", "1<no value>"},
	{"{{with 0}}a{{else with 5}}b{{.}}{{else}}c{{end}}", "b5"},
	{"{{with 0}}a{{else with 0}}b{{else}}c{{end}}", "c"},
	{"{{with $x := 0}}a{{else with $y := 7}}{{$x}}{{$y}}{{end}}", "07"},
	{DATA "{{range $d.l}}<{{.}}>{{end}}", "<1><a><<no value>>"},
	{DATA "{{range $i, $e := $d.l}}{{$i}}={{$e}};{{end}}", "0=1;1=a;2=<no value>;"},
	{DATA "{{range $k, $v := $d.m}}{{$k}}={{$v}};{{end}}", "a=1;b=2;"},
	{DATA "{{range $d.nope}}x{{else}}none{{end}}", "none"},
	{"{{range 3}}{{.}}{{end}}", "012"},
	{"{{range $i := 3}}{{$i}}{{end}}", "012"},
	{"{{range 0}}x{{else}}none{{end}}{{range -1}}x{{else}}none{{end}}", "nonenone"},
	{"{{range parseInt \"2\"}}{{printf \"%T\" .}} {{end}}", "int64 int64 "},
	{"{{range loop 2 5}}{{.}}{{end}}", "234"},
	{"{{range $i, $n := loop 5 7}}{{$i}}{{$n}} {{end}}", "05 16 "},
	{"{{range 9}}{{if eq . 2}}{{continue}}{{end}}{{if eq . 4}}{{break}}{{end}}{{.}}{{end}}",
	 "013"},
	{"{{range 2}}{{range 9}}{{if . }}{{break}}{{end}}{{.}}{{end}}-{{end}}", "0-0-"},
	{"{{$x := 1}}{{if 1}}{{$x = 2}}{{$x := 3}}{{$x}}{{end}}{{$x}}", "32"},
	{"{{$x := 0}}{{range $x = 3}}{{end}}{{$x}}", "2"},
	{"{{$i := 9}}{{$e := 9}}{{range $i, $e = split \",\" \"a,b\"}}{{end}}{{$i}}{{$e}}", "1b"},
	{"{{define \"a\"}}[{{.}}]{{end}}{{template \"a\" 1}}{{template \"a\"}}", "[1][<no value>]"},
	{"{{block \"b\" 2}}<{{.}}>{{end}}{{template \"b\" 3}}", "<2><3>"},
	{"{{define \"b\"}}mine{{end}}{{block \"b\" 2}} {{end}}", "mine"},
	{"{{define \"a\"}}{{if .}}{{.}}{{template \"a\" (index (split \"\" \"210\") 0 | len | "
	 "subtract 1 )}}{{end}}{{end}}{{template \"a\" 1}}",
	 "1"},
	{"{{1 | printf \"%d-%d\" 2}}", "2-1"},
	{"{{(1 | printf \"%03d\") | printf \"%s!\"}}", "001!"},
	{"{{print 1 2 \"a\" 3}}{{println \"x\" 1}}", "1 2a3x 1\n"},
	{"{{len \"h\xC3\xA9\"}}{{len (split \",\" \"a,b\")}}", "32"},
	{DATA "{{index $d.l 1}}{{index $d.m \"b\"}}{{index $d \"m\" \"a\"}}{{index \"abc\" 0}}",
	 "a2197"},
	{DATA "{{slice \"abcdef\" 1 3}}{{slice $d.l 0 2}}", "bc[1 a]"},
	{"{{eq 1 2 1}}{{ne 1 2}}{{lt 1 2}}{{le 2 2}}{{gt 1 2}}{{ge \"b\" \"a\"}}",
	 "truetruetruetruefalsetrue"},
	{"{{html \"<a b='c'>\"}}", "&lt;a b=&#39;c&#39;&gt;"},
	{"{{js \"it's <b>\"}}", "it\\'s \\u003Cb\\u003E"},
	{"{{urlquery \"a b/\xC3\xA9\"}}", "a+b%2F%C3%A9"},
	{"{{printf \"%v %+v %#v %T\" \"a\" 1 (split \",\" \"x\") 1.5}}",
	 "a 1 []string{\"x\"} float64"},
	{"{{printf \"%5d|%-5d|%05d|%+d|%x|%X|%o|%b|%c|%U|%q\" 42 42 42 42 42 42 42 42 42 42 42}}",
	 "   42|42   |00042|+42|2a|2A|52|101010|*|U+002A|'*'"},
	{"{{printf \"%e %.2f %g %8.3f|%t\" 1.5 1.556 1e7 1.0 true}}",
	 "1.500000e+00 1.56 1e+07    1.000|true"},
	{"{{printf \"%s|%q|%x|%10s|%-4s|%.2s\" \"ab\" \"a\\n\" \"ab\" \"r\" \"l\" \"cut\"}}",
	 "ab|\"a\\n\"|6162|         r|l   |cu"},
	{"{{printf \"%[2]d %[1]d %d\" 1 2}} {{printf \"%*d\" 4 1}}", "2 1 2    1"},
	{"{{printf \"%d\" \"x\"}} {{printf \"%d\"}} {{printf \"x\" 1}} {{printf \"%!\"}}",
	 "%!d(string=x) %!d(MISSING) x%!(EXTRA int=1) %!!(MISSING)"},
	{"{{printf \"%[9]d %[x]d\" 1}} {{printf \"%.*d\" \"a\" 1}}",
	 "%!d(BADINDEX) %!d(BADINDEX) %!(BADPREC)1"},
	{"{{printf \"%p\" 1}}", "%!p(int=1)"},
	{"{{executeTemplate \"a\" 3 | toUpper}}{{define \"a\"}}x{{.}}{{end}}", "X3"},
};

static const struct template_case parse_errors[] = {
	{"{{", "template: t:1: unclosed action"},
	{"{{\n\n1", "template: t:3: unclosed action started at t:1"},
	{"}}{{}}", "template: t:1: missing value for command"},
	{"{{if}}{{end}}", "template: t:1: missing value for if"},
	{"{{if 1}}", "template: t:1: unexpected EOF"},
	{"a\n{{end}}", "template: t:2: unexpected {{end}}"},
	{"{{else}}", "template: t:1: unexpected {{else}}"},
	{"{{if 1}}{{else}}{{else}}{{end}}", "template: t:1: expected end; found {{else}}"},
	{"{{if 1}}{{else with 2}}{{end}}{{end}}", "template: t:1: unexpected <with> in input"},
	{"{{nofunc 1}}", "template: t:1: function \"nofunc\" not defined"},
	{"\n{{$x}}", "template: t:2: undefined variable \"$x\""},
	{"{{$x := 1}}{{define \"a\"}}{{$x}}{{end}}", "template: t:1: undefined variable \"$x\""},
	{"{{if $x := 1}}{{end}}{{$x}}", "template: t:1: undefined variable \"$x\""},
	{"{{1 | 2}}", "template: t:1: non executable command in pipeline stage 2"},
	{"{{(1}}", "template: t:1: unclosed left paren"},
	{"{{1)}}", "template: t:1: unexpected right paren"},
	{"{{()}}", "template: t:1: missing value for parenthesized pipeline"},
	{"{{\"abc}}", "template: t:1: unterminated quoted string"},
	{"{{`abc}}", "template: t:1: unterminated raw quoted string"},
	{"{{'a}}", "template: t:1: unterminated character constant"},
	{"{{'ab'}}", "template: t:1: malformed character constant: 'ab'"},
	{"{{1a}}", "template: t:1: bad number syntax: \"1a\""},
	{"{{99999999999999999999}}", "template: t:1: integer overflow: \"99999999999999999999\""},
	{"{{.x!}}", "template: t:1: bad character U+0021 '!'"},
	{"{{#}}", "template: t:1: unexpected \"#\" in command"},
	{"{{\x01}}", "template: t:1: unrecognized character in action: U+0001"},
	{"{{1.x}}", "template: t:1: bad number syntax: \"1.x\""},
	{"{{nil.x}}", "template: t:1: unexpected . after term \"nil\""},
	{"{{break}}", "template: t:1: {{break}} outside {{range}}"},
	{"{{continue}}", "template: t:1: {{continue}} outside {{range}}"},
	{"{{template x}}", "template: t:1: unexpected \"x\" in template clause"},
	{"{{define \"a\"}}1{{end}}{{define \"a\"}}2{{end}}",
	 "template: t:1: template: multiple definition of template \"a\""},
	{"{{range $a, $b, $c := 1}}{{end}}", "template: t:1: too many declarations in range"},
	{"{{range $a, 1 := 1}}{{end}}", "template: t:1: range can only initialize variables"},
	{"{{/* x", "template: t:1: unclosed comment"},
	{"{{/* x */ 1}}", "template: t:1: comment ends before closing delimiter"},
	{"{{if 1}}{{define \"x\"}}{{end}}{{end}}", "template: t:1: unexpected <define> in command"},
};

static const struct template_case run_errors[] = {
	{"{{nil}}", "template: t:1:2: executing \"t\" at <nil>: nil is not a command"},
	{"{{1 2}}",
	 "template: t:1:2: executing \"t\" at <1>: can't give argument to non-function 1"},
	{DATA "\n  {{$d.s.x}}", "template: t:2:6: executing \"t\" at <$d.s.x>: can't evaluate "
				"field x in type interface {}"},
	{DATA "\n{{$d.z.x}}",
	 "template: t:2:4: executing \"t\" at <$d.z.x>: nil pointer evaluating interface {}.x"},
	{"{{index \"abc\" 7}}",
	 "template: t:1:2: executing \"t\" at <index \"abc\" 7>: error calling index: index out of "
	 "range: 7"},
	{"{{len 3}}",
	 "template: t:1:2: executing \"t\" at <len 3>: error calling len: len of type int"},
	{"{{eq 1 \"a\"}}", "template: t:1:2: executing \"t\" at <eq 1 \"a\">: error calling eq: "
			   "incompatible types for comparison"},
	{"{{lt nil 1}}",
	 "template: t:1:2: executing \"t\" at <lt nil 1>: error calling lt: invalid "
	 "type for comparison"},
	{"{{not}}",
	 "template: t:1:2: executing \"t\" at <not>: wrong number of args for not: want 1 got 0"},
	{"{{index}}",
	 "template: t:1:2: executing \"t\" at <index>: wrong number of args for index: "
	 "want at least 1 got 0"},
	{"{{join \",\" 1}}", "template: t:1:11: executing \"t\" at <1>: can't handle 1 for arg of "
			     "type []string"},
	{"{{toLower 1}}", "template: t:1:10: executing \"t\" at <1>: expected string; found 1"},
	{"{{1 | toLower}}", "template: t:1:6: executing \"t\" at <toLower>: wrong type for value; "
			    "expected string; got int"},
	{"{{indent 1.5 \"a\"}}",
	 "template: t:1:9: executing \"t\" at <1.5>: expected integer; found 1.5"},
	{"{{template \"no\"}}",
	 "template: t:1:11: executing \"t\" at <{{template \"no\"}}>: template "
	 "\"no\" not defined"},
	{"{{define \"a\"}}{{index 1 2}}{{end}}\n{{template \"a\"}}",
	 "template: t:1:16: executing \"a\" at <index 1 2>: error calling index: can't index item "
	 "of "
	 "type int"},
	{"{{range true}}{{end}}",
	 "template: t:1:8: executing \"t\" at <true>: range can't iterate over true"},
	{"{{range $i, $e := 3}}{{end}}", "template: t:1:18: executing \"t\" at <3>: can't use 3 to "
					 "iterate over more than one variable"},
	{"{{loop 3}}",
	 "template: t:1:2: executing \"t\" at <{{loop 3}}>: can't print {{loop 3}} of "
	 "type <-chan int64"},
	{"{{call 1}}", "template: t:1:2: executing \"t\" at <call 1>: error calling call: "
		       "non-function of type int"},
	{"{{define \"a\"}}{{template \"a\"}}{{end}}{{template \"a\"}}",
	 "template: t:1:25: executing \"a\" at <{{template \"a\"}}>: exceeded maximum template "
	 "depth "
	 "(1000)"},
	{"{{define \"a\"}}{{executeTemplate \"b\"}}{{end}}{{executeTemplate \"a\"}}",
	 "template: t:1:46: executing \"t\" at <executeTemplate \"a\">: error calling "
	 "executeTemplate: template: t:1:16: executing \"a\" at <executeTemplate \"b\">: error "
	 "calling "
	 "executeTemplate: template: no template \"b\" associated with template \"t\""},
	{"{{range 1000000000}}{{end}}", "template: t:1:8: executing \"t\" at <1000000000>: the "
					"loops run more than 5000000 times"},
	{"{{range 1000}}{{printf \"%1000000d\" 1}}{{end}}",
	 "template: t:1:16: executing \"t\" at <{{printf \"%1000000d\" 1}}>: the output grows "
	 "beyond "
	 "256 MiB"},
};

static void test_language(void **state)
{
	(void)state;
	check_cases(language, COUNT_OF(language), true);
}

static void test_parse_errors(void **state)
{
	(void)state;
	check_cases(parse_errors, COUNT_OF(parse_errors), false);
}

static void test_run_errors(void **state)
{
	(void)state;
	check_cases(run_errors, COUNT_OF(run_errors), false);
}

static void check_position(const char *text, unsigned line, unsigned column)
{
	auto_rendered struct rendered rendered = {0};
	render_text(&rendered, text);
	assert_false(rendered.ok);
	assert_string_equal(rendered.err.file, "t");
	assert_int_equal(rendered.err.line, line);
	assert_int_equal(rendered.err.column, column);
}

/* Columns are in characters from 1, whatever Go's message counts. */
static void test_positions(void **state)
{
	(void)state;
	check_position("{{nofunc}}", 1, 3);
	check_position("\n\n \xC3\xA9 {{ nofunc }}", 3, 7);
	check_position("\xC3\xA9\xC3\xA9{{index 1 2}}", 1, 5);
	check_position("a\n  {{ index 1 2 }}", 2, 6);
	check_position("x {{if 1}}", 1, 11);
}

static void test_delimiters(void **state)
{
	(void)state;
	auto_rendered struct rendered rendered = {0};
	struct render_template tmpl = {.contents = "{{x}} [[ 1 -]] \n a [[- /* c */ -]] b<<",
				       .destination = "t",
				       .left = "[[",
				       .right = "]]"};
	render_with(&rendered, tmpl);
	assert_true(rendered.ok);
	assert_string_equal(buf_text(&rendered.out), "{{x}} 1a"
						     "b<<");
}

static void test_missing_map_key(void **state)
{
	(void)state;
	auto_rendered struct rendered rendered = {0};
	struct render_template tmpl = {.contents =
					       "{{$m := parseJSON `{\"a\":1}`}}{{$m.a}}{{$m.b}}",
				       .destination = "t",
				       .error_on_missing_key = true};
	render_with(&rendered, tmpl);
	assert_false(rendered.ok);
	assert_string_equal(rendered.err.message,
			    "template: t:1:41: executing \"t\" at <$m.b>: map "
			    "has no entry for key \"b\"");
}

/* Deep texts of every kind that nests, each of which must end in an error or a result. */
static void test_deep_nesting(void **state)
{
	(void)state;
	static const struct {
		const char *open, *middle, *close;
	} kinds[] = {
		{"{{if 1}}", "x", "{{end}}"},
		{"{{range 1}}", "x", "{{end}}"},
		{"{{if 0}}{{else}}", "x", "{{end}}"},
		{"{{if 0}}{{else if 0}}", "", "{{end}}"},
	};
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		auto_rendered struct rendered rendered = {0};
		auto_buf struct buf text = {0};
		for (int n = 0; n < 5000; n++)
			buf_puts(&text, kinds[i].open);
		buf_puts(&text, kinds[i].middle);
		for (int n = 0; n < 5000; n++)
			buf_puts(&text, kinds[i].close);
		render_text(&rendered, buf_text(&text));
		assert_false(rendered.ok);
		assert_non_null(strstr(rendered.err.message, "levels of nesting"));
	}
	auto_rendered struct rendered rendered = {0};
	auto_buf struct buf text = {0};
	buf_puts(&text, "{{");
	for (int n = 0; n < 5000; n++)
		buf_putc(&text, '(');
	render_text(&rendered, buf_text(&text));
	assert_false(rendered.ok);
	assert_non_null(strstr(rendered.err.message, "levels of nesting"));
}

/* Recursion that is as deep as it may be, through nested controls, must fit the stack. */
static void test_deep_recursion(void **state)
{
	(void)state;
	auto_rendered struct rendered rendered = {0};
	auto_buf struct buf text = {0};
	buf_puts(&text, "{{define \"a\"}}");
	for (int n = 0; n < 90; n++)
		buf_puts(&text, "{{if 1}}");
	buf_puts(&text, "{{(print (executeTemplate \"a\"))}}");
	for (int n = 0; n < 90; n++)
		buf_puts(&text, "{{end}}");
	buf_puts(&text, "{{end}}{{template \"a\"}}");
	render_text(&rendered, buf_text(&text));
	assert_false(rendered.ok);
	assert_non_null(strstr(rendered.err.message, "levels of nesting"));
}

/* Time and memory grow with the text, not with its square. */
static void test_large(void **state)
{
	(void)state;
	auto_rendered struct rendered rendered = {0};
	auto_buf struct buf text = {0};
	for (int n = 0; n < 100000; n++)
		buf_puts(&text, "line {{$x := 1}}{{$x}}\n{{/* c */}}");
	render_text(&rendered, buf_text(&text));
	assert_true(rendered.ok);
	assert_int_equal(rendered.out.len, 700000);
}

int main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_language),     cmocka_unit_test(test_parse_errors),
		cmocka_unit_test(test_run_errors),   cmocka_unit_test(test_positions),
		cmocka_unit_test(test_delimiters),   cmocka_unit_test(test_missing_map_key),
		cmocka_unit_test(test_deep_nesting), cmocka_unit_test(test_deep_recursion),
		cmocka_unit_test(test_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
