#include "agent/render/functions/sprig.h"

#include "agent/render/template/runes.h"
#include "common/memory.h"
#include "common/own.h"

#include <string.h>
#include <wctype.h>

/* snakecase and kebabcase: a text falls into words by what its characters are. */
enum word_kind {
	WORD_END,
	WORD_NUMBER,
	WORD_UPPER,
	WORD_LOWER,
	WORD_CONNECTOR,
	WORD_PUNCT,
	WORD_OTHER
};

struct piece {
	enum word_kind kind;
	const char *text;
	size_t len;
};

struct pieces {
	struct piece *items; /* a WORD_END behind the last one */
	size_t at;
	struct buf *out;
	char connector;
};

static bool is_punctuation(wint_t rune)
{
	return rune < 0x80 ? rune && strchr("!\"#%&'()*,./:;?@[\\]{}", (int)rune)
			   : iswpunct(rune) != 0;
}

static enum word_kind kind_of(const char *text, size_t len, size_t *width)
{
	wint_t rune = (wint_t)rune_decode(text, len, width);
	if (rune == '-' || rune == '_' || rune_is_space(rune))
		return WORD_CONNECTOR;
	if (is_punctuation(rune))
		return WORD_PUNCT;
	if (iswupper(rune))
		return WORD_UPPER;
	if (iswdigit(rune))
		return WORD_NUMBER;
	return iswalpha(rune) ? WORD_LOWER : WORD_OTHER;
}

/* How many bytes from the beginning are of the kind. */
static size_t run_length(const char *text, size_t len, enum word_kind kind, size_t *last)
{
	size_t at = 0, width;
	while (at < len && kind_of(text + at, len - at, &width) == kind) {
		*last = at;
		at += width;
	}
	return at;
}

/* "HTTPStatus" is HTTP and Status: the last capital belongs to the small letters behind it. */
static struct piece next_word(const char *text, size_t len)
{
	size_t width, last = 0;
	enum word_kind kind = kind_of(text, len, &width);
	size_t used = run_length(text, len, kind, &last);
	if (kind == WORD_UPPER && used < len) {
		size_t ignored, lower = run_length(text + used, len - used, WORD_LOWER, &ignored);
		if (lower && last == 0)
			used += lower;
		else if (lower)
			used = last;
	}
	return (struct piece){kind, text, used};
}

static void emit(struct pieces *words, struct piece word)
{
	size_t width;
	for (size_t at = 0; at < word.len; at += width) {
		uint32_t rune = rune_decode(word.text + at, word.len - at, &width);
		if (word.kind == WORD_CONNECTOR)
			buf_putc(words->out, words->connector);
		else if (word.kind == WORD_UPPER)
			rune_append(words->out, (uint32_t)towlower((wint_t)rune));
		else
			buf_add(words->out, word.text + at, width);
	}
}

/* Between two words, unless something stands there already. */
static void connect(struct pieces *words)
{
	enum word_kind kind = words->items[words->at].kind;
	if (kind != WORD_END && kind != WORD_CONNECTOR && kind != WORD_PUNCT)
		buf_putc(words->out, words->connector);
}

static void emit_small_and_numbers(struct pieces *words)
{
	for (; words->items[words->at].kind == WORD_LOWER ||
	       words->items[words->at].kind == WORD_NUMBER;
	     words->at++)
		emit(words, words->items[words->at]);
	connect(words);
}

/* A number belongs to the word before it ("Bld4Floor"), or to small letters behind it
 * ("HTTP2xx"). */
static void emit_number_behind(struct pieces *words)
{
	struct piece number = words->items[words->at];
	if (words->items[words->at + 1].kind == WORD_END)
		return;
	bool leads = words->items[++words->at].kind == WORD_LOWER;
	if (leads)
		buf_putc(words->out, words->connector);
	emit(words, number);
	if (leads)
		emit_small_and_numbers(words);
	else
		connect(words);
}

static void emit_all(struct pieces *words)
{
	while (words->items[words->at].kind != WORD_END) {
		struct piece word = words->items[words->at++];
		emit(words, word);
		if (words->items[words->at].kind == WORD_END)
			return;
		if (word.kind == WORD_NUMBER)
			emit_small_and_numbers(words);
		else if (word.kind == WORD_CONNECTOR || word.kind == WORD_PUNCT)
			continue;
		else if (words->items[words->at].kind == WORD_NUMBER)
			emit_number_behind(words);
		else
			connect(words);
	}
}

static struct value *separated(struct call *call, char connector, struct error *err)
{
	auto_buf struct buf out = {0};
	const char *text = call_text(call, 0);
	size_t len = call_len(call, 0), count = 0;
	autofree struct piece *items = mem_resize(NULL, len + 1, sizeof *items);
	for (size_t at = 0; at < len; at += items[count++].len)
		items[count] = next_word(text + at, len - at);
	items[count] = (struct piece){WORD_END, NULL, 0};
	emit_all(&(struct pieces){items, 0, &out, connector});
	return sprig_text(call, &out, err);
}

static struct value *cases_snake(struct call *call, struct error *err)
{
	return separated(call, '_', err);
}

static struct value *cases_kebab(struct call *call, struct error *err)
{
	return separated(call, '-', err);
}

const struct function functions_sprig_cases[] = {
	{"sprig_kebabcase", "s", cases_kebab},
	{"sprig_snakecase", "s", cases_snake},
	{NULL, NULL, NULL},
};
