#include "host/report/page.h"

#include "host/report/assets.h"

#include <string.h>

/* In JSON a "<" stands only within strings, where it may be written otherwise: nothing in a record
 * can end the element that holds it. */
static void add_record(struct buf *out, const char *record, size_t len)
{
	while (len) {
		const char *less = memchr(record, '<', len);
		size_t plain = less ? (size_t)(less - record) : len;
		buf_add(out, record, plain);
		if (!less)
			return;
		buf_puts(out, "\\u003c");
		record += plain + 1;
		len -= plain + 1;
	}
}

/* Appends the template up to a mark; returns what is behind it. */
static const char *add_until(struct buf *out, const char *template, const char *mark)
{
	const char *at = strstr(template, mark);
	if (!at)
		return template;
	buf_add(out, template, (size_t)(at - template));
	return at + strlen(mark);
}

void page_write(struct buf *out, const char *record, size_t len, const char *follow)
{
	const char *rest = add_until(out, assets_html, "<!--style-->");
	buf_puts(out, assets_css);
	rest = add_until(out, rest, "<body>");
	buf_puts(out, "<body");
	if (follow)
		buf_printf(out, " data-follow=\"%s\"", follow);
	buf_puts(out, ">");
	rest = add_until(out, rest, "<!--record-->");
	add_record(out, record, len);
	rest = add_until(out, rest, "<!--script-->");
	buf_puts(out, assets_graph);
	buf_puts(out, assets_endpoints);
	buf_puts(out, assets_js);
	buf_puts(out, rest);
}
