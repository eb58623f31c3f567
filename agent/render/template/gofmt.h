/* Printing as Go's fmt does (https://pkg.go.dev/fmt). One call appends little more than GOFMT_MAX
 * bytes; beyond that it is cut, so the caller looks at the length. */
#ifndef FACTORY_AGENT_RENDER_TEMPLATE_GOFMT_H
#define FACTORY_AGENT_RENDER_TEMPLATE_GOFMT_H

#include "common/buffer.h"
#include "common/value.h"

enum { GOFMT_MAX = 64 << 20 };

void gofmt_value(struct buf *out, const struct value *value); /* %v */
void gofmt_print(struct buf *out, struct value *const *args, size_t count);
void gofmt_println(struct buf *out, struct value *const *args, size_t count);
void gofmt_printf(struct buf *out, const char *format, size_t len, struct value *const *args,
		  size_t count);

/* The same with %v as go-spew has it; and how that shows a number. */
void gofmt_spew(struct buf *out, const char *format, size_t len, struct value *const *args,
		size_t count);
void gofmt_spew_number(struct buf *out, const struct value *value);

#endif
