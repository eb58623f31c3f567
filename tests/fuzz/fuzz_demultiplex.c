/* An engine's multiplexed stream, in pieces whose size the first byte chooses: whatever the split,
 * the same payload comes out, and never more than went in. */
#include "common/buffer.h"
#include "host/engine/docker/demultiplex.h"

#include <stdlib.h>
#include <string.h>

/* The payloads, each byte behind its stream's number; NULs and all. */
static void run(const char *data, size_t len, size_t step, struct buf *out)
{
	struct demultiplexer demultiplexer = {0};
	auto_error struct error err = {0};
	for (size_t at = 0; at < len;) {
		size_t piece = len - at < step ? len - at : step;
		int which = 0;
		const char *payload = NULL;
		size_t payload_len;
		long used = demultiplex(&demultiplexer, data + at, piece, &which, &payload,
					&payload_len, &err);
		if (used < 0)
			return;
		if (used == 0 || (size_t)used > piece || payload_len > (size_t)used || which > 2)
			abort();
		for (size_t i = 0; i < payload_len; i++) {
			buf_putc(out, (char)which);
			buf_putc(out, payload[i]);
		}
		at += (size_t)used;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	auto_buf struct buf whole = {0};
	auto_buf struct buf split = {0};
	run((const char *)data + 1, size - 1, size, &whole);
	run((const char *)data + 1, size - 1, (size_t)data[0] + 1, &split);
	if (whole.len != split.len || (whole.len && memcmp(whole.data, split.data, whole.len) != 0))
		abort();
	return 0;
}
