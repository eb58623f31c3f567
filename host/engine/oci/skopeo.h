/* Images between a registry and a directory, by skopeo (https://github.com/containers/skopeo). */
#ifndef FACTORY_HOST_ENGINE_OCI_SKOPEO_H
#define FACTORY_HOST_ENGINE_OCI_SKOPEO_H

#include "common/error.h"

#include <stdbool.h>

struct skopeo {
	const char *image;   /* its name */
	const char *blobs;   /* the directory, with one file for each blob and manifest.json */
	const char *scratch; /* where it may make files */
	bool push;
	int held; /* stays open in it, or -1 */
	/* Each line that it says, without its end. */
	void (*said)(void *ctx, const char *line);
	void (*waiting)(void *ctx); /* a few times a second */
	void *ctx;
};

/* Blocks; the caller is a child that may be killed, and takes skopeo with it. digest: the
 * manifest's as the registry has it, "sha256:HEX" in 72 bytes. */
int skopeo_copy(const struct skopeo *skopeo, char digest[72], struct error *err);

#endif
