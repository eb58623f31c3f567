#include "host/interactive/choices.h"

#include <string.h>

enum { MOST_SHOWN = 200, GAP = 2 };

void choices_begin(struct choices *choices, const char *stem, size_t len)
{
	choices_free(choices);
	choices->stem = arena_strndup(&choices->arena, stem, len);
}

void choices_free(struct choices *choices)
{
	arena_free(&choices->arena);
	*choices = (struct choices){0};
}

static bool can_be_shown(const char *word)
{
	for (; *word; word++)
		if ((unsigned char)*word < ' ' || *word == '\x7f')
			return false;
	return true;
}

void choices_add(struct choices *choices, const char *word)
{
	if (strncmp(word, choices->stem, strlen(choices->stem)) != 0 || !can_be_shown(word))
		return;
	if (choices->count == choices->cap) {
		size_t cap = choices->cap ? choices->cap * 2 : 16;
		choices->words = arena_grow(&choices->arena, choices->words, choices->count, cap,
					    sizeof *choices->words);
		choices->cap = cap;
	}
	choices->words[choices->count++] = arena_strdup(&choices->arena, word);
}

/* Not a part of a letter that has several bytes. */
size_t choices_common(const struct choices *choices, const char **more)
{
	size_t stem = choices->count ? strlen(choices->stem) : 0;
	const char *first = choices->count ? choices->words[0] : "";
	size_t common = strlen(first);
	for (size_t i = 1; i < choices->count; i++) {
		size_t same = 0;
		while (same < common && choices->words[i][same] == first[same])
			same++;
		common = same;
	}
	while (common > stem && ((unsigned char)first[common] & 0xC0) == 0x80)
		common--;
	*more = first + stem;
	return common - stem;
}

/* Where in a word its last part begins: behind a slash that something follows. */
static const char *last_part(const char *word)
{
	const char *part = word;
	for (const char *c = word; *c; c++)
		if (*c == '/' && c[1])
			part = c + 1;
	return part;
}

static size_t width_of(const char *text)
{
	size_t width = 0;
	for (; *text; text++)
		width += ((unsigned char)*text & 0xC0) != 0x80;
	return width;
}

void choices_show(const struct choices *choices, unsigned columns, struct buf *out)
{
	size_t shown = choices->count < MOST_SHOWN ? choices->count : MOST_SHOWN, widest = 0;
	for (size_t i = 0; i < shown; i++) {
		size_t width = width_of(last_part(choices->words[i]));
		widest = width > widest ? width : widest;
	}
	size_t in_line = (columns + GAP) / (widest + GAP);
	for (size_t i = 0; i < shown; i++) {
		const char *part = last_part(choices->words[i]);
		bool ends = !in_line || (i + 1) % in_line == 0 || i + 1 == shown;
		buf_printf(out, "%s%*s%s", part, ends ? 0 : (int)(widest + GAP - width_of(part)),
			   "", ends && i + 1 < shown ? "\n" : "");
	}
	if (shown < choices->count)
		buf_printf(out, "\nand %zu more", choices->count - shown);
}
