/* Whose turn it is to build a key, among all processes of one user on this host: one builds, the
 * others find it in the cache afterwards. Drivers on other hosts, and those that can't keep such a
 * lock, may build the same at once: that costs time only. */
#ifndef FACTORY_HOST_SITE_CLAIM_H
#define FACTORY_HOST_SITE_CLAIM_H

#include "common/error.h"

struct claim {
	int fd; /* -1: it is not ours */
	char *path;
};

/* Tries to take it, for an engine and a key; never waits. 1: it is ours, until claim_end or until
 * the process ends, however it does (or there is no home for locks); 0: somebody else's; -1: no
 * lock can be kept here. */
int claim_take(struct claim *claim, const char *endpoint, const char *key, struct error *err);
void claim_end(struct claim *claim); /* one that is not ours: nothing happens */

#endif
