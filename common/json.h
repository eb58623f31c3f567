/* JSON (RFC 8259) to values by cJSON, and values to JSON. */
#ifndef FACTORY_COMMON_JSON_H
#define FACTORY_COMMON_JSON_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

/* Reads one document; anything but white space behind it is an error. `name` is what errors call
 * the text (a file's name, "the engine's reply"); the error has line and column. A number without
 * fraction that fits in 53 bits becomes an integer. NULL on failure. */
struct value *json_parse(struct arena *arena, const char *name, const char *text, size_t len,
			 struct error *err);

/* Appends compact JSON, keys in map order. Objects are written as null; so are NaN and infinity,
 * which JSON lacks. */
void json_write(struct buf *out, const struct value *value);

/* The same over several lines, `indent` spaces a level. */
void json_write_pretty(struct buf *out, const struct value *value, unsigned indent);

/* Appends a JSON string literal, quotes included. Bytes that are no UTF-8 become U+FFFD. */
void json_write_string(struct buf *out, const char *text, size_t len);

#endif
