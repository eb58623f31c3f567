/* The records of builds, served to a browser on this machine: libmicrohttpd on the process's loop.
 * Nobody but who knows the token gets an answer, and nothing can be changed. */
#ifndef FACTORY_HOST_UI_SERVER_H
#define FACTORY_HOST_UI_SERVER_H

#include "common/error.h"
#include "common/loop.h"

struct server;

/* Listens on 127.0.0.1; port 0: a free one. NULL on failure. The loop must outlive it. */
struct server *server_new(struct loop *loop, unsigned port, struct error *err);
void server_free(struct server *server);

/* "http://127.0.0.1:PORT/TOKEN/" */
const char *server_url(const struct server *server);

#endif
