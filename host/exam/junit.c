#include "host/exam/junit.h"

#include "common/file.h"
#include "common/own.h"
#include "host/manifest/secrets.h"

#include <string.h>

/* The length of a well-formed character of UTF-8 that XML may hold (https://www.w3.org/TR/xml/
 * #charsets); 0: the byte is to be left out. */
static size_t character(const unsigned char *at, size_t left)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = *at < 0x80       ? 1
		     : *at >> 5 == 6  ? 2
		     : *at >> 4 == 14 ? 3
		     : *at >> 3 == 30 ? 4
				      : 0;
	if (len == 1)
		return *at >= 0x20 || strchr("\t\n\r", *at) ? *at != 0 : 0;
	if (!len || len > left)
		return 0;
	unsigned code = *at & (0x7FU >> len);
	for (size_t i = 1; i < len; i++) {
		if (at[i] >> 6 != 2)
			return 0;
		code = code << 6 | (at[i] & 0x3FU);
	}
	bool fine = code >= least[len] && code <= 0x10FFFF && code != 0xFFFE && code != 0xFFFF &&
		    (code < 0xD800 || code > 0xDFFF);
	return fine ? len : 0;
}

static void add_escaped(struct buf *out, const char *text, size_t len)
{
	static const struct {
		char character;
		const char *escape;
	} escapes[] = {
		{'&', "&amp;"},  {'<', "&lt;"},   {'>', "&gt;"},  {'"', "&quot;"},
		{'\n', "&#10;"}, {'\r', "&#13;"}, {'\t', "&#9;"},
	};
	for (size_t i = 0; i < len;) {
		size_t size = character((const unsigned char *)text + i, len - i), e = 0;
		while (e < COUNT_OF(escapes) && escapes[e].character != text[i])
			e++;
		if (size && e < COUNT_OF(escapes))
			buf_puts(out, escapes[e].escape);
		else
			buf_add(out, text + i, size);
		i += size ? size : 1;
	}
}

static void add_text(struct buf *out, const struct value *secrets, const char *text, size_t len)
{
	auto_buf struct buf shown = {0};
	secrets_hide(secrets, text, len, &shown);
	add_escaped(out, buf_text(&shown), shown.len);
}

static void add_attribute(struct buf *out, const struct value *secrets, const char *name,
			  const char *text)
{
	buf_printf(out, " %s=\"", name);
	add_text(out, secrets, text, strlen(text));
	buf_putc(out, '"');
}

static void add_counts(struct buf *out, const struct exam_result *results, size_t count)
{
	size_t tests = 0, failures = 0, all = 0, skipped = 0;
	uint64_t us = 0;
	for (size_t i = 0; i < count; i++) {
		tests += results[i].count;
		failures += exam_failures(&results[i], true);
		all += exam_failures(&results[i], false);
		skipped += exam_skipped(&results[i]);
		us += results[i].us;
	}
	buf_printf(
		out,
		" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n",
		tests, failures, all - failures, skipped, (double)us / 1e6);
}

static void add_failure(struct buf *out, const struct error *failure, const struct value *secrets)
{
	const char *element = exam_is_own(failure) ? "failure" : "error";
	autofree char *text = error_text(failure);
	buf_printf(out, "<%s", element);
	add_attribute(out, secrets, "message", failure->message);
	buf_puts(out, " type=\"test\">");
	add_text(out, secrets, text, strlen(text));
	buf_printf(out, "</%s>\n", element);
}

static void add_case(struct buf *out, const struct exam_result *result,
		     const struct exam_case *test, const struct value *secrets)
{
	buf_puts(out, "<testcase");
	add_attribute(out, secrets, "name", test->name);
	add_attribute(out, secrets, "classname", result->name);
	buf_printf(out, " time=\"%.3f\">\n", (double)test->us / 1e6);
	if (!test->has_run)
		buf_puts(out, "<skipped/>\n");
	if (error_is_set(&test->failure))
		add_failure(out, &test->failure, secrets);
	buf_puts(out, "<system-out>");
	add_text(out, secrets, buf_text(&test->output), test->output.len);
	buf_puts(out, "</system-out>\n</testcase>\n");
}

void junit_write(struct buf *out, const struct exam_result *results, size_t count,
		 const struct value *secrets)
{
	buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	add_counts(out, results, count);
	for (size_t i = 0; i < count; i++) {
		buf_puts(out, "<testsuite");
		add_attribute(out, secrets, "name", results[i].name);
		add_counts(out, &results[i], 1);
		for (size_t c = 0; c < results[i].count; c++)
			add_case(out, &results[i], &results[i].cases[c], secrets);
		buf_puts(out, "</testsuite>\n");
	}
	buf_puts(out, "</testsuites>\n");
}

int junit_write_file(const char *path, const struct exam_results *results,
		     const struct value *secrets, struct error *err)
{
	auto_buf struct buf out = {0};
	junit_write(&out, results->items, results->count, secrets);
	return file_replace(path, buf_text(&out), out.len, 0644, (uid_t)-1, (gid_t)-1, err);
}
