/* Requests for facts over HTTP, one behind the other, as a connection has them. */
#include "agent/facts/respond.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena arena = {0};
	struct facts_server server = {value_map(&arena), value_map(&arena), size & 1};
	const char *text = (const char *)data;
	for (size_t len; (len = facts_request_length(text, size)); text += len, size -= len) {
		auto_buf struct buf out = {0};
		if (!facts_respond(&server, text, len, &out))
			break;
	}
	return 0;
}
