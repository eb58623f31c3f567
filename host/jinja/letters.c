/* Letters and their case, beyond ASCII too: what the C library knows of Unicode. */
#include "host/jinja/strings.h"

#include <ctype.h>
#include <string.h>
#include <wctype.h>

static locale_t letters(struct run *run)
{
	if (!run->letters)
		run->letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return run->letters;
}

static unsigned decode(const struct value *text, size_t at, size_t len)
{
	const unsigned char *from = (const unsigned char *)text->string.data + at;
	unsigned code = len == 1 ? from[0] : from[0] & (0x7Fu >> len);
	for (size_t i = 1; i < len; i++)
		code = code << 6 | (from[i] & 0x3Fu);
	return code;
}

static bool is_whole(size_t len, unsigned char first)
{
	size_t wanted = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
	return len == wanted && (len > 1 || first < 0x80);
}

bool letter_is(struct run *run, unsigned code, enum letter_kind kind)
{
	if (code < 0x80)
		return kind == LETTER_UPPER   ? isupper((int)code) != 0
		       : kind == LETTER_LOWER ? islower((int)code) != 0
		       : kind == LETTER_WORD  ? isalnum((int)code) || code == '_'
					      : isalpha((int)code) != 0;
	locale_t locale = letters(run);
	if (!locale)
		return kind == LETTER_ANY || kind == LETTER_WORD;
	return (kind == LETTER_UPPER   ? iswupper_l(code, locale)
		: kind == LETTER_LOWER ? iswlower_l(code, locale)
		: kind == LETTER_WORD  ? iswalnum_l(code, locale)
				       : iswalpha_l(code, locale)) != 0;
}

unsigned letter_at(const struct value *text, size_t at, size_t *len)
{
	*len = character_length(text, at);
	if (!is_whole(*len, (unsigned char)text->string.data[at]))
		return 0xFFFD;
	return decode(text, at, *len);
}

static void add_upper(struct run *run, struct buf *out, unsigned code, bool title)
{
	if (code == 0xDF) /* the sharp s has two capitals */
		buf_puts(out, title ? "Ss" : "SS");
	else
		jinja_add_utf8(out, letters(run) ? towupper_l(code, letters(run)) : code);
}

static void add_cased(struct run *run, struct buf *out, const struct value *text, size_t at,
		      enum letter_case wanted)
{
	size_t len;
	unsigned code = letter_at(text, at, &len);
	if (wanted == CASE_SWAPPED)
		wanted = letter_is(run, code, LETTER_UPPER) ? CASE_LOWER : CASE_UPPER;
	if (code == 0xFFFD)
		buf_add(out, text->string.data + at, len);
	else if (code < 0x80)
		buf_putc(out,
			 (char)(wanted == CASE_LOWER ? tolower((int)code) : toupper((int)code)));
	else if (wanted == CASE_LOWER)
		jinja_add_utf8(out, letters(run) ? towlower_l(code, letters(run)) : code);
	else
		add_upper(run, out, code, wanted == CASE_TITLE);
}

struct value *string_cased(struct run *run, const struct value *text, enum letter_case wanted)
{
	auto_buf struct buf out = {0};
	for (size_t i = 0; i < text->string.len; i += character_length(text, i))
		add_cased(run, &out, text, i, wanted);
	return value_stringn(run->arena, buf_text(&out), out.len);
}

struct value *string_capitalize(struct run *run, const struct value *text)
{
	auto_buf struct buf out = {0};
	for (size_t i = 0; i < text->string.len; i += character_length(text, i))
		add_cased(run, &out, text, i, i ? CASE_LOWER : CASE_TITLE);
	return value_stringn(run->arena, buf_text(&out), out.len);
}

struct value *string_title(struct run *run, const struct value *text, const char *separators)
{
	auto_buf struct buf out = {0};
	bool begins = true;
	size_t len;
	for (size_t i = 0; i < text->string.len; i += len) {
		unsigned code = letter_at(text, i, &len);
		add_cased(run, &out, text, i, begins ? CASE_TITLE : CASE_LOWER);
		begins = separators ? code && code < 0x80 && strchr(separators, (int)code)
				    : !letter_is(run, code, LETTER_ANY);
	}
	return value_stringn(run->arena, buf_text(&out), out.len);
}

bool string_is(struct run *run, const struct value *text, enum letter_kind kind)
{
	size_t len;
	for (size_t i = 0; i < text->string.len; i += len)
		if (!letter_is(run, letter_at(text, i, &len), kind) ||
		    (kind == LETTER_WORD && text->string.data[i] == '_'))
			return false;
	return text->string.len > 0;
}

bool string_is_cased(struct run *run, const struct value *text, enum letter_kind wanted)
{
	enum letter_kind other = wanted == LETTER_UPPER ? LETTER_LOWER : LETTER_UPPER;
	bool found = false;
	size_t len;
	for (size_t i = 0; i < text->string.len; i += len) {
		unsigned code = letter_at(text, i, &len);
		if (letter_is(run, code, other))
			return false;
		found |= letter_is(run, code, wanted);
	}
	return found;
}
