/* An archive as engines save images (https://github.com/moby/docker-image-spec): what images are in
 * it, and the bytes of its files. It is read from a file, a piece at a time. */
#ifndef FACTORY_HOST_EXPORT_SAVED_H
#define FACTORY_HOST_EXPORT_SAVED_H

#include "common/arena.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/value.h"

#include <stdint.h>

enum { MOST_LAYERS = 1024 };

struct saved_blob {
	const char *file; /* in the archive */
	char digest[HASH_HEX];
	int64_t size;
};

struct saved_image {
	struct saved_blob config;
	const struct value *settings; /* the config, decoded */
	struct value *names;          /* list: "REPO:TAG" */
	struct saved_blob *layers;
	size_t layer_count;
};

struct saved {
	int fd;
	struct saved_image *images;
	size_t count;
};

/* Reads what there is, with the digests of all blobs. fd stays the caller's. */
int saved_read(int fd, struct saved *saved, struct arena *arena, struct error *err);

/* Passes the bytes of a file in it on, piece by piece; take returns -1 with errno to end it. */
typedef int saved_take(void *ctx, const void *data, size_t len);
int saved_each(int fd, const char *file, saved_take *take, void *ctx, struct error *err);

#endif
