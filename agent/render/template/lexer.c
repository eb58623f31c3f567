#include "agent/render/template/lexer.h"

#include "agent/render/template/runes.h"
#include "common/own.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool starts_with(const struct lexer *lexer, size_t at, const char *prefix, size_t len)
{
	return lexer->len - at >= len && memcmp(lexer->text + at, prefix, len) == 0;
}

/* A line is counted when a token begins, so every byte is looked at once. */
static unsigned line_at(struct lexer *lexer, size_t pos)
{
	for (; lexer->counted < pos; lexer->counted++)
		lexer->line += lexer->text[lexer->counted] == '\n';
	return lexer->line;
}

static struct token emit(struct lexer *lexer, enum token_kind kind)
{
	struct token token = {kind, lexer->text + lexer->start, lexer->pos - lexer->start,
			      lexer->start, line_at(lexer, lexer->start)};
	lexer->start = lexer->pos;
	return token;
}

__attribute__((format(printf, 2, 3))) static struct token fail(struct lexer *lexer,
							       const char *format, ...)
{
	char message[200];
	va_list args;
	va_start(args, format);
	int len = vsnprintf(message, sizeof message, format, args);
	va_end(args);
	size_t kept = len < (int)sizeof message ? (size_t)len : sizeof message - 1;
	struct token token = {TOKEN_ERROR, arena_strndup(lexer->arena, message, kept), kept,
			      lexer->start, line_at(lexer, lexer->start)};
	lexer->done = true;
	return token;
}

/* Go's %#U: U+0021 '!', the character only where it can be printed. */
static struct token fail_rune(struct lexer *lexer, const char *what, uint32_t rune)
{
	auto_buf struct buf shown = {0};
	if (rune_is_printable(rune)) {
		buf_puts(&shown, " '");
		rune_append(&shown, rune);
		buf_putc(&shown, '\'');
	}
	return fail(lexer, "%s U+%04X%s", what, (unsigned)rune, buf_text(&shown));
}

static uint32_t rune_at(const struct lexer *lexer, size_t at, size_t *width)
{
	return rune_decode(lexer->text + at, lexer->len - at, width);
}

/* " -" before the right delimiter, or "- " behind the left one. */
static bool right_trim_at(const struct lexer *lexer, size_t at)
{
	return lexer->len - at >= 2 && is_space(lexer->text[at]) && lexer->text[at + 1] == '-';
}

static bool left_trim_at(const struct lexer *lexer, size_t at)
{
	return lexer->len - at >= 2 && lexer->text[at] == '-' && is_space(lexer->text[at + 1]);
}

static bool right_delim_at(const struct lexer *lexer, size_t at, bool *trim)
{
	*trim = right_trim_at(lexer, at) &&
		starts_with(lexer, at + 2, lexer->right, lexer->right_len);
	return *trim || starts_with(lexer, at, lexer->right, lexer->right_len);
}

static void skip_spaces(struct lexer *lexer)
{
	while (lexer->pos < lexer->len && is_space(lexer->text[lexer->pos]))
		lexer->pos++;
	lexer->start = lexer->pos;
}

static size_t find(const struct lexer *lexer, size_t from, const char *what, size_t len)
{
	const char *found = memmem(lexer->text + from, lexer->len - from, what, len);
	return found ? (size_t)(found - lexer->text) : lexer->len;
}

/* At a comment's first byte: skips it with its delimiter. */
static bool skip_comment(struct lexer *lexer, struct token *failed)
{
	size_t end = find(lexer, lexer->pos + 2, "*/", 2);
	lexer->start = lexer->pos;
	if (end == lexer->len) {
		*failed = fail(lexer, "unclosed comment");
		return false;
	}
	lexer->pos = end + 2;
	bool trim;
	if (!right_delim_at(lexer, lexer->pos, &trim)) {
		*failed = fail(lexer, "comment ends before closing delimiter");
		return false;
	}
	lexer->pos += lexer->right_len + (trim ? 2 : 0);
	lexer->start = lexer->pos;
	if (trim)
		skip_spaces(lexer);
	return true;
}

static struct token left_delim(struct lexer *lexer, size_t trim)
{
	lexer->pos += lexer->left_len;
	struct token token = emit(lexer, TOKEN_LEFT_DELIM);
	lexer->pos += trim;
	lexer->start = lexer->pos;
	lexer->in_action = true;
	lexer->parens = 0;
	return token;
}

/* Text up to the next action. Comments are skipped, so this may go round several times. */
static struct token lex_text(struct lexer *lexer)
{
	for (;;) {
		size_t delim = find(lexer, lexer->pos, lexer->left, lexer->left_len);
		size_t behind = delim + lexer->left_len, end = delim;
		size_t trim = delim < lexer->len && left_trim_at(lexer, behind) ? 2 : 0;
		while (trim && end > lexer->start && is_space(lexer->text[end - 1]))
			end--;
		lexer->pos = end;
		if (end > lexer->start)
			return emit(lexer, TOKEN_TEXT);
		lexer->pos = lexer->start = delim;
		if (delim == lexer->len) {
			lexer->done = true;
			return emit(lexer, TOKEN_EOF);
		}
		if (!starts_with(lexer, behind + trim, "/*", 2))
			return left_delim(lexer, trim);
		lexer->pos = behind + trim;
		struct token failed;
		if (!skip_comment(lexer, &failed))
			return failed;
	}
}

static struct token right_delim(struct lexer *lexer, bool trim)
{
	if (trim) {
		lexer->pos += 2;
		lexer->start = lexer->pos;
	}
	lexer->pos += lexer->right_len;
	struct token token = emit(lexer, TOKEN_RIGHT_DELIM);
	if (trim)
		skip_spaces(lexer);
	lexer->in_action = false;
	return token;
}

/* Spaces inside an action; the one that belongs to a trim marker is left for it. */
static struct token lex_space(struct lexer *lexer)
{
	while (lexer->pos < lexer->len && is_space(lexer->text[lexer->pos]))
		lexer->pos++;
	bool trim;
	if (right_delim_at(lexer, lexer->pos - 1, &trim) && trim) {
		lexer->pos--;
		if (lexer->pos == lexer->start)
			return right_delim(lexer, true);
	}
	return emit(lexer, TOKEN_SPACE);
}

static bool at_terminator(const struct lexer *lexer)
{
	if (lexer->pos == lexer->len)
		return true;
	char c = lexer->text[lexer->pos];
	return is_space(c) || (c && strchr(".,|:)(", c)) ||
	       starts_with(lexer, lexer->pos, lexer->right, lexer->right_len);
}

static enum token_kind word_kind(const char *word, size_t len)
{
	static const struct {
		const char *word;
		enum token_kind kind;
	} words[] = {
		{"block", TOKEN_BLOCK},
		{"break", TOKEN_BREAK},
		{"continue", TOKEN_CONTINUE},
		{"define", TOKEN_DEFINE},
		{"else", TOKEN_ELSE},
		{"end", TOKEN_END},
		{"if", TOKEN_IF},
		{"nil", TOKEN_NIL},
		{"range", TOKEN_RANGE},
		{"template", TOKEN_TEMPLATE},
		{"with", TOKEN_WITH},
		{"true", TOKEN_BOOL},
		{"false", TOKEN_BOOL},
	};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strlen(words[i].word) == len && memcmp(words[i].word, word, len) == 0)
			return words[i].kind;
	return TOKEN_IDENTIFIER;
}

static void skip_word(struct lexer *lexer)
{
	while (lexer->pos < lexer->len) {
		size_t width;
		if (!rune_is_word(rune_at(lexer, lexer->pos, &width)))
			return;
		lexer->pos += width;
	}
}

/* An identifier, a keyword, .Field or $variable: the first character has been seen. */
static struct token lex_word(struct lexer *lexer, enum token_kind kind)
{
	if (kind != TOKEN_IDENTIFIER) {
		lexer->pos++;
		if (at_terminator(lexer))
			return emit(lexer, kind == TOKEN_FIELD ? TOKEN_DOT : kind);
	}
	skip_word(lexer);
	if (!at_terminator(lexer)) {
		size_t width;
		return fail_rune(lexer, "bad character", rune_at(lexer, lexer->pos, &width));
	}
	if (kind == TOKEN_IDENTIFIER)
		kind = word_kind(lexer->text + lexer->start, lexer->pos - lexer->start);
	return emit(lexer, kind);
}

static struct token lex_quoted(struct lexer *lexer, char quote)
{
	lexer->pos++;
	for (; lexer->pos < lexer->len; lexer->pos++) {
		char c = lexer->text[lexer->pos];
		if (c == quote) {
			lexer->pos++;
			return emit(lexer, quote == '"' ? TOKEN_STRING : TOKEN_CHAR_CONSTANT);
		}
		if (c == '\\' && lexer->pos + 1 < lexer->len)
			c = lexer->text[++lexer->pos];
		if (c == '\n')
			break;
	}
	return fail(lexer, quote == '"' ? "unterminated quoted string"
					: "unterminated character constant");
}

static struct token lex_raw(struct lexer *lexer)
{
	size_t end = find(lexer, lexer->pos + 1, "`", 1);
	if (end == lexer->len)
		return fail(lexer, "unterminated raw quoted string");
	lexer->pos = end + 1;
	return emit(lexer, TOKEN_RAW_STRING);
}

static struct token bad_number(struct lexer *lexer)
{
	return fail(lexer, "bad number syntax: \"%.*s\"", (int)(lexer->pos - lexer->start),
		    lexer->text + lexer->start);
}

static struct token lex_number(struct lexer *lexer)
{
	if (!lexer_scan_number(lexer))
		return bad_number(lexer);
	char next = lexer->pos < lexer->len ? lexer->text[lexer->pos] : '\0';
	if (next != '+' && next != '-')
		return emit(lexer, TOKEN_NUMBER);
	if (!lexer_scan_number(lexer) || lexer->text[lexer->pos - 1] != 'i')
		return bad_number(lexer);
	return emit(lexer, TOKEN_COMPLEX);
}

static struct token lex_declare(struct lexer *lexer)
{
	lexer->pos++;
	if (lexer->pos == lexer->len || lexer->text[lexer->pos] != '=')
		return fail(lexer, "expected :=");
	lexer->pos++;
	return emit(lexer, TOKEN_DECLARE);
}

static struct token lex_paren(struct lexer *lexer, char c)
{
	lexer->pos++;
	if (c == '(') {
		lexer->parens++;
		return emit(lexer, TOKEN_LEFT_PAREN);
	}
	if (!lexer->parens)
		return fail(lexer, "unexpected right paren");
	lexer->parens--;
	return emit(lexer, TOKEN_RIGHT_PAREN);
}

static struct token lex_other(struct lexer *lexer, char c)
{
	if (c == '=' || c == '|') {
		lexer->pos++;
		return emit(lexer, c == '=' ? TOKEN_ASSIGN : TOKEN_PIPE);
	}
	size_t width;
	uint32_t rune = rune_at(lexer, lexer->pos, &width);
	if (rune_is_word(rune))
		return lex_word(lexer, TOKEN_IDENTIFIER);
	lexer->pos += width;
	if (c > ' ' && c < 0x7F)
		return emit(lexer, TOKEN_CHAR);
	return fail_rune(lexer, "unrecognized character in action:", rune);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct token lex_action(struct lexer *lexer)
{
	bool trim;
	if (right_delim_at(lexer, lexer->pos, &trim))
		return lexer->parens ? fail(lexer, "unclosed left paren")
				     : right_delim(lexer, trim);
	if (lexer->pos == lexer->len)
		return fail(lexer, "unclosed action");
	char c = lexer->text[lexer->pos];
	char next = lexer->pos + 1 < lexer->len ? lexer->text[lexer->pos + 1] : '\0';
	if (is_space(c))
		return lex_space(lexer);
	if (c == '"' || c == '\'')
		return lex_quoted(lexer, c);
	if (c == '`')
		return lex_raw(lexer);
	if (c == '$')
		return lex_word(lexer, TOKEN_VARIABLE);
	if (c == '.' && !is_digit(next))
		return lex_word(lexer, TOKEN_FIELD);
	if (is_digit(c) || c == '.' || c == '+' || c == '-')
		return lex_number(lexer);
	if (c == '(' || c == ')')
		return lex_paren(lexer, c);
	return c == ':' ? lex_declare(lexer) : lex_other(lexer, c);
}

void lexer_start(struct lexer *lexer, struct arena *arena, const char *text, size_t len,
		 const char *left, const char *right)
{
	left = left && *left ? left : "{{";
	right = right && *right ? right : "}}";
	*lexer = (struct lexer){.arena = arena,
				.text = text,
				.len = len,
				.line = 1,
				.left = left,
				.left_len = strlen(left),
				.right = right,
				.right_len = strlen(right)};
}

struct token lexer_next(struct lexer *lexer)
{
	if (lexer->done)
		return emit(lexer, TOKEN_EOF);
	return lexer->in_action ? lex_action(lexer) : lex_text(lexer);
}
