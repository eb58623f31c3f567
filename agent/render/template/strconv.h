/* Numbers and quoted strings as Go's strconv reads and writes them
 * (https://pkg.go.dev/strconv). */
#ifndef FACTORY_AGENT_RENDER_TEMPLATE_STRCONV_H
#define FACTORY_AGENT_RENDER_TEMPLATE_STRCONV_H

#include "common/buffer.h"

#include <stdbool.h>
#include <stdint.h>

enum strconv_status { STRCONV_OK, STRCONV_SYNTAX, STRCONV_RANGE };

/* base 0: by the prefix 0x, 0o, 0b or 0, with underscores between digits; else base 10. */
enum strconv_status strconv_uint(const char *text, size_t len, unsigned base, uint64_t *number);
enum strconv_status strconv_int(const char *text, size_t len, unsigned base, int64_t *number);
enum strconv_status strconv_float(const char *text, size_t len, double *number);

/* "strconv.ParseInt: parsing \"x\": invalid syntax" */
void strconv_explain(struct buf *out, const char *function, const char *text, size_t len,
		     enum strconv_status status);

/* Appends what a quoted string ("..." or `...`) stands for; false: invalid syntax. */
bool strconv_unquote(struct buf *out, const char *text, size_t len);

/* One character of a quoted text; *width is what it takes. *byte: it is a \x or octal escape. */
bool strconv_unquote_char(const char *text, size_t len, char quote, uint32_t *rune, size_t *width,
			  bool *byte);

/* format: one of e E f g G b x X; precision -1: the shortest that reads back as the same. */
void strconv_format_float(struct buf *out, double number, char format, int precision);

/* Appends the quoted string; ascii: everything else is escaped. */
void strconv_quote(struct buf *out, const char *text, size_t len, bool ascii);
void strconv_quote_rune(struct buf *out, uint32_t rune, bool ascii);

/* Could it stand between back quotes, on one line? */
bool strconv_can_backquote(const char *text, size_t len);

#endif
