/* A byte, then a path of so many bytes, then patterns that the path is asked for by. */
#include "common/memory.h"
#include "common/own.h"
#include "host/tree/ignore.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_error struct error err = {0};
	if (!size)
		return 0;
	size_t len = data[0] < size - 1 ? data[0] : size - 1;
	autofree char *path = mem_strndup((const char *)data + 1, len);
	auto_ignore struct ignore *ignore =
		ignore_parse("i", (const char *)data + 1 + len, size - 1 - len, &err);
	if (!ignore)
		return 0;
	autofree bool *fits = mem_alloc(ignore_count(ignore) + 1);
	ignore_covers(ignore, path, NULL, fits);
	return 0;
}
