/* What is made of a table of keys and shipped. */
#ifndef FACTORY_TESTS_UNIT_SHIPPED_H
#define FACTORY_TESTS_UNIT_SHIPPED_H

#include "tests/unit/check.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"

/* `make schema` writes what is shipped: a schema, and a page with tables of keys. */
static inline void expect_shipped(const char *source, const char *schema,
				  void (*make_schema)(struct buf *out), const char *page,
				  void (*make_keys)(struct buf *out))
{
	struct error err = {0};
	auto_buf struct buf made = {0}, keys = {0}, shipped = {0}, docs = {0};
	autofree char *schema_path = mem_printf("%s/%s", source, schema);
	autofree char *page_path = mem_printf("%s/%s", source, page);
	make_schema(&made);
	make_keys(&keys);
	file_read(schema_path, 0, &shipped, &err);
	expect_no_error(&err);
	file_read(page_path, 0, &docs, &err);
	expect_no_error(&err);
	assert_string_equal(buf_text(&shipped), buf_text(&made));
	assert_non_null(strstr(buf_text(&docs), buf_text(&keys)));
}

#endif
