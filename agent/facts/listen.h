/* A socket that a server listens on, by an address in words. */
#ifndef FACTORY_AGENT_FACTS_LISTEN_H
#define FACTORY_AGENT_FACTS_LISTEN_H

#include "common/error.h"

#include <stdbool.h>
#include <sys/un.h>

struct facts_listener {
	int fd;
	bool loopback;  /* only this machine can reach it, by the network */
	char name[160]; /* "http://127.0.0.1:8500" or "unix:PATH" */
	char path[sizeof((struct sockaddr_un *)0)->sun_path]; /* to be removed; "" for none */
};

/* "PORT" (on 127.0.0.1), "HOST:PORT", "[IPV6]:PORT", "unix:PATH". Hosts are numbers or localhost.
 */
int facts_listen(const char *address, struct facts_listener *listener, struct error *err);
void facts_listener_close(struct facts_listener *listener);

#endif
