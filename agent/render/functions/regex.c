#define PCRE2_CODE_UNIT_WIDTH 8

#include "agent/render/functions/sprig.h"

#include "agent/render/template/runes.h"
#include "agent/render/template/strconv.h"
#include "common/memory.h"

#include <pcre2.h>
#include <string.h>

enum { MATCH_LIMIT = 1000000, HEAP_LIMIT_KIB = 64 * 1024 };

/* A compiled expression and what matching with it needs. */
struct regex {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	const char *subject;
	size_t len;
};

static void regex_free(struct regex *regex)
{
	pcre2_match_data_free(regex->match);
	pcre2_match_context_free(regex->limits);
	pcre2_code_free(regex->code);
}

static int fail_pcre(int code, const char *pattern, size_t offset, struct error *err)
{
	char why[200];
	pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
	return error_set(err, "error parsing regexp: %s at %zu in `%s`", why, offset, pattern);
}

/* "$" is the end of the text only, as in Go. */
static int regex_compile(struct regex *regex, const struct call *call, size_t subject,
			 struct error *err)
{
	int code;
	size_t offset;
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY;
	regex->code = pcre2_compile((PCRE2_SPTR)call_text(call, 0), call_len(call, 0), options,
				    &code, &offset, NULL);
	if (!regex->code && code == PCRE2_ERROR_HEAP_FAILED)
		mem_exhausted();
	if (!regex->code)
		return fail_pcre(code, call_text(call, 0), offset, err);
	regex->match = mem_given(pcre2_match_data_create_from_pattern(regex->code, NULL));
	regex->limits = mem_given(pcre2_match_context_create(NULL));
	pcre2_set_match_limit(regex->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(regex->limits, MATCH_LIMIT);
	pcre2_set_heap_limit(regex->limits, HEAP_LIMIT_KIB);
	regex->subject = call_text(call, subject);
	regex->len = call_len(call, subject);
	return 0;
}

/* 1: matched at or behind `from`; 0: nowhere. */
static int regex_find(struct regex *regex, size_t from, struct error *err)
{
	int code = pcre2_match(regex->code, (PCRE2_SPTR)regex->subject, regex->len, from, 0,
			       regex->match, regex->limits);
	if (code >= 0)
		return 1;
	if (code == PCRE2_ERROR_NOMATCH)
		return 0;
	if (code == PCRE2_ERROR_NOMEMORY)
		mem_exhausted();
	char why[200];
	pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
	return error_set(err, "matching the regular expression: %s", why);
}

static struct value *regex_match(struct call *call, struct error *err)
{
	__attribute__((cleanup(regex_free))) struct regex regex = {0};
	if (regex_compile(&regex, call, 1, err) < 0)
		return NULL;
	int found = regex_find(&regex, 0, err);
	return found < 0 ? NULL : value_bool(call->arena, found);
}

static void add_group(struct regex *regex, struct buf *out, size_t group)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(regex->match);
	if (group >= pcre2_get_ovector_count(regex->match) || at[2 * group] == PCRE2_UNSET)
		return;
	buf_add(out, regex->subject + at[2 * group], at[2 * group + 1] - at[2 * group]);
}

static void add_named(struct regex *regex, struct buf *out, const char *name, size_t len)
{
	uint64_t number;
	char copy[64];
	if (strconv_uint(name, len, 10, &number) == STRCONV_OK) {
		add_group(regex, out, number > UINT32_MAX ? UINT32_MAX : number);
		return;
	}
	if (len >= sizeof copy)
		return;
	memcpy(copy, name, len);
	copy[len] = '\0';
	int group = pcre2_substring_number_from_name(regex->code, (PCRE2_SPTR)copy);
	if (group >= 0)
		add_group(regex, out, (size_t)group);
}

static size_t word_length(const char *text, size_t len)
{
	size_t at = 0, width;
	while (at < len && rune_is_word(rune_decode(text + at, len - at, &width)))
		at += width;
	return at;
}

/* Behind a "$": appends what it stands for and returns how much of the template it took; 0: it
 * stands for itself. */
static size_t expand_one(struct regex *regex, struct buf *out, const char *text, size_t len)
{
	if (len && text[0] == '$') {
		buf_putc(out, '$');
		return 1;
	}
	bool braces = len && text[0] == '{';
	size_t word = word_length(text + braces, len - braces);
	if (!word || (braces && (word + 1 >= len || text[word + 1] != '}')))
		return 0;
	add_named(regex, out, text + braces, word);
	return word + 2 * (size_t)braces;
}

static void expand(struct regex *regex, struct buf *out, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		const char *dollar = memchr(text + at, '$', len - at);
		size_t end = dollar ? (size_t)(dollar - text) : len;
		buf_add(out, text + at, end - at);
		if (!dollar)
			return;
		size_t used = expand_one(regex, out, text + end + 1, len - end - 1);
		if (!used)
			buf_putc(out, '$');
		at = end + 1 + used;
	}
}

static size_t behind_match(const struct regex *regex, size_t from, size_t end)
{
	if (end > from || from >= regex->len)
		return end > from ? end : from + 1;
	return from + rune_prefix(regex->subject + from, regex->len - from, 1);
}

/* The next match that counts from `*from` on: an empty one right behind another one doesn't.
 * `taken` is where the last one ended. */
static int next_match(struct regex *regex, size_t *from, size_t taken, bool first,
		      const PCRE2_SIZE **match, struct error *err)
{
	int found;
	while (*from <= regex->len && (found = regex_find(regex, *from, err)) != 0) {
		if (found < 0)
			return -1;
		const PCRE2_SIZE *at = *match = pcre2_get_ovector_pointer(regex->match);
		*from = behind_match(regex, *from, at[1]);
		if (at[1] > taken || first)
			return 1;
	}
	return 0;
}

struct replacing {
	size_t subject, by; /* which arguments */
	bool literal;
};

static struct value *replace_all(struct call *call, struct replacing how, struct error *err)
{
	__attribute__((cleanup(regex_free))) struct regex regex = {0};
	auto_buf struct buf out = {0};
	size_t copied = 0, from = 0;
	const PCRE2_SIZE *at;
	bool first = true;
	int found;
	const char *by = call_text(call, how.by);
	if (regex_compile(&regex, call, how.subject, err) < 0)
		return NULL;
	while ((found = next_match(&regex, &from, copied, first, &at, err)) > 0) {
		size_t begin = at[0] < copied ? copied : at[0];
		buf_add(&out, regex.subject + copied, begin - copied);
		copied = at[1];
		first = false;
		if (how.literal)
			buf_add(&out, by, call_len(call, how.by));
		else
			expand(&regex, &out, by, call_len(call, how.by));
		if (out.len > TEMPLATE_OUTPUT)
			return sprig_fail(err, "the text is too long");
	}
	if (found < 0)
		return NULL;
	buf_add(&out, regex.subject + copied, regex.len - copied);
	return call_string(call, &out);
}

static struct value *regex_replace_all(struct call *call, struct error *err)
{
	return replace_all(call, (struct replacing){2, 1, false}, err);
}

static struct value *regex_replace_behind(struct call *call, struct error *err)
{
	return replace_all(call, (struct replacing){1, 2, false}, err);
}

static struct value *regex_replace_literal(struct call *call, struct error *err)
{
	return replace_all(call, (struct replacing){1, 2, true}, err);
}

static struct value *regex_match_or_not(struct call *call, struct error *err)
{
	struct value *found = regex_match(call, err);
	return found ? found : value_bool(call->arena, false);
}

static struct value *regex_first(struct call *call, struct error *err)
{
	__attribute__((cleanup(regex_free))) struct regex regex = {0};
	if (regex_compile(&regex, call, 1, err) < 0)
		return NULL;
	int found = regex_find(&regex, 0, err);
	if (found <= 0)
		return found < 0 ? NULL : value_string(call->arena, "");
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(regex.match);
	return value_stringn(call->arena, regex.subject + at[0], at[1] - at[0]);
}

static struct value *regex_all(struct call *call, struct error *err)
{
	__attribute__((cleanup(regex_free))) struct regex regex = {0};
	struct value *list = type_strings(call->arena);
	int64_t limit = call->args[2]->integer;
	size_t from = 0, taken = 0;
	const PCRE2_SIZE *at;
	int found = 0;
	if (regex_compile(&regex, call, 1, err) < 0)
		return NULL;
	while (limit != 0 &&
	       (found = next_match(&regex, &from, taken, !list->list.len, &at, err)) > 0) {
		value_append(call->arena, list,
			     value_stringn(call->arena, regex.subject + at[0], at[1] - at[0]));
		taken = at[1];
		limit--;
	}
	return found < 0 ? NULL : list;
}

/* As regexp.Split: at most `limit` parts, all where it is negative. */
static struct value *regex_split(struct call *call, struct error *err)
{
	__attribute__((cleanup(regex_free))) struct regex regex = {0};
	struct value *list = type_strings(call->arena);
	int64_t limit = call->args[2]->integer;
	size_t from = 0, taken = 0, begin = 0, end = 0;
	const PCRE2_SIZE *at;
	bool first = true;
	int found = 0;
	if (regex_compile(&regex, call, 1, err) < 0)
		return NULL;
	if (limit == 0)
		return list;
	while (regex.len && limit != 1 &&
	       (found = next_match(&regex, &from, taken, first, &at, err)) > 0) {
		first = false;
		taken = at[1];
		end = at[0];
		if (at[1] == 0)
			continue;
		value_append(call->arena, list,
			     value_stringn(call->arena, regex.subject + begin, at[0] - begin));
		begin = at[1];
		if (limit > 0)
			limit--;
	}
	if (found < 0)
		return NULL;
	if (end != regex.len || (!regex.len && call_len(call, 0)))
		value_append(call->arena, list,
			     value_stringn(call->arena, regex.subject + begin, regex.len - begin));
	return list;
}

static struct value *regex_quote(struct call *call, struct error *err)
{
	(void)err;
	auto_buf struct buf out = {0};
	for (size_t i = 0; i < call_len(call, 0); i++) {
		char c = call_text(call, 0)[i];
		if (c && strchr("\\.+*?()|[]{}^$", c))
			buf_putc(&out, '\\');
		buf_putc(&out, c);
	}
	return call_string(call, &out);
}

const struct function functions_regex[] = {
	{"regexMatch", "ss", regex_match},
	{"regexReplaceAll", "sss", regex_replace_all},
	{NULL, NULL, NULL},
};

const struct function functions_sprig_regex[] = {
	{"sprig_mustRegexFind", "ss", regex_first},
	{"sprig_mustRegexFindAll", "ssi", regex_all},
	{"sprig_mustRegexMatch", "ss", regex_match},
	{"sprig_mustRegexReplaceAll", "sss", regex_replace_behind},
	{"sprig_mustRegexReplaceAllLiteral", "sss", regex_replace_literal},
	{"sprig_mustRegexSplit", "ssi", regex_split},
	{"sprig_regexFind", "ss", regex_first},
	{"sprig_regexFindAll", "ssi", regex_all},
	{"sprig_regexMatch", "ss", regex_match_or_not},
	{"sprig_regexQuoteMeta", "s", regex_quote},
	{"sprig_regexReplaceAll", "sss", regex_replace_behind},
	{"sprig_regexReplaceAllLiteral", "sss", regex_replace_literal},
	{"sprig_regexSplit", "ssi", regex_split},
	{NULL, NULL, NULL},
};
