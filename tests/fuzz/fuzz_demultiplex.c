/* Docker's multiplexed stream, cut at any places: what comes out must not depend on the cuts. */
#include "common/buffer.h"
#include "host/engine/demultiplex.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run(const uint8_t *data, size_t size, size_t step, struct buf *out)
{
	struct demultiplexer demultiplexer = {0};
	auto_error struct error err = {0};
	for (size_t at = 0; at < size; at += step) {
		const char *piece = (const char *)data + at, *payload = NULL;
		size_t left = size - at < step ? size - at : step, len = 0;
		while (left) {
			int stream = 0;
			long taken = demultiplex(&demultiplexer, piece, left, &stream, &payload,
						 &len, &err);
			if (taken < 0)
				return -1;
			if (len)
				buf_add(out, payload, len);
			piece += taken;
			left -= (size_t)taken;
		}
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_buf struct buf whole = {0}, cut = {0};
	if (size < 2)
		return 0;
	int first = run(data + 1, size - 1, size, &whole);
	int second = run(data + 1, size - 1, (size_t)(data[0] % 13) + 1, &cut);
	if (first != second || whole.len != cut.len ||
	    (whole.len && memcmp(whole.data, cut.data, whole.len) != 0))
		abort();
	return 0;
}
