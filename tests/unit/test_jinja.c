/* Our Jinja2 beside Jinja2 itself (python3-jinja2) on the same templates: the same bytes, or an
 * error at the same line. And what is ours alone: messages, bounds, positions. */
#include "tests/unit/check.h"

#include "common/buffer.h"
#include "common/file.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/jinja/jinja.h"

static int render(const char *text, size_t len, const struct jinja_options *options,
		  const struct value *context, struct buf *out, struct jinja_map *map,
		  struct arena *arena, struct error *err)
{
	struct jinja_template *tmpl = jinja_parse(arena, "t", text, len, options, err);
	return tmpl ? jinja_render(tmpl, context, arena, out, map, err) : -1;
}

/* --- beside the reference --- */

static const char includes[] = "tests/fixtures/jinja/include";

struct reference {
	struct arena arena;
	struct buf cases;
	struct value *context, *expected;
};

static void load(struct reference *reference)
{
	struct error err = {0};
	auto_buf struct buf context = {0}, expected = {0};
	assert_int_equal(file_read("tests/fixtures/jinja/cases.txt", 0, &reference->cases, &err),
			 0);
	assert_int_equal(file_read("tests/fixtures/jinja/context.json", 0, &context, &err), 0);
	reference->context =
		json_parse(&reference->arena, "context", context.data, context.len, &err);
	FILE *python = popen("/usr/bin/python3 tests/fixtures/jinja/reference.py", "r");
	assert_non_null(python);
	char chunk[4096];
	for (size_t got; (got = fread(chunk, 1, sizeof chunk, python)) > 0;)
		buf_add(&expected, chunk, got);
	assert_int_equal(pclose(python), 0);
	reference->expected =
		json_parse(&reference->arena, "reference", expected.data, expected.len, &err);
	expect_no_error(&err);
}

static int compare_case(const struct reference *reference, const struct value *expected,
			const struct jinja_options *options, const char *text, size_t len)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf out = {0};
	auto_error struct error err = {0};
	int status = render(text, len, options, reference->context, &out, NULL, &arena, &err);
	const char *output = value_text(value_get(expected, "output"));
	if (output && status == 0 && strcmp(output, buf_text(&out)) == 0)
		return 0;
	if (!output && status < 0 && err.line == (unsigned)value_get(expected, "line")->integer)
		return 0;
	print_message("template: %.*s\n", (int)len, text);
	if (output)
		print_message("jinja2:   %s\n", output);
	else
		print_message("jinja2:   an error at line %d\n",
			      (int)value_get(expected, "line")->integer);
	if (status == 0)
		print_message("ours:     %s\n", buf_text(&out));
	else
		print_message("ours:     %u: %s\n", err.line, err.message);
	return 1;
}

static void the_same_bytes_as_jinja2(void **state)
{
	static const struct jinja_options options[] = {{false, false, includes},
						       {true, true, includes}};
	struct reference reference = {0};
	(void)state;
	load(&reference);
	const char *at = buf_text(&reference.cases), *end;
	int different = 0;
	size_t count = 0;
	for (; *at; at = *end ? end + 6 : end, count++) {
		end = strstr(at, "=====\n");
		if (!end)
			end = at + strlen(at);
		const struct value *expected = reference.expected->list.items[count];
		for (size_t i = 0; i < COUNT_OF(options); i++)
			different += compare_case(&reference, expected->list.items[i], &options[i],
						  at, (size_t)(end - at));
	}
	assert_int_equal(count, reference.expected->list.len);
	assert_int_equal(different, 0);
	arena_free(&reference.arena);
	buf_free(&reference.cases);
}

/* --- ours --- */

static void messages(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"{{ vresion }}", "t:1:4: 'vresion' is undefined: did you mean 'version'?"},
		{"a\n  {{ zzz }}", "t:2:6: 'zzz' is undefined"},
		{"{{ map.q }}", "t:1:7: 'dict object' has no attribute 'q'"},
		{"{{ version | uper }}", "t:1:14: no filter named 'uper': did you mean 'upper'?"},
		{"{{ version is defind }}", "no test named 'defind': did you mean 'defined'?"},
		{"{% fro x in y %}", "t:1:4: unknown statement 'fro': did you mean 'for'?"},
		{"{% for x in y %}\n{% endif %}",
		 "t:2:4: expected 'endfor', found 'endif' (the 'for' began at line 1)"},
		{"{% if x %}\n", "t:1:11: expected 'endif', found 'the end of the template' (the "
				 "'if' began at line 1)"},
		{"{{ 'x }}", "t:1:4: this string does not end"},
		{"a {# b", "t:1:3: this comment has no '#}'"},
		{"{{ 9223372036854775807 + 1 }}", "the result does not fit in 64 bits"},
		{"{{ 99999999999999999999 }}", "is no number that fits in 64 bits"},
		{"a {% include 'x' %}", "t:1:14: there is no directory to read 'x' from"},
		{"{{ $ }}", "t:1:4: this character means nothing here"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_buf struct buf out = {0};
		struct error err = {0};
		struct jinja_options options = {0};
		struct value *context = value_map(&arena);
		value_set(&arena, context, "version", value_string(&arena, "1"));
		value_set(&arena, context, "map", value_map(&arena));
		assert_int_equal(render(cases[i].text, strlen(cases[i].text), &options, context,
					&out, NULL, &arena, &err),
				 -1);
		expect_error(&err, cases[i].error);
	}
}

static void bounds(void **state)
{
	static const char *const cases[] = {
		"{% for a in range(2000) %}{% for b in range(2000) %}{% endfor %}{% endfor %}",
		"{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
		"{{ 'x' * 1000000000 }}",
		"{% for a in range(900000) %}{{ 'x' * 1000 }}{% endfor %}",
		"{{ range(10000000000) }}",
		"{{ range(999999) | unique | list }}",
		"{{ ('ab' * 4000000).rfind('ba' * 1000000 ~ 'c') }}",
		"{% set l = [1] %}{% for x in l %}{% do l.append(x) %}{% endfor %}",
		"{{ [1] | slice(1000000000) | list }}",
		"{{ '{:99999}'.format(1) }}",
		"{% set ns = namespace(s='x') %}{% for a in range(100) %}{% set ns.s = ns.s + ns.s "
		"%}{% endfor %}",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_buf struct buf out = {0};
		struct error err = {0};
		struct jinja_options options = {0};
		assert_int_equal(render(cases[i], strlen(cases[i]), &options, value_map(&arena),
					&out, NULL, &arena, &err),
				 -1);
		expect_error(&err, "t:1:");
	}
	/* Nested too deeply to parse. */
	char deep[4001];
	memset(deep, '(', sizeof deep);
	memcpy(deep, "{{", 2);
	memcpy(deep + 3998, "}}", 2);
	deep[4000] = '\0';
	auto_arena struct arena arena = {0};
	struct error err = {0};
	struct jinja_options options = {0};
	assert_null(jinja_parse(&arena, "t", deep, 4000, &options, &err));
	expect_error(&err, "nested too deeply");
}

/* `head`, then `link` so many times, then `tail`: parsed and rendered without variables. */
static int render_chain(const char *head, const char *link, size_t links, const char *tail,
			struct error *err)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0}, out = {0};
	struct jinja_options options = {0};
	buf_puts(&text, head);
	for (size_t i = 0; i < links; i++)
		buf_puts(&text, link);
	buf_puts(&text, tail);
	return render(text.data, text.len, &options, value_map(&arena), &out, NULL, &arena, err);
}

static void chains_of_any_length(void **state)
{
	static const struct {
		const char *head, *link, *tail;
	} cases[] = {
		{"{{ 1", "+1", " }}"},        {"{{ 'a'", "~'b'", " }}"},
		{"{{ 1", " and 1", " }}"},    {"{{ 0", " or 0", " }}"},
		{"{{ 1", " < 2 != 1", " }}"}, {"{{ [1", ",1", "]|length }}"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error err = {0};
		int status = render_chain(cases[i].head, cases[i].link, 5000, cases[i].tail, &err);
		expect_no_error(&err);
		assert_int_equal(status, 0);
	}
}

static void chains_that_are_too_deep(void **state)
{
	static const struct {
		const char *head, *link, *tail;
	} cases[] = {
		{"{{ 'a'", "|upper", " }}"},
		{"{{ a", "()", " }}"},
		{"{{ a", ".b", " }}"},
		{"{{ a", "[0]", " }}"},
		{"{{ a", "[0:1]", " }}"},
		{"{{ a", " is defined", " }}"},
		{"{{ ", "not ", "1 }}"},
		{"{{ ", "-", "1 }}"},
		{"{{ ", "(", "1 }}"},
		{"{{ ", "[", "1 }}"},
		{"{{ ", "f(a=", "1 }}"},
		{"{{ ", "a(", "1 }}"},
		{"{{ 1", " if 1 else 1", " }}"},
		{"{{ 1", " if 1", " }}"},
		{"{% set ", "(", "a = 1 %}"},
		{"{% for ", "(", "a in b %}"},
		{"{% if 0 %}", "{% elif 0 %}", "{% endif %}"},
		{"", "{% if 1 %}", ""},
		{"{% filter upper", "|upper", " %}{% endfilter %}"},
		{"{{ 1", "+(1", " }}"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_error struct error err = {0};
		int status =
			render_chain(cases[i].head, cases[i].link, 100000, cases[i].tail, &err);
		assert_int_equal(status, -1);
		if (!strstr(err.message, "nested too deeply") && !strstr(err.message, "'elif'"))
			fail_msg("%s...: %s", cases[i].head, err.message);
		assert_int_equal(err.line, 1);
	}
}

/* Calls under way, times the depth of what each evaluates. */
static void depth_is_bounded_in_all(void **state)
{
	auto_error struct error err = {0};
	(void)state;
	assert_int_equal(render_chain("{% macro m(x) %}{{ ", "not ", 100,
				      "m(1) }}{% endmacro %}{{ m(1) }}", &err),
			 -1);
	assert_non_null(strstr(err.message, "nested too deeply"));
}

static void values_that_contain_themselves(void **state)
{
	static const struct {
		const char *text, *output; /* or the error */
	} cases[] = {
		{"{% set l = [1] %}{% do l.append(l) %}{{ l }} {{ l|string }} {{ l ~ '' }} {{ "
		 "l|join }} "
		 "{{ '%s' % [l] }} {{ '{}'.format(l) }}",
		 "[1, [...]] [1, [...]] [1, [...]] 1[1, [...]] [[1, [...]]] [1, [...]]"},
		{"{% set d = {} %}{% do d.update({'a': 1}) %}{% do d.update({'d': (d,)}) %}{{ d }}",
		 "{'a': 1, 'd': ({...},)}"},
		{"{% set l = [] %}{% do l.append(l) %}{{ l == l }}{{ l in l }}", "TrueTrue"},
		{"{% set l = [] %}{% do l.append(l) %}{{ l == [l] }}", "contains itself"},
		{"{% set l = [] %}{% do l.append(l) %}{{ l < [l] }}", "contains itself"},
		{"{% set l = [] %}{% do l.append(l) %}{{ l | tojson }}", "contains itself"},
		{"{% set l = [] %}{% do l.append(l) %}{{ [l, [l]] | sort }}", "contains itself"},
		{"{% set l = [] %}{% do l.append(l) %}{{ [l, [l]] | unique | list }}",
		 "contains itself"},
		{"{% macro m(a) %}{{ caller() }}{{ a }}{% endmacro %}"
		 "{% set l = [] %}{% do l.append(l) %}{% call m(a=l) %}x{% endcall %}",
		 "x[[...]]"},
		{"{% set n = namespace(l=[]) %}{% for i in range(10000) %}{% set n.l = [n.l] %}"
		 "{% endfor %}{{ n.l }}",
		 "nested too deeply"},
		{"{% set n = namespace(l=[], m=[]) %}{% for i in range(50) %}"
		 "{% set n.l = [n.l, n.l] %}{% set n.m = [n.m, n.m] %}{% endfor %}{{ n.l == n.m }}",
		 "too large"},
		{"{% set n = namespace(l=[]) %}{% for i in range(50) %}{% set n.l = [n.l, n.l] %}"
		 "{% endfor %}{{ n.l | tojson }}",
		 "too large"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_buf struct buf out = {0};
		auto_error struct error err = {0};
		struct jinja_options options = {0};
		int status = render(cases[i].text, strlen(cases[i].text), &options,
				    value_map(&arena), &out, NULL, &arena, &err);
		if (status < 0)
			expect_error(&err, cases[i].output);
		else
			assert_string_equal(buf_text(&out), cases[i].output);
	}
}

static void included_files(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"{% include '../cases.txt' %}", "t:1:12: '../cases.txt' is no name of a template"},
		{"{% include 'sub/../plain.j2' %}", "is no name of a template"},
		{"{% include '/etc/passwd' %}", "is no name of a template"},
		{"{% include '' %}", "is no name of a template"},
		{"{% include 'sub' %}", "t:1:12: the template 'sub' is no regular file"},
		{"\n{% include 'no.j2' %}", "t:2:12: there is no template 'no.j2'"},
		{"{% include ['no.j2', 'no2.j2'] %}", "there is no template 'no2.j2'"},
		{"{% include ['no.j2', '../x'] ignore missing %}", "is no name of a template"},
		{"{% include 'bad.j2' %}", "include/bad.j2:2:4: 'nothing_here' is undefined"},
		{"{% include 'syntax.j2' ignore missing %}", "include/syntax.j2:2:7: expected an"},
		{"{% include 'self.j2' %}", "nested too deeply"},
		{"{% extends 'circle.j2' %}", "circle.j2:1:1: these templates extend each other"},
		{"{% extends 'required.j2' %}", "required.j2:1:4: the required block 'must'"},
		{"{% import 'macros.j2' as m %}{{ m.hi(zzz) }}",
		 "macros.j2:1:36: 'zzz' is undefined"},
		{"{% import 'macros.j2' as m %}\n{{ m.ctx() }}", "macros.j2:3:21: 'name' is"},
		{"{% from 'macros.j2' import nope %}{{ nope }}", "has no 'nope'"},
		{"{% from 'macros.j2' import _private %}", "begin with '_'"},
		{"{% include 1 %}", "must be a string"},
		{"{% block a %}{% endblock %}{% block a %}{% endblock %}", "is there twice"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_buf struct buf out = {0};
		struct error err = {0};
		struct jinja_options options = {.include_path = includes};
		assert_int_equal(render(cases[i].text, strlen(cases[i].text), &options,
					value_map(&arena), &out, NULL, &arena, &err),
				 -1);
		expect_error(&err, cases[i].error);
	}
}

/* The kernel resolves links: one that leaves the include path is refused. */
static void links_that_leave(void **state)
{
	char root[] = "/tmp/factory-jinja-XXXXXX";
	auto_arena struct arena arena = {0};
	auto_buf struct buf out = {0};
	struct error err = {0};
	(void)state;
	assert_non_null(mkdtemp(root));
	autofree char *leaving = mem_printf("%s/leaving", root);
	autofree char *staying = mem_printf("%s/staying", root);
	assert_int_equal(symlink("/etc/passwd", leaving), 0);
	assert_int_equal(symlink("leaving", staying), 0);
	struct jinja_options options = {.include_path = root};
	assert_int_equal(render("{% include 'staying' %}", 23, &options, value_map(&arena), &out,
				NULL, &arena, &err),
			 -1);
	expect_error(&err, "t:1:12: the template 'staying' is outside of");
	unlink(leaving);
	unlink(staying);
	rmdir(root);
}

/* A piece that another file made belongs to the statement that brought it in. */
static void included_output_is_located(void **state)
{
	static const char text[] = "one\n  {% include 'plain.j2' %}\ntwo";
	auto_arena struct arena arena = {0};
	auto_buf struct buf out = {0};
	struct error err = {0};
	struct jinja_map map = {0};
	struct jinja_options options = {.include_path = includes};
	struct value *context = value_map(&arena);
	unsigned line, column;
	(void)state;
	value_set(&arena, context, "name", value_string(&arena, "N"));
	render(text, strlen(text), &options, context, &out, &map, &arena, &err);
	expect_no_error(&err);
	jinja_locate(&map, &out, 2, 5, &line, &column);
	assert_int_equal(line, 2);
	assert_int_equal(column, 6);
	jinja_locate(&map, &out, 4, 2, &line, &column);
	assert_int_equal(line, 3);
	assert_int_equal(column, 2);
}

static void the_head_sets_options(void **state)
{
	static const struct {
		const char *text;
		bool trim, lstrip;
	} cases[] = {
		{"# jinja: trim_blocks lstrip_blocks\n", true, true},
		{"# jinja:lstrip_blocks\r\na", false, true},
		{"# jinja: trim_block\n# jinja: trim_blocks", false, false},
		{" # jinja: trim_blocks", false, false},
		{"# jinja: ", false, false},
		{"", false, false},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct jinja_options options = {0};
		jinja_head_options(cases[i].text, &options);
		assert_int_equal(options.trim_blocks, cases[i].trim);
		assert_int_equal(options.lstrip_blocks, cases[i].lstrip);
	}
}

static void output_is_located(void **state)
{
	static const char text[] = "one\n"
				   "{% for i in [1, 2] %}\n"
				   "  x{{ 'a\\nb' }}y\n"
				   "{% endfor %}\n"
				   "end";
	static const struct {
		unsigned line, column, template_line, template_column;
	} cases[] = {
		{1, 2, 1, 2},  {3, 3, 3, 3}, {3, 4, 3, 7}, {4, 1, 3, 7},
		{4, 2, 3, 16}, {6, 3, 3, 3}, {9, 1, 5, 1}, {9, 3, 5, 3},
	};
	(void)state;
	auto_arena struct arena arena = {0};
	auto_buf struct buf out = {0};
	struct error err = {0};
	struct jinja_options options = {0};
	struct jinja_map map = {0};
	render(text, strlen(text), &options, value_map(&arena), &out, &map, &arena, &err);
	expect_no_error(&err);
	assert_string_equal(out.data, "one\n\n  xa\nby\n\n  xa\nby\n\nend");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		unsigned line, column;
		jinja_locate(&map, &out, cases[i].line, cases[i].column, &line, &column);
		assert_int_equal(line, cases[i].template_line);
		assert_int_equal(column, cases[i].template_column);
	}
}

static void what_is_read(void **state)
{
	static const struct {
		const char *text;
		bool reads;
	} cases[] = {
		{"{{ facts.os.id }}", true},
		{"{% if x is in facts %}{% endif %}", true},
		{"{% for a in b if facts %}{% endfor %}", true},
		{"{{ x | default(facts) }}", true},
		{"{% macro m(a=facts) %}{% endmacro %}", true},
		{"{% set facts = 1 %}{{ facts }}", false},
		{"{{ x.facts }} facts", false},
		{"{# facts #}{% raw %}{{ facts }}{% endraw %}", false},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		struct error err = {0};
		struct jinja_options options = {0};
		struct jinja_template *tmpl = jinja_parse(&arena, "t", cases[i].text,
							  strlen(cases[i].text), &options, &err);
		expect_no_error(&err);
		assert_int_equal(jinja_reads(tmpl, "facts"), cases[i].reads);
	}
}

static void a_placeholder_is_anything(void **state)
{
	static const char text[] =
		"[{{ f.os.id }}{{ f.x[0].y() }}{% for i in f.list %}{{ i }}{% endfor %}"
		"{% include f.x %}{% from f.y import z %}{{ z }}{% import f.y as w %}{{ w.q() }}"
		"{% if f.a %}x{% endif %}{{ f.b | upper }}{{ f.c == 'd' }}]";
	(void)state;
	auto_arena struct arena arena = {0};
	auto_buf struct buf out = {0};
	struct error err = {0};
	struct jinja_options options = {0};
	struct value *context = value_map(&arena);
	value_set(&arena, context, "f", jinja_placeholder(&arena));
	render(text, strlen(text), &options, context, &out, NULL, &arena, &err);
	expect_no_error(&err);
	assert_string_equal(out.data, "[False]");
}

/* Renders the templates of a JSON list, and prints what came of each: what
 * tests/fuzz/jinja_differential.py compares. */
static int render_all(const char *path)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0}, context = {0}, report = {0};
	auto_error struct error err = {0};
	const struct value *templates = NULL;
	if (file_read(path, 0, &text, &err) == 0 &&
	    file_read("tests/fixtures/jinja/context.json", 0, &context, &err) == 0)
		templates = json_parse(&arena, path, text.data, text.len, &err);
	struct value *results = value_list(&arena);
	for (size_t i = 0; templates && i < templates->list.len; i++) {
		auto_arena struct arena own = {0};
		auto_buf struct buf out = {0};
		auto_error struct error failed = {0};
		struct jinja_options options = {.include_path = includes};
		const struct value *one = templates->list.items[i];
		struct value *result = value_map(&arena);
		if (render(one->string.data, one->string.len, &options,
			   json_parse(&own, "context", context.data, context.len, &err), &out, NULL,
			   &own, &failed) < 0) {
			value_set(&arena, result, "error", value_string(&arena, failed.message));
			value_set(&arena, result, "line", value_int(&arena, failed.line));
		} else {
			value_set(&arena, result, "output",
				  value_stringn(&arena, buf_text(&out), out.len));
		}
		value_append(&arena, results, result);
	}
	json_write(&report, results);
	puts(buf_text(&report));
	return templates ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return render_all(argv[1]);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_bytes_as_jinja2),
		cmocka_unit_test(messages),
		cmocka_unit_test(bounds),
		cmocka_unit_test(chains_of_any_length),
		cmocka_unit_test(chains_that_are_too_deep),
		cmocka_unit_test(depth_is_bounded_in_all),
		cmocka_unit_test(values_that_contain_themselves),
		cmocka_unit_test(included_files),
		cmocka_unit_test(links_that_leave),
		cmocka_unit_test(included_output_is_located),
		cmocka_unit_test(the_head_sets_options),
		cmocka_unit_test(output_is_located),
		cmocka_unit_test(what_is_read),
		cmocka_unit_test(a_placeholder_is_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
