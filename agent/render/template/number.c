#include "agent/render/template/lexer.h"
#include "agent/render/template/runes.h"

#include <string.h>

/* Consumes one of the characters in `set`. */
static bool accept(struct lexer *lexer, const char *set)
{
	if (lexer->pos == lexer->len || !lexer->text[lexer->pos] ||
	    !strchr(set, lexer->text[lexer->pos]))
		return false;
	lexer->pos++;
	return true;
}

static void accept_run(struct lexer *lexer, const char *set)
{
	while (accept(lexer, set))
		;
}

static const char *prefix_digits(struct lexer *lexer)
{
	if (!accept(lexer, "0"))
		return "0123456789_";
	if (accept(lexer, "xX"))
		return "0123456789abcdefABCDEF_";
	if (accept(lexer, "oO"))
		return "01234567_";
	return accept(lexer, "bB") ? "01_" : "0123456789_";
}

bool lexer_scan_number(struct lexer *lexer)
{
	accept(lexer, "+-");
	const char *digits = prefix_digits(lexer);
	accept_run(lexer, digits);
	if (accept(lexer, "."))
		accept_run(lexer, digits);
	bool decimal = strlen(digits) == 11, hex = strlen(digits) > 11;
	if ((decimal && accept(lexer, "eE")) || (hex && accept(lexer, "pP"))) {
		accept(lexer, "+-");
		accept_run(lexer, "0123456789_");
	}
	accept(lexer, "i");
	if (lexer->pos == lexer->len)
		return true;
	size_t width;
	if (!rune_is_word(rune_decode(lexer->text + lexer->pos, lexer->len - lexer->pos, &width)))
		return true;
	lexer->pos += width;
	return false;
}
