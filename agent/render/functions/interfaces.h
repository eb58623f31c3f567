/* The addresses of this host's interfaces, for sockaddr. */
#ifndef FACTORY_AGENT_RENDER_FUNCTIONS_INTERFACES_H
#define FACTORY_AGENT_RENDER_FUNCTIONS_INTERFACES_H

#include "common/error.h"
#include "common/value.h"

/* A list with one map an address, its attributes as text: name, flags ("up|broadcast"), type,
 * address, string (with the mask), mask_bits, netmask, network, octets, port, hex, and for IPv4
 * broadcast and size. Ordered by interface. NULL with the error. */
struct value *interfaces_all(struct arena *arena, struct error *err);

/* The interface of the default route, or NULL. */
const char *interfaces_default(struct arena *arena);

/* Is the address in one of the networks "A/B", separated by spaces? false for an odd one. */
bool interfaces_in_networks(const char *address, const char *networks);

#endif
