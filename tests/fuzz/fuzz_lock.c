/* Any text as a lock: refused with a place, or read, written and read again to the same. */
#include "common/own.h"
#include "host/lock/lock.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void no_difference(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	__attribute__((cleanup(lock_free))) struct lock first = {0}, second = {0};
	auto_error struct error err = {0};
	auto_buf struct buf text = {0}, again = {0};
	if (lock_parse(&first, "factory.lock", (const char *)data, size, &err) < 0) {
		if (!err.message || !err.file)
			abort();
		return 0;
	}
	lock_write(&first, &text);
	if (lock_parse(&second, "factory.lock", buf_text(&text), text.len, &err) < 0)
		abort();
	lock_write(&second, &again);
	if (text.len != again.len || memcmp(text.data, again.data, text.len) != 0)
		abort();
	for (size_t i = 0; i < first.count; i++)
		lock_compare(&first.sections[i], lock_find(&second, first.sections[i].manifest),
			     no_difference, NULL);
	return 0;
}
