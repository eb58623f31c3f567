#include "agent/render/functions/sprig.h"

#include "agent/render/template/strconv.h"

#include <string.h>

static struct value *part(const struct call *call, size_t text, size_t from, size_t len)
{
	return value_stringn(call->arena, call_text(call, text) + from, len);
}

static bool begins(const struct call *call)
{
	return call_len(call, 1) >= call_len(call, 0) &&
	       memcmp(call_text(call, 1), call_text(call, 0), call_len(call, 0)) == 0;
}

static struct value *strings_has_prefix(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena, begins(call));
}

static struct value *strings_has_suffix(struct call *call, struct error *err)
{
	(void)err;
	size_t len = call_len(call, 0), whole = call_len(call, 1);
	return value_bool(call->arena, whole >= len && memcmp(call_text(call, 1) + whole - len,
							      call_text(call, 0), len) == 0);
}

static struct value *strings_contains(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena, memmem(call_text(call, 1), call_len(call, 1),
					      call_text(call, 0), call_len(call, 0)) != NULL);
}

static struct value *strings_trunc(struct call *call, struct error *err)
{
	(void)err;
	int64_t count = call->args[0]->integer, len = (int64_t)call_len(call, 1);
	if (count < 0 && len + count > 0)
		return part(call, 1, (size_t)(len + count), (size_t)-count);
	return count >= 0 && len > count ? part(call, 1, 0, (size_t)count) : call->args[1];
}

static struct value *out_of_range(struct error *err, int64_t from, int64_t to)
{
	error_set(err, "runtime error: slice bounds out of range [%lld:%lld]", (long long)from,
		  (long long)to);
	return NULL;
}

static struct value *first_bytes(struct call *call, int64_t end, int64_t len, struct error *err)
{
	if (end >= 0 && end <= len)
		return part(call, 2, 0, (size_t)end);
	if (end < 0)
		error_set(err, "runtime error: slice bounds out of range [:%lld]", (long long)end);
	else
		error_set(err, "runtime error: slice bounds out of range [:%lld] with length %lld",
			  (long long)end, (long long)len);
	return NULL;
}

static struct value *strings_substr(struct call *call, struct error *err)
{
	int64_t from = call->args[0]->integer, end = call->args[1]->integer;
	int64_t len = (int64_t)call_len(call, 2);
	if (from < 0)
		return first_bytes(call, end, len, err);
	if (end < 0 || end > len)
		end = len;
	if (from > end)
		return out_of_range(err, from, end);
	return part(call, 2, (size_t)from, (size_t)(end - from));
}

static struct value *strings_repeat(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	int64_t count = call->args[0]->integer;
	size_t len = call_len(call, 1);
	if (count < 0)
		return sprig_fail(err, "strings: negative Repeat count");
	if (len && (uint64_t)count > TEMPLATE_OUTPUT / len)
		return sprig_fail(err, "the text is too long");
	for (int64_t i = 0; len && i < count; i++)
		buf_add(&out, call_text(call, 1), len);
	return call_string(call, &out);
}

static struct value *strings_quote(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	for (size_t i = 0; i < call->count && out.len <= TEMPLATE_OUTPUT; i++) {
		auto_buf struct buf text = {0};
		if (call->args[i]->kind == VALUE_NULL)
			continue;
		if (out.len)
			buf_putc(&out, ' ');
		sprig_print(&text, call->args[i]);
		strconv_quote(&out, buf_text(&text), text.len, false);
	}
	return sprig_text(call, &out, err);
}

/* All arguments but nils, one space between them, each between two quotes or none. */
static struct value *spaced(struct call *call, const char *quote, struct error *err)
{
	auto_buf struct buf out = {0};
	bool some = false;
	for (size_t i = 0; i < call->count && out.len <= TEMPLATE_OUTPUT; i++) {
		if (call->args[i]->kind == VALUE_NULL)
			continue;
		if (some)
			buf_putc(&out, ' ');
		some = true;
		buf_puts(&out, quote);
		sprig_print(&out, call->args[i]);
		buf_puts(&out, quote);
	}
	return sprig_text(call, &out, err);
}

static struct value *strings_squote(struct call *call, struct error *err)
{
	return spaced(call, "'", err);
}

static struct value *strings_cat(struct call *call, struct error *err)
{
	return spaced(call, "", err);
}

static struct value *indented(struct call *call, const char *before, struct error *err)
{
	auto_buf struct buf out = {0};
	int64_t spaces = call->args[0]->integer;
	const char *text = call_text(call, 1);
	if (spaces < 0)
		return sprig_fail(err, "strings: negative Repeat count");
	if (spaces > 10000)
		return sprig_fail(err, "indent value must be at most 10000");
	buf_puts(&out, before);
	for (size_t i = 0; i <= call_len(call, 1) && out.len <= TEMPLATE_OUTPUT; i++) {
		if (!i || text[i - 1] == '\n') {
			memset(buf_reserve(&out, (size_t)spaces), ' ', (size_t)spaces);
			out.len += (size_t)spaces;
		}
		if (i < call_len(call, 1))
			buf_putc(&out, text[i]);
	}
	return sprig_text(call, &out, err);
}

static struct value *strings_indent(struct call *call, struct error *err)
{
	return indented(call, "", err);
}

static struct value *strings_nindent(struct call *call, struct error *err)
{
	return indented(call, "\n", err);
}

static struct value *strings_plural(struct call *call, struct error *err)
{
	(void)err;
	return call->args[call->args[2]->integer == 1 ? 0 : 1];
}

static struct value *strings_to_string(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	sprig_print(&out, call->args[0]);
	return sprig_text(call, &out, err);
}

static struct value *abbreviated(struct call *call, int64_t offset, int64_t width, size_t at)
{
	int64_t len = (int64_t)call_len(call, at);
	const char *text = call_text(call, at);
	auto_buf struct buf out = {0};
	if (len <= width)
		return call->args[at];
	if (offset > len)
		offset = len;
	if (len - offset < width - 3)
		offset = len - (width - 3);
	if (offset <= 4) {
		buf_add(&out, text, (size_t)(width - 3));
		buf_puts(&out, "...");
	} else if (offset + width - 3 < len) {
		buf_puts(&out, "...");
		buf_add(&out, text + offset, (size_t)(width - 6));
		buf_puts(&out, "...");
	} else {
		buf_puts(&out, "...");
		buf_add(&out, text + len - (width - 3), (size_t)(width - 3));
	}
	return call_string(call, &out);
}

static struct value *strings_abbrev(struct call *call, struct error *err)
{
	(void)err;
	int64_t width = call->args[0]->integer;
	return width < 4 ? call->args[1] : abbreviated(call, 0, width, 1);
}

static struct value *strings_abbrev_both(struct call *call, struct error *err)
{
	(void)err;
	int64_t left = call->args[0]->integer, right = call->args[1]->integer;
	if (right < 4 || (left > 0 && right < 7))
		return call->args[2];
	return abbreviated(call, left, right, 2);
}

static struct value *strings_hello(struct call *call, struct error *err)
{
	(void)err;
	return value_string(call->arena, "Hello!");
}

static struct value *strings_fail(struct call *call, struct error *err)
{
	return sprig_fail(err, call_text(call, 0));
}

const struct function functions_sprig_strings[] = {
	{"sprig_abbrev", "is", strings_abbrev},
	{"sprig_abbrevboth", "iis", strings_abbrev_both},
	{"sprig_cat", "a*", strings_cat},
	{"sprig_contains", "ss", strings_contains},
	{"sprig_fail", "s", strings_fail},
	{"sprig_hasPrefix", "ss", strings_has_prefix},
	{"sprig_hasSuffix", "ss", strings_has_suffix},
	{"sprig_hello", "", strings_hello},
	{"sprig_indent", "is", strings_indent},
	{"sprig_nindent", "is", strings_nindent},
	{"sprig_plural", "ssi", strings_plural},
	{"sprig_quote", "a*", strings_quote},
	{"sprig_repeat", "is", strings_repeat},
	{"sprig_squote", "a*", strings_squote},
	{"sprig_substr", "iis", strings_substr},
	{"sprig_toString", "a", strings_to_string},
	{"sprig_trunc", "is", strings_trunc},
	{NULL, NULL, NULL},
};
