/* Facts over HTTP/1.1: GET and HEAD of /facts, /facts/PATH and /health. */
#ifndef FACTORY_AGENT_FACTS_SERVE_H
#define FACTORY_AGENT_FACTS_SERVE_H

#include "agent/facts/external.h"
#include "common/error.h"

/* Serves until SIGINT or SIGTERM. address: "PORT", "HOST:PORT", "[IPV6]:PORT" or "unix:PATH"; a
 * port alone is on loopback; port 0 is any free one. Where it listens is printed as a line on
 * standard output. Connections, their requests' size and time are bounded. */
int facts_serve(const char *address, const struct facts_external *external, struct error *err);

#endif
