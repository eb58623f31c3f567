/* Pictures in SVG (https://www.w3.org/TR/SVG11/), light and dark as the reader's screen is, without
 * scripts or anything from outside. */
#ifndef FACTORY_HOST_GRAPH_SVG_H
#define FACTORY_HOST_GRAPH_SVG_H

#include "common/buffer.h"

#include <stddef.h>

enum { SVG_LINE = 16, SVG_LETTER = 8 }; /* a line's height, and a letter's width at most */

struct svg_box {
	int x, y, width, height;
	const char *kind;          /* what it is, for its colour: a node's kind, or a state's */
	const char *name, *detail; /* two lines, the second may be NULL; what is too long is cut */
	const char *title;         /* the whole, where the mouse rests or a screen reader asks */
};

/* The picture's begin: its size, and what it shows. */
void svg_begin(struct buf *out, int width, int height, const char *title);
void svg_end(struct buf *out);

void svg_box(struct buf *out, const struct svg_box *box);
/* A line with an arrow, as the data of a path (SVG 1.1, 8.3). */
void svg_arrow(struct buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A text that begins at a point, above what it is of. */
void svg_heading(struct buf *out, int x, int y, const char *text);
/* A small text around a point. */
void svg_note(struct buf *out, int x, int y, const char *text);

/* Appends text that may stand between tags or in an attribute; control characters, which no XML may
 * hold, become blanks, bytes that are no UTF-8 U+FFFD. */
void svg_text(struct buf *out, const char *text, size_t len);

/* How many letters of a text are shown in so many columns; its first line only. */
size_t svg_letters(const char *text);

#endif
