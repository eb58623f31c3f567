/* Renders the cases.txt of tests/fixtures/gotemplate and tests/fixtures/sprig with ours and with
 * Go's text/template and compares byte for byte, errors too. Skipped where no Go is installed. */
#include "agent/render/render.h"
#include "common/memory.h"
#include "common/own.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RUN_GO                                                                                     \
	"GO111MODULE=off GOFLAGS= GOPATH=/usr/share/gocode GOCACHE=${GOCACHE:-$PWD/build/gocache}"

/* Where Go's later releases say or do something else than the one that Debian 12 has (1.19), we
 * follow the later ones; what they give is here. */
static const struct {
	const char *text, *expected;
} newer[] = {
	{"{{1)}}", "template: t:1: unexpected right paren"},
	{"{{(1))}}", "template: t:1: unexpected right paren"},
	{"{{print )}}", "template: t:1: unexpected right paren"},
};

static int get_value(struct source *source, const struct want *want, struct arena *arena,
		     struct value **found, struct error *err)
{
	(void)source;
	(void)err;
	*found = NULL;
	if (strcmp(want->name, "app/name") == 0)
		*found = value_string(arena, "web");
	if (strcmp(want->name, "app/port") == 0)
		*found = value_string(arena, "8080");
	return 0;
}

static void render(const char *text, bool *ok, struct buf *out)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct source source = {.get = get_value};
	struct render_template tmpl = {.contents = text, .destination = "t"};
	*ok = render_bytes(&tmpl, &source, NULL, &arena, out, value_list(&arena), &err) == 0;
	if (*ok)
		return;
	buf_clear(out);
	buf_puts(out, err.message);
}

static bool differs(const char *name, const char *text, bool go_ok, const char *go_text,
		    size_t go_len)
{
	auto_buf struct buf out = {0};
	bool ok;
	render(text, &ok, &out);
	for (size_t i = 0; i < COUNT_OF(newer); i++) {
		if (strcmp(newer[i].text, text) == 0) {
			go_text = newer[i].expected;
			go_len = strlen(go_text);
		}
	}
	if (ok == go_ok && out.len == go_len && memcmp(buf_text(&out), go_text, go_len) == 0)
		return false;
	fprintf(stderr, "case %s\n  Go:   %s %.*s\n  ours: %s %s\n", name, go_ok ? "ok" : "error",
		(int)go_len, go_text, ok ? "ok" : "error", buf_text(&out));
	return true;
}

static void read_all(FILE *file, struct buf *out)
{
	char chunk[65536];
	for (size_t len; (len = fread(chunk, 1, sizeof chunk, file)) > 0;)
		buf_add(out, chunk, len);
}

static void read_go(const char *fixture, struct buf *answers)
{
	autofree char *command = mem_printf(RUN_GO " go run tests/fixtures/%s/main.go "
						   "tests/fixtures/%s/cases.txt",
					    fixture, fixture);
	FILE *go = popen(command, "r");
	assert_non_null(go);
	read_all(go, answers);
	assert_int_equal(pclose(go), 0);
}

static void compare(const char *fixture, size_t least)
{
	auto_buf struct buf cases = {0}, answers = {0};
	autofree char *path = mem_printf("tests/fixtures/%s/cases.txt", fixture);
	autofclose FILE *file = fopen(path, "r");
	assert_non_null(file);
	read_all(file, &cases);
	read_go(fixture, &answers);
	size_t count = 0, different = 0;
	char *at = strstr(cases.data, "\n=== "), *answer = answers.data;
	while (at) {
		char *name = at + 5, *text = strchr(name, '\n') + 1;
		at = strstr(text, "\n=== ");
		text[-1] = '\0';
		if (at)
			*at = '\0';
		char *kind = answer + strlen(answer) + 1, *len = kind + strlen(kind) + 1;
		char *said = len + strlen(len) + 1;
		assert_string_equal(answer, name);
		different +=
			differs(name, text, strcmp(kind, "ok") == 0, said, strtoul(len, NULL, 10));
		answer = said + strtoul(len, NULL, 10);
		count++;
	}
	print_message("%zu cases, %zu differ\n", count, different);
	assert_int_equal(different, 0);
	assert_true(count >= least);
}

/* The cases of a file as main.go prints them, for tests/fuzz/gotemplate_differential.py. */
static int print_cases(const char *path)
{
	auto_buf struct buf cases = {0};
	autofclose FILE *file = fopen(path, "r");
	if (!file)
		return 1;
	read_all(file, &cases);
	for (char *at = strstr(buf_text(&cases), "\n=== "); at;) {
		char *name = at + 5, *text = strchr(name, '\n') + 1;
		at = strstr(text, "\n=== ");
		text[-1] = '\0';
		if (at)
			*at = '\0';
		auto_buf struct buf out = {0};
		bool ok;
		render(text, &ok, &out);
		printf("%s%c%s%c%zu%c", name, 0, ok ? "ok" : "error", 0, out.len, 0);
		fwrite(buf_text(&out), 1, out.len, stdout);
	}
	return 0;
}

static void needs(const char *command, const char *package)
{
	if (system(command) == 0)
		return;
	print_message("skipped: needs Debian's package %s\n", package);
	skip();
}

static void test_same_as_go(void **state)
{
	(void)state;
	needs("command -v go >/dev/null 2>&1", "golang-go");
	compare("gotemplate", 1900);
}

static void test_same_as_sprig(void **state)
{
	(void)state;
	needs("command -v go >/dev/null 2>&1", "golang-go");
	needs("test -d /usr/share/gocode/src/github.com/Masterminds/sprig",
	      "golang-github-masterminds-sprig-dev");
	compare("sprig", 450);
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "C.UTF-8"); /* the C library of the tests is not the agent's */
	if (argc > 1)
		return print_cases(argv[1]);
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_as_go),
					   cmocka_unit_test(test_same_as_sprig)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
