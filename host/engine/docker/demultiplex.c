#include "host/engine/docker/demultiplex.h"

static long take_header(struct demultiplexer *demultiplexer, const char *data, size_t len,
			struct error *err)
{
	const unsigned char *header = demultiplexer->header;
	size_t taken = 0;
	while (taken < len && demultiplexer->have < DEMULTIPLEX_HEADER)
		demultiplexer->header[demultiplexer->have++] = (unsigned char)data[taken++];
	if (demultiplexer->have < DEMULTIPLEX_HEADER)
		return (long)taken;
	if (header[0] > 2 || header[1] || header[2] || header[3])
		return error_set(err, "the engine's stream is not multiplexed as it should be");
	demultiplexer->left = (uint32_t)header[4] << 24 | (uint32_t)header[5] << 16 |
			      (uint32_t)header[6] << 8 | header[7];
	if (!demultiplexer->left)
		demultiplexer->have = 0;
	return (long)taken;
}

long demultiplex(struct demultiplexer *demultiplexer, const char *data, size_t len, int *stream,
		 const char **payload, size_t *payload_len, struct error *err)
{
	*payload_len = 0;
	if (!demultiplexer->left)
		return len ? take_header(demultiplexer, data, len, err) : 0;
	size_t taken = len < demultiplexer->left ? len : demultiplexer->left;
	*stream = demultiplexer->header[0];
	*payload = data;
	*payload_len = taken;
	demultiplexer->left -= (uint32_t)taken;
	if (!demultiplexer->left)
		demultiplexer->have = 0;
	return (long)taken;
}
