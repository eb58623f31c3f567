#include "host/graph/svg.h"

#include "common/utf8.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char style[] =
	"<style>\n"
	"svg { color-scheme: light dark; font: 13px ui-monospace, monospace }\n"
	".paper { fill: #ffffff } text { fill: #111827 } .detail, .note { fill: #4b5563 }\n"
	".heading { font-weight: bold }\n"
	".note { font-size: 11px; stroke: #ffffff; stroke-width: 4px; paint-order: stroke }\n"
	".box { fill: #f3f4f6; stroke: #6b7280 } .arrow { fill: none; stroke: #6b7280 }\n"
	".tip { fill: #6b7280 }\n"
	".start .box { fill: #dbeafe } .files .box { fill: #fef9c3 } .test .box { fill: #dcfce7 }\n"
	".merge .box { fill: #ede9fe } .commit .box, .done .box { fill: #e0e7ff } .failed .box { "
	"fill: #fee2e2 }\n"
	"@media (prefers-color-scheme: dark) {\n"
	".paper { fill: #111827 } text { fill: #f3f4f6 } .detail, .note { fill: #c3c9d4 }\n"
	".note { stroke: #111827 }\n"
	".box { fill: #1f2937; stroke: #9ca3af } .arrow { stroke: #9ca3af }\n"
	".tip { fill: #9ca3af }\n"
	".start .box { fill: #1e3a5f } .files .box { fill: #4d4415 } .test .box { fill: #14432a }\n"
	".merge .box { fill: #3b2a5e } .commit .box, .done .box { fill: #312e61 } .failed .box { "
	"fill: #5b1d1d }\n"
	"}\n"
	"</style>\n"
	"<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" "
	"markerHeight=\"8\" orient=\"auto\"><path class=\"tip\" d=\"M0 0 8 4 0 "
	"8z\"/></marker></defs>\n";

static const char *reference(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	default:
		return (unsigned char)c < ' ' || c == 0x7f ? " " : NULL;
	}
}

/* U+FFFE and U+FFFF are no characters of XML either. */
static int is_character(const char *text, size_t len)
{
	return len &&
	       !(len == 3 && memcmp(text, "\xef\xbf", 2) == 0 && (unsigned char)text[2] >= 0xbe);
}

void svg_text(struct buf *out, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		size_t taken = utf8_length(text + at, len - at);
		const char *instead = taken == 1 ? reference(text[at]) : NULL;
		if (instead)
			buf_puts(out, instead);
		else if (is_character(text + at, taken))
			buf_add(out, text + at, taken);
		else
			buf_puts(out, "\xef\xbf\xbd");
		at += taken ? taken : 1;
	}
}

/* Of a character, told by its first byte: those of three bytes and more may be wide. */
static size_t columns_of(char byte)
{
	unsigned char first = (unsigned char)byte;
	return first < 0x80 || first >> 5 == 6 ? 1 : first >= 0xe0 ? 2 : 0;
}

size_t svg_letters(const char *text)
{
	size_t letters = 0;
	for (; *text && *text != '\n'; text++)
		letters += columns_of(*text);
	return letters;
}

void svg_begin(struct buf *out, int width, int height, const char *title)
{
	buf_printf(out,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		   "height=\"%d\" role=\"img\">\n<title>",
		   width, height, width, height);
	svg_text(out, title, strlen(title));
	buf_printf(out, "</title>\n%s<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n",
		   style);
}

void svg_end(struct buf *out)
{
	buf_puts(out, "</svg>\n");
}

/* The first line, as far as it fits. */
static void add_cut(struct buf *out, const char *text, int width)
{
	size_t room = width > SVG_LETTER ? (size_t)(width / SVG_LETTER) : 1, bytes = 0;
	bool fits = svg_letters(text) <= room && !strchr(text, '\n');
	for (size_t letters = 0; text[bytes] && text[bytes] != '\n'; bytes++) {
		letters += columns_of(text[bytes]);
		if (!fits && letters > room - 1)
			break;
	}
	svg_text(out, text, bytes);
	buf_puts(out, fits ? "" : "…");
}

static void add_line(struct buf *out, const struct svg_box *box, int y, const char *class,
		     const char *text)
{
	buf_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">", class,
		   box->x + box->width / 2, y);
	add_cut(out, text, box->width - SVG_LETTER);
	buf_puts(out, "</text>");
}

void svg_box(struct buf *out, const struct svg_box *box)
{
	int middle = box->y + box->height / 2;
	buf_printf(out, "<g class=\"%s\"><title>", box->kind);
	svg_text(out, box->title, strlen(box->title));
	buf_printf(out,
		   "</title><rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
		   "rx=\"6\"/>",
		   box->x, box->y, box->width, box->height);
	add_line(out, box, box->detail ? middle - 3 : middle + 5, "name", box->name);
	if (box->detail)
		add_line(out, box, middle + SVG_LINE - 3, "detail", box->detail);
	buf_puts(out, "</g>\n");
}

void svg_arrow(struct buf *out, const char *format, ...)
{
	char path[256];
	va_list args;
	va_start(args, format);
	vsnprintf(path, sizeof path, format, args);
	va_end(args);
	buf_printf(out, "<path class=\"arrow\" marker-end=\"url(#tip)\" d=\"%s\"/>\n", path);
}

void svg_heading(struct buf *out, int x, int y, const char *text)
{
	buf_printf(out, "<text class=\"heading\" x=\"%d\" y=\"%d\">", x, y);
	svg_text(out, text, strlen(text));
	buf_puts(out, "</text>\n");
}

void svg_note(struct buf *out, int x, int y, const char *text)
{
	buf_printf(out, "<text class=\"note\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">", x, y);
	svg_text(out, text, strlen(text));
	buf_puts(out, "</text>\n");
}
