#include "host/progress/visible.h"

#include <locale.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

enum { ESCAPE = 0x1b, BELL = 0x07, TAB_STOP = 8, REPLACEMENT = 0xfffd };

/* The locale by which letters are known and measured; the thread's own one is another. */
struct letters {
	locale_t is, before;
};

/* Loading one costs more than a line does: those of ASCII need none. */
static struct letters letters_begin(const char *text, size_t len)
{
	struct letters letters = {0};
	for (size_t i = 0; i < len && !letters.is; i++)
		if ((unsigned char)text[i] >= 0x80)
			letters.is = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (letters.is)
		letters.before = uselocale(letters.is);
	return letters;
}

static void letters_end(const struct letters *letters)
{
	if (!letters->is)
		return;
	uselocale(letters->before);
	freelocale(letters->is);
}

#define auto_letters __attribute__((cleanup(letters_end)))

/* The end of a sequence that lasts until its terminator: a window's title, a link. */
static size_t skip_string(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == BELL)
			return i + 1;
		if (text[i] == ESCAPE)
			return i + 1 < len && text[i + 1] == '\\' ? i + 2 : i;
	}
	return len;
}

/* The length of the escape sequence at the begin of the text (ECMA-48, 5.3 and 5.4); one that does
 * not end takes the rest. */
static size_t skip_escape(const char *text, size_t len)
{
	size_t at = 2;
	if (len < 2)
		return len;
	if (strchr("]PX^_", text[1]) && text[1])
		return at + skip_string(text + at, len - at);
	if (text[1] == '[') {
		while (at < len && text[at] >= 0x20 && text[at] < 0x40)
			at++;
		return at < len && text[at] >= 0x40 && text[at] < 0x7f ? at + 1 : at;
	}
	for (at = 1; at < len && text[at] >= 0x20 && text[at] < 0x30;)
		at++;
	return at < len && text[at] >= 0x30 && text[at] < 0x7f ? at + 1 : at;
}

/* One character; its length in bytes is stored. */
static wchar_t decode(const char *text, size_t len, size_t *used)
{
	mbstate_t state = {0};
	wchar_t letter = 0;
	size_t taken = mbrtowc(&letter, text, len, &state);
	bool good = taken != (size_t)-1 && taken != (size_t)-2;
	*used = good && taken ? taken : 1;
	return good ? letter : REPLACEMENT;
}

/* What would turn the direction of all that follows. */
static bool is_turning(wchar_t letter)
{
	return (letter >= 0x202a && letter <= 0x202e) || (letter >= 0x2066 && letter <= 0x2069);
}

static void add_letter(struct buf *out, const char *text, size_t len, wchar_t letter)
{
	if (letter == REPLACEMENT)
		buf_puts(out, "\xef\xbf\xbd");
	else if (letter && wcwidth(letter) >= 0 && !is_turning(letter))
		buf_add(out, text, len);
}

void visible_add(struct buf *out, const char *text, size_t len)
{
	auto_letters struct letters letters = letters_begin(text, len);
	size_t start = out->len, column = 0;
	bool returned = false;
	for (size_t at = 0, used; at < len; at += used) {
		wchar_t letter = decode(text + at, len - at, &used);
		if (letter == ESCAPE) {
			used = skip_escape(text + at, len - at);
		} else if (letter == '\r') {
			returned = true;
		} else {
			if (returned)
				out->len = start, column = 0;
			returned = false;
			do
				add_letter(out, letter == '\t' ? " " : text + at, used,
					   letter == '\t' ? ' ' : letter);
			while (++column % TAB_STOP && letter == '\t');
		}
	}
	buf_puts(out, "");
}

unsigned visible_fit(struct buf *out, const char *text, unsigned columns)
{
	size_t len = strlen(text), last = out->len; /* where an ellipsis still fits */
	auto_letters struct letters letters = letters_begin(text, len);
	unsigned taken = 0, last_taken = 0;
	for (size_t at = 0, used; at < len; at += used) {
		wchar_t letter = decode(text + at, len - at, &used);
		int width = wcwidth(letter);
		unsigned wide = width > 0 ? (unsigned)width : 0;
		if (taken + wide > columns) {
			out->len = last;
			buf_puts(out, columns ? "…" : "");
			return columns ? last_taken + 1 : 0;
		}
		buf_add(out, text + at, used);
		taken += wide;
		if (taken < columns) {
			last = out->len;
			last_taken = taken;
		}
	}
	return taken;
}
