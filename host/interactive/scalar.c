#include "host/interactive/scalar.h"

#include "common/own.h"

#include <ctype.h>
#include <string.h>

int scalar_check(const char *command, struct error *err)
{
	static const char *const jinja[] = {"{{", "{%", "{#"};
	for (size_t i = 0; i < COUNT_OF(jinja); i++)
		if (strstr(command, jinja[i]))
			return error_set(err,
					 "the command has a '%s', which Jinja2 would read: "
					 "write it by hand",
					 jinja[i]);
	for (const char *c = command; *c; c++)
		if ((unsigned char)*c < ' ' && *c != '\n' && *c != '\t')
			return error_set(err,
					 "the command has the byte 0x%02x, which YAML can't "
					 "hold",
					 (unsigned)(unsigned char)*c);
	return 0;
}

/* Words that YAML takes for something else than a text. */
static bool is_word_of_yaml(const char *text)
{
	static const char *const words[] = {"true", "false", "null", "yes", "no",
					    "on",   "off",   "y",    "n"};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

static bool is_plain(const char *text)
{
	size_t len = strlen(text);
	bool begins_well = isalpha((unsigned char)*text) || *text == '/' || *text == '_' ||
			   (*text == '.' && text[1] == '/');
	return begins_well && !isspace((unsigned char)text[len - 1]) && text[len - 1] != ':' &&
	       !strstr(text, ": ") && !strstr(text, " #") && !strchr(text, '\t') &&
	       !is_word_of_yaml(text);
}

static void write_quoted(const char *text, struct buf *out)
{
	buf_puts(out, "'");
	for (; *text; text++)
		buf_printf(out, *text == '\'' ? "''" : "%c", *text);
	buf_puts(out, "'");
}

/* "|" keeps one newline at the end, "-" none, "+" all of them; a number says how far the first line
 * is indented where its own blanks hide that. */
static void write_block(const char *text, size_t indent, struct buf *out)
{
	size_t len = strlen(text), ends = 0;
	while (ends < len && text[len - 1 - ends] == '\n')
		ends++;
	buf_printf(out, "|%s%s", isspace((unsigned char)*text) ? "2" : "",
		   ends == 0   ? "-"
		   : ends == 1 ? ""
			       : "+");
	for (const char *line = text; line < text + len;) {
		size_t width = strcspn(line, "\n");
		buf_puts(out, "\n");
		if (width)
			buf_printf(out, "%*s%.*s", (int)indent + 2, "", (int)width, line);
		line += width + 1;
	}
}

void scalar_write(const char *command, size_t indent, bool in_flow, struct buf *out)
{
	bool is_plain_there = is_plain(command) && !(in_flow && strpbrk(command, ",[]{}"));
	if (strchr(command, '\n'))
		write_block(command, indent, out);
	else if (is_plain_there)
		buf_puts(out, command);
	else
		write_quoted(command, out);
}
