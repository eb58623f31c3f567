#include "host/jinja/lexer.h"

#include "common/own.h"

#include <ctype.h>
#include <string.h>

struct lexer {
	struct arena *arena;
	const char *name;
	const struct jinja_options *options;
	struct tokens *tokens;
	const char *start, *at, *end;
	/* How far lines and columns have been counted. */
	const char *counted;
	unsigned line, column;
	struct error *err;
};

static void count_to(struct lexer *lexer, const char *at)
{
	if (at < lexer->counted) {
		lexer->counted = lexer->start;
		lexer->line = lexer->column = 1;
	}
	for (; lexer->counted < at; lexer->counted++) {
		if (*lexer->counted == '\n') {
			lexer->line++;
			lexer->column = 1;
		} else if (((unsigned char)*lexer->counted & 0xC0) != 0x80) {
			lexer->column++;
		}
	}
}

static int fail(struct lexer *lexer, const char *at, const char *message)
{
	count_to(lexer, at);
	return error_set_at(lexer->err, lexer->name, lexer->line, lexer->column, "%s", message);
}

static struct token *add(struct lexer *lexer, enum token_kind kind, const char *from, size_t len)
{
	struct tokens *tokens = lexer->tokens;
	if (tokens->count == tokens->cap) {
		size_t cap = tokens->cap ? tokens->cap * 2 : 64;
		tokens->items = arena_grow(lexer->arena, tokens->items, tokens->count, cap,
					   sizeof *tokens->items);
		tokens->cap = cap;
	}
	count_to(lexer, from);
	struct token *token = &tokens->items[tokens->count++];
	*token = (struct token){.kind = kind,
				.line = lexer->line,
				.column = lexer->column,
				.text = arena_strndup(lexer->arena, from, len),
				.len = len};
	return token;
}

static bool starts(const struct lexer *lexer, const char *at, const char *word)
{
	size_t len = strlen(word);
	return (size_t)(lexer->end - at) >= len && memcmp(at, word, len) == 0;
}

static const char *find(const struct lexer *lexer, const char *from, const char *word)
{
	return memmem(from, (size_t)(lexer->end - from), word, strlen(word));
}

/* --- inside of {{ }} and {% %} --- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static void lex_name(struct lexer *lexer)
{
	const char *from = lexer->at;
	while (lexer->at < lexer->end && is_word(*lexer->at))
		lexer->at++;
	add(lexer, TOKEN_NAME, from, (size_t)(lexer->at - from));
}

static const char *skip_digits(const struct lexer *lexer, const char *at)
{
	while (at < lexer->end && (isdigit((unsigned char)*at) || *at == '_'))
		at++;
	return at;
}

/* Numbers may hold underscores, as in Python: they are dropped. */
static void add_number(struct lexer *lexer, enum token_kind kind, const char *from)
{
	struct token *token = add(lexer, kind, from, (size_t)(lexer->at - from));
	char *text = (char *)token->text;
	size_t len = 0;
	for (size_t i = 0; i < token->len; i++)
		if (text[i] != '_')
			text[len++] = text[i];
	text[len] = '\0';
	token->len = len;
}

static void lex_number(struct lexer *lexer)
{
	const char *from = lexer->at;
	enum token_kind kind = TOKEN_INTEGER;
	if (*from == '0' && from + 1 < lexer->end && strchr("xXoObB", from[1])) {
		lexer->at += 2;
		while (lexer->at < lexer->end && is_word(*lexer->at))
			lexer->at++;
		add_number(lexer, kind, from);
		return;
	}
	const char *at = skip_digits(lexer, from);
	if (at + 1 < lexer->end && *at == '.' && isdigit((unsigned char)at[1])) {
		kind = TOKEN_FLOAT;
		at = skip_digits(lexer, at + 1);
	}
	const char *power = at + 1;
	if (at < lexer->end && (*at == 'e' || *at == 'E')) {
		power += power < lexer->end && (*power == '+' || *power == '-');
		if (power < lexer->end && isdigit((unsigned char)*power)) {
			kind = TOKEN_FLOAT;
			at = skip_digits(lexer, power);
		}
	}
	lexer->at = at;
	add_number(lexer, kind, from);
}

static int lex_string(struct lexer *lexer)
{
	const char *from = lexer->at, quote = *lexer->at;
	auto_buf struct buf text = {0};
	for (lexer->at++; lexer->at < lexer->end && *lexer->at != quote;) {
		char c = *lexer->at++;
		if (c != '\\')
			buf_putc(&text, c);
		else if (lexer->at < lexer->end)
			lexer->at += jinja_add_escape(&text, lexer->at, lexer->end);
	}
	if (lexer->at >= lexer->end)
		return fail(lexer, from, "this string does not end");
	lexer->at++;
	struct token *token = add(lexer, TOKEN_STRING, from, 0);
	token->text = arena_strndup(lexer->arena, buf_text(&text), text.len);
	token->len = text.len;
	return 0;
}

static int lex_operator(struct lexer *lexer)
{
	static const char *const operators[] = {
		"**", "//", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "<",
		">",  "=",  ".",  ",",  ":",  "|",  "(", ")", "[", "]", "{", "}", ";",
	};
	for (size_t i = 0; i < COUNT_OF(operators); i++) {
		if (!starts(lexer, lexer->at, operators[i]))
			continue;
		add(lexer, TOKEN_OPERATOR, lexer->at, strlen(operators[i]));
		lexer->at += strlen(operators[i]);
		return 0;
	}
	return fail(lexer, lexer->at, "this character means nothing here");
}

/* Whether the tag ends here: "-%}", "+%}" or "%}". */
static bool tag_ends(const struct lexer *lexer, const char *close, char *control)
{
	const char *at = lexer->at;
	*control = '\0';
	if ((*at == '-' || *at == '+') && starts(lexer, at + 1, close)) {
		*control = *at;
		return true;
	}
	return starts(lexer, at, close);
}

/* Behind a tag: "-" eats all white space, trim_blocks one newline behind blocks and comments. */
static void after_tag(struct lexer *lexer, char control, bool is_block)
{
	if (control == '-') {
		while (lexer->at < lexer->end && isspace((unsigned char)*lexer->at))
			lexer->at++;
	} else if (is_block && control != '+' && lexer->options->trim_blocks &&
		   lexer->at < lexer->end && *lexer->at == '\n') {
		lexer->at++;
	}
}

static int lex_inside(struct lexer *lexer, const char *open, const char *close, bool is_block)
{
	char control;
	unsigned depth = 0; /* of braces: "}}" may end a dict */
	while (lexer->at < lexer->end) {
		char c = *lexer->at;
		if (isspace((unsigned char)c)) {
			lexer->at++;
			continue;
		}
		if (!depth && tag_ends(lexer, close, &control)) {
			add(lexer, is_block ? TOKEN_BLOCK_END : TOKEN_PRINT_END, lexer->at, 0);
			lexer->at += strlen(close) + (control != '\0');
			after_tag(lexer, control, is_block);
			return 0;
		}
		int status = 0;
		depth += c == '{';
		depth -= c == '}' && depth;
		if (isdigit((unsigned char)c))
			lex_number(lexer);
		else if (is_word(c))
			lex_name(lexer);
		else
			status = c == '"' || c == '\'' ? lex_string(lexer) : lex_operator(lexer);
		if (status < 0)
			return -1;
	}
	return fail(lexer, open, is_block ? "this '{%' has no '%}'" : "this '{{' has no '}}'");
}

/* --- text and tags --- */

static const char *next_tag(const struct lexer *lexer)
{
	const char *at = lexer->at;
	while (at < lexer->end && (at = memchr(at, '{', (size_t)(lexer->end - at)))) {
		if (at + 1 < lexer->end && strchr("{%#", at[1]) && at[1])
			return at;
		at++;
	}
	return lexer->end;
}

/* Text before a tag, without what "-" or lstrip_blocks take off its end. */
static void add_text(struct lexer *lexer, const char *tag)
{
	const char *end = tag;
	char control = tag + 2 < lexer->end ? tag[2] : '\0';
	if (tag < lexer->end && control == '-') {
		while (end > lexer->at && isspace((unsigned char)end[-1]))
			end--;
	} else if (tag < lexer->end && tag[1] != '{' && control != '+' &&
		   lexer->options->lstrip_blocks) {
		while (end > lexer->at && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
		bool line_begins = end == lexer->start || end[-1] == '\n';
		end = line_begins ? end : tag;
	}
	if (end > lexer->at)
		add(lexer, TOKEN_TEXT, lexer->at, (size_t)(end - lexer->at));
}

static int lex_comment(struct lexer *lexer, const char *tag)
{
	const char *close = find(lexer, tag + 2, "#}");
	if (!close)
		return fail(lexer, tag, "this comment has no '#}'");
	char control = close > tag + 2 && strchr("-+", close[-1]) ? close[-1] : '\0';
	lexer->at = close + 2;
	after_tag(lexer, control, true);
	return 0;
}

/* Reads "{%[-+] word [-+]%}" at `at`; NULL where it is something else. */
static const char *match_tag(const struct lexer *lexer, const char *at, const char *word,
			     char *before, char *behind)
{
	if (!starts(lexer, at, "{%"))
		return NULL;
	at += 2;
	*before = at < lexer->end && (*at == '-' || *at == '+') ? *at++ : '\0';
	while (at < lexer->end && isspace((unsigned char)*at))
		at++;
	if (!starts(lexer, at, word))
		return NULL;
	at += strlen(word);
	while (at < lexer->end && isspace((unsigned char)*at))
		at++;
	*behind = at < lexer->end && (*at == '-' || *at == '+') ? *at++ : '\0';
	return starts(lexer, at, "%}") ? at + 2 : NULL;
}

static int lex_raw(struct lexer *lexer, const char *tag, const char *from, char behind)
{
	lexer->at = from;
	after_tag(lexer, behind, true);
	for (const char *at = lexer->at; (at = find(lexer, at, "{%")); at += 2) {
		char before, last;
		const char *end = match_tag(lexer, at, "endraw", &before, &last);
		if (!end)
			continue;
		add_text(lexer, at);
		lexer->at = end;
		after_tag(lexer, last, true);
		return 0;
	}
	return fail(lexer, tag, "this 'raw' has no 'endraw'");
}

static int lex_tag(struct lexer *lexer, const char *tag)
{
	char before, behind;
	if (tag[1] == '#')
		return lex_comment(lexer, tag);
	const char *raw = match_tag(lexer, tag, "raw", &before, &behind);
	if (raw)
		return lex_raw(lexer, tag, raw, behind);
	bool is_block = tag[1] == '%';
	add(lexer, is_block ? TOKEN_BLOCK_BEGIN : TOKEN_PRINT_BEGIN, tag, 2);
	lexer->at = tag + 2;
	if (lexer->at < lexer->end && (*lexer->at == '-' || *lexer->at == '+'))
		lexer->at++;
	return lex_inside(lexer, tag, is_block ? "%}" : "}}", is_block);
}

int jinja_lex(struct arena *arena, const char *name, const char *text, size_t len,
	      const struct jinja_options *options, struct tokens *tokens, struct error *err)
{
	struct lexer lexer = {.arena = arena,
			      .name = name,
			      .options = options,
			      .tokens = tokens,
			      .start = text,
			      .at = text,
			      .end = text + len,
			      .counted = text,
			      .line = 1,
			      .column = 1,
			      .err = err};
	while (lexer.at < lexer.end) {
		const char *tag = next_tag(&lexer);
		add_text(&lexer, tag);
		lexer.at = tag;
		if (tag < lexer.end && lex_tag(&lexer, tag) < 0)
			return -1;
	}
	/* A last newline ends a line and begins none. */
	bool newline = len && lexer.end[-1] == '\n';
	add(&lexer, TOKEN_END, lexer.end - newline, 0);
	return 0;
}
