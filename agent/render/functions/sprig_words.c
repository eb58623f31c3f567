#include "agent/render/functions/sprig.h"

#include "agent/render/template/runes.h"

#include <string.h>
#include <wctype.h>

/* Some of Go's functions take bytes for characters. */
static bool is_latin_space(unsigned char byte)
{
	return rune_is_space(byte);
}

static struct value *words_nospace(struct call *call, struct error *err)
{
	(void)err;
	auto_buf struct buf out = {0};
	const char *text = call_text(call, 0);
	size_t kept = 0;
	for (size_t i = 0; i < call_len(call, 0); i++) {
		if (is_latin_space((unsigned char)text[i]))
			continue;
		rune_append(&out, (unsigned char)text[i]);
		kept++;
	}
	return kept == call_len(call, 0) ? call->args[0] : call_string(call, &out);
}

static struct value *words_initials(struct call *call, struct error *err)
{
	(void)err;
	auto_buf struct buf out = {0};
	const char *text = call_text(call, 0);
	for (size_t i = 0; i < call_len(call, 0); i++)
		if (!is_latin_space((unsigned char)text[i]) &&
		    (!i || is_latin_space((unsigned char)text[i - 1])))
			rune_append(&out, (unsigned char)text[i]);
	return call_string(call, &out);
}

/* The first letter of each word by `map`; `ends` tells what is between words. */
static struct value *map_first(struct call *call, wint_t (*map)(wint_t), bool (*ends)(uint32_t))
{
	auto_buf struct buf out = {0};
	bool begins = true;
	for (size_t at = 0, width; at < call_len(call, 0); at += width) {
		uint32_t rune =
			rune_decode(call_text(call, 0) + at, call_len(call, 0) - at, &width);
		rune_append(&out, begins ? (uint32_t)map((wint_t)rune) : rune);
		begins = ends(rune);
	}
	return call_string(call, &out);
}

static struct value *words_untitle(struct call *call, struct error *err)
{
	(void)err;
	return map_first(call, towlower, rune_is_space);
}

/* Unlike consul-template's own, a word ends at an apostrophe. */
static bool ends_word(uint32_t rune)
{
	return rune < 0x80 ? !rune_is_word(rune) : rune_is_space(rune);
}

static struct value *words_title(struct call *call, struct error *err)
{
	(void)err;
	return map_first(call, towupper, ends_word);
}

static struct value *words_swapcase(struct call *call, struct error *err)
{
	(void)err;
	auto_buf struct buf out = {0};
	for (size_t at = 0, width; at < call_len(call, 0); at += width) {
		wint_t rune = (wint_t)rune_decode(call_text(call, 0) + at, call_len(call, 0) - at,
						  &width);
		rune_append(&out, (uint32_t)(iswupper(rune) ? towlower(rune) : towupper(rune)));
	}
	return call_string(call, &out);
}

struct newline {
	const char *text;
	size_t len;
};

/* Lines of at most `width` bytes; a space that begins one is dropped, a longer word is cut or
 * stands alone. */
static struct value *wrapped(struct call *call, size_t at, struct newline newline, bool cut,
			     struct error *err)
{
	auto_buf struct buf out = {0};
	int64_t asked = call->args[0]->integer;
	const char *text = call_text(call, at);
	size_t left = call_len(call, at), width = asked < 1 ? 1 : (size_t)asked;
	while (left > width && out.len <= TEMPLATE_OUTPUT) {
		if (*text == ' ') {
			text++;
			left--;
			continue;
		}
		const char *space = memrchr(text, ' ', width + 1);
		if (!space && !cut)
			space = memchr(text + width, ' ', left - width);
		size_t used = space ? (size_t)(space - text) : cut ? width : left;
		buf_add(&out, text, used);
		if (used < left)
			buf_add(&out, newline.text, newline.len);
		used += space != NULL;
		text += used;
		left -= used;
	}
	buf_add(&out, text, left);
	return sprig_text(call, &out, err);
}

static struct value *words_wrap(struct call *call, struct error *err)
{
	return wrapped(call, 1, (struct newline){"\n", 1}, false, err);
}

static struct value *words_wrap_with(struct call *call, struct error *err)
{
	struct newline newline = {call_text(call, 1), call_len(call, 1)};
	return wrapped(call, 2, newline.len ? newline : (struct newline){"\n", 1}, true, err);
}

static bool is_connector(uint32_t rune)
{
	return rune == '-' || rune == '_' || rune_is_space(rune);
}

static uint32_t next_rune(struct value *text, size_t *at)
{
	size_t width;
	uint32_t rune = rune_decode(text->string.data + *at, text->string.len - *at, &width);
	*at += width;
	return rune;
}

/* What connects words goes, but where it leads, ends or is doubled; a text of nothing else has its
 * last one twice. */
static struct value *words_camelcase(struct call *call, struct error *err)
{
	(void)err;
	auto_buf struct buf out = {0};
	struct value *text = call->args[0];
	size_t at = 0, len = text->string.len;
	uint32_t rune = 0;
	while (at < len && is_connector(rune = next_rune(text, &at)))
		rune_append(&out, rune);
	rune = is_connector(rune) ? rune : (uint32_t)towupper((wint_t)rune);
	while (at < len) {
		uint32_t before = rune;
		rune = next_rune(text, &at);
		if (is_connector(before) && !is_connector(rune)) {
			rune = (uint32_t)towupper((wint_t)rune);
			continue;
		}
		rune_append(&out, before);
		if (!is_connector(before) && !is_connector(rune))
			rune = (uint32_t)towlower((wint_t)rune);
	}
	if (len)
		rune_append(&out, rune);
	return call_string(call, &out);
}

const struct function functions_sprig_words[] = {
	{"sprig_camelcase", "s", words_camelcase},
	{"sprig_initials", "s", words_initials},
	{"sprig_nospace", "s", words_nospace},
	{"sprig_swapcase", "s", words_swapcase},
	{"sprig_title", "s", words_title},
	{"sprig_untitle", "s", words_untitle},
	{"sprig_wrap", "is", words_wrap},
	{"sprig_wrapWith", "iss", words_wrap_with},
	{NULL, NULL, NULL},
};
