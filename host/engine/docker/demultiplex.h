/* Docker's multiplexed stream (docs.docker.com/reference/api/engine, ContainerAttach): frames of
 * {stream, 0, 0, 0, length as big-endian u32} and that many bytes. Streams: 0 stdin, 1 stdout,
 * 2 stderr. */
#ifndef FACTORY_HOST_ENGINE_DOCKER_DEMULTIPLEX_H
#define FACTORY_HOST_ENGINE_DOCKER_DEMULTIPLEX_H

#include "common/error.h"

#include <stddef.h>
#include <stdint.h>

enum { DEMULTIPLEX_HEADER = 8 };

/* A zeroed struct is ready. */
struct demultiplexer {
	unsigned char header[DEMULTIPLEX_HEADER];
	unsigned have; /* bytes of the header */
	uint32_t left; /* bytes of the payload that are still to come */
};

/* Takes the next piece off a run of bytes: returns how many were consumed, 0 for none left. Where
 * they end in payload, *stream is 1 or 2 and *payload, *payload_len tell it; *payload_len is 0 for
 * header bytes. -1 for a header that is none. */
long demultiplex(struct demultiplexer *demultiplexer, const char *data, size_t len, int *stream,
		 const char **payload, size_t *payload_len, struct error *err);

#endif
