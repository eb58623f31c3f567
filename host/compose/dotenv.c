#include "host/compose/dotenv.h"

#include "common/own.h"

#include <ctype.h>
#include <string.h>

struct dotenv {
	struct reader *reader;
	struct compose_variables variables; /* `more` is the map */
	const char *path;
	const char *at, *line_begin;
	unsigned line;
	struct value *map;
};

static const char blanks[] = " \t\r";

static bool is_at_end(const struct dotenv *file)
{
	return !*file->at || *file->at == '\n';
}

/* Columns are characters: bytes that go on with one don't count. */
static struct position place(const struct dotenv *file, const char *at)
{
	struct position position = {file->path, file->line, 1};
	for (const char *byte = file->line_begin; byte < at; byte++)
		position.column += ((unsigned char)*byte & 0xC0) != 0x80;
	return position;
}

static int refuse(const struct dotenv *file, const char *at, const char *what)
{
	return reader_problem(file->reader, place(file, at), "value", NULL, "%s", what);
}

static void skip_blanks(struct dotenv *file)
{
	file->at += strspn(file->at, blanks);
}

static void end_line(struct dotenv *file)
{
	file->at += *file->at == '\n';
	file->line_begin = file->at;
	file->line++;
}

static void set(struct dotenv *file, const char *name, size_t len, const char *value, size_t size)
{
	struct arena *arena = &file->reader->manifest->arena;
	value_setn(arena, file->map, name, len, value_stringn(arena, value, size));
}

/* The character behind a backslash within double quotes. A dollar is written so that it begins no
 * variable; what is no escape stays as it is. */
static void add_escaped(struct buf *out, char letter)
{
	static const char letters[] = "nrtabfv\"\\", meant[] = "\n\r\t\a\b\f\v\"\\";
	const char *known = letter ? strchr(letters, letter) : NULL;
	if (letter == '$') {
		buf_puts(out, "$$");
	} else if (known) {
		buf_putc(out, meant[known - letters]);
	} else {
		buf_putc(out, '\\');
		if (letter)
			buf_putc(out, letter);
	}
}

/* Up to the quote that closes it, on whatever line; -1 with a problem where none does. */
static int take_quoted(struct dotenv *file, struct buf *out)
{
	const char quote = *file->at;
	const struct position opened = place(file, file->at);
	for (const char *at = file->at + 1; *at; at++) {
		if (*at == quote) {
			file->at = at + 1;
			return 0;
		}
		if (*at == '\\' && at[1] && quote == '"')
			add_escaped(out, *++at);
		else if (*at == '\\' && at[1] == quote)
			buf_putc(out, *++at);
		else
			buf_putc(out, *at);
		if (*at == '\n') {
			file->line++;
			file->line_begin = at + 1;
		}
	}
	return reader_problem(file->reader, opened, "value", NULL, "the quote is not closed");
}

/* Up to the line's end, or a comment behind a blank. */
static void take_plain(struct dotenv *file, struct buf *out)
{
	const char *begin = file->at, *end = begin;
	while (*end && *end != '\n' && !(*end == '#' && (end == begin || strchr(blanks, end[-1]))))
		end++;
	file->at = end;
	while (end > begin && strchr(blanks, end[-1]))
		end--;
	buf_add(out, begin, (size_t)(end - begin));
}

static int check_rest(struct dotenv *file)
{
	skip_blanks(file);
	if (!is_at_end(file) && *file->at != '#')
		return refuse(file, file->at, "only a comment may stand behind a closing quote");
	file->at += strcspn(file->at, "\n");
	return 0;
}

static int read_value(struct dotenv *file, const char *name, size_t len)
{
	auto_buf struct buf text = {0}, value = {0};
	skip_blanks(file);
	const struct position at = place(file, file->at);
	const char quote = *file->at && strchr("'\"", *file->at) ? *file->at : 0;
	if (!quote)
		take_plain(file, &text);
	else if (take_quoted(file, &text) < 0 || check_rest(file) < 0)
		return -1;
	if (quote == '\'')
		buf_add(&value, text.data, text.len);
	else if (compose_expand(file->reader, &file->variables, at, buf_text(&text), &value) < 0)
		return -1;
	file->at += strcspn(file->at, "\n");
	set(file, name, len, buf_text(&value), value.len);
	return 0;
}

static void read_raw(struct dotenv *file, const char *name, size_t len)
{
	const char *begin = file->at;
	size_t size = strcspn(begin, "\n");
	file->at += size;
	set(file, name, len, begin, size - (size && begin[size - 1] == '\r'));
}

/* One that has no value of its own. */
static void inherit(struct dotenv *file, const char *name, size_t len)
{
	autofree char *copy = strndup(name, len);
	const char *value = copy ? compose_variable(&file->variables, copy) : NULL;
	if (value)
		set(file, name, len, value, strlen(value));
	file->at += strcspn(file->at, "\n");
}

static size_t name_length(const char *text)
{
	size_t len = 0;
	while (isalnum((unsigned char)text[len]) || (text[len] && strchr("_.-[]", text[len])))
		len++;
	return len;
}

static int read_line(struct dotenv *file, enum dotenv_format format)
{
	static const char export[] = "export";
	size_t export_len = sizeof export - 1;
	skip_blanks(file);
	if (strncmp(file->at, export, export_len) == 0 && file->at[export_len] &&
	    strchr(" \t", file->at[export_len])) {
		file->at += export_len;
		skip_blanks(file);
	}
	const char *name = file->at;
	size_t len = name_length(name);
	file->at += len;
	skip_blanks(file);
	bool has_value = *file->at == '=' || (*file->at == ':' && format == DOTENV_COMPOSE);
	if (!len || (!has_value && !is_at_end(file) && *file->at != '#'))
		return refuse(file, name, "a line is NAME=VALUE, or a comment behind #");
	file->at += has_value;
	if (has_value && format == DOTENV_COMPOSE)
		return read_value(file, name, len);
	if (has_value)
		read_raw(file, name, len);
	else
		inherit(file, name, len);
	return 0;
}

int dotenv_read(struct reader *reader, const struct compose_variables *variables, const char *path,
		const char *text, enum dotenv_format format, struct value *map)
{
	static const char mark[] = "\xef\xbb\xbf"; /* Windows' editors begin with it */
	text += strncmp(text, mark, sizeof mark - 1) == 0 ? sizeof mark - 1 : 0;
	struct dotenv file = {.reader = reader,
			      .variables = {variables->file, map},
			      .path = path,
			      .at = text,
			      .line_begin = text,
			      .line = 1,
			      .map = map};
	while (*file.at) {
		skip_blanks(&file);
		if (*file.at == '#')
			file.at += strcspn(file.at, "\n");
		else if (!is_at_end(&file) && read_line(&file, format) < 0)
			return -1;
		end_line(&file);
	}
	return 0;
}
