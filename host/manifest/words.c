#include "host/manifest/words.h"

#include "common/buffer.h"

#include <string.h>

static const char blanks[] = " \t\n";

/* What stands in quotes, behind the first one; NULL where they are not closed. */
static const char *quoted(const char *at, char quote, struct buf *word)
{
	for (; *at && *at != quote; at++) {
		if (quote == '"' && *at == '\\' && at[1] && strchr("\"\\$`", at[1]))
			at++;
		buf_putc(word, *at);
	}
	return *at ? at + 1 : NULL;
}

static const char *one_word(const char *at, struct buf *word)
{
	while (at && *at && !strchr(blanks, *at)) {
		if (*at == '\'' || *at == '"') {
			at = quoted(at + 1, *at, word);
			continue;
		}
		if (*at == '\\' && at[1])
			at++;
		buf_putc(word, *at++);
	}
	return at;
}

struct value *words_split(struct arena *arena, const char *text)
{
	struct value *list = value_list(arena);
	auto_buf struct buf word = {0};
	for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
		buf_clear(&word);
		text = one_word(text, &word);
		if (!text)
			return NULL;
		value_append(arena, list, value_stringn(arena, buf_text(&word), word.len));
	}
	return list;
}
