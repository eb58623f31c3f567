/* Printing as Go's fmt does (https://pkg.go.dev/fmt). What would grow beyond GOFMT_MAX bytes is
 * cut: the caller looks at the length. */
#ifndef FACTORY_AGENT_RENDER_TEMPLATE_GOFMT_H
#define FACTORY_AGENT_RENDER_TEMPLATE_GOFMT_H

#include "common/buffer.h"
#include "common/value.h"

enum { GOFMT_MAX = 256 << 20 };

void gofmt_value(struct buf *out, const struct value *value); /* %v */
void gofmt_print(struct buf *out, struct value *const *args, size_t count);
void gofmt_println(struct buf *out, struct value *const *args, size_t count);
void gofmt_printf(struct buf *out, const char *format, size_t len, struct value *const *args,
		  size_t count);

#endif
