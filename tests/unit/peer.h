/* A small server for tests of what talks to one: listens on a unix socket or a loopback port, one
 * thread per connection, and answers as the test's handler says. */
#ifndef FACTORY_TESTS_UNIT_PEER_H
#define FACTORY_TESTS_UNIT_PEER_H

#include "common/buffer.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct peer_request {
	char method[16], path[256];
	struct buf head, body;
};

/* Answers one request on fd; false closes the connection. */
typedef bool peer_handler(int fd, const struct peer_request *request);

struct peer {
	int listener, port;
	pthread_t thread;
	peer_handler *handler;
	atomic_int connections;
	char directory[40], endpoint[80]; /* peer_start_engine's */
};

static inline void peer_send(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		data += sent;
		len -= (size_t)sent;
	}
}

/* An answer with a Content-Length. */
static inline void peer_answer(int fd, const char *status, const void *body, size_t len)
{
	char head[200];
	int n = snprintf(head, sizeof head,
			 "HTTP/1.1 %s\r\nX-Peer:  yes \r\nContent-Length: %zu\r\n\r\n", status,
			 len);
	peer_send(fd, head, (size_t)n);
	peer_send(fd, body, len);
}

/* An engine's answer to a ping: all that matters is in its headers. */
static inline void peer_greet(int fd, const char *headers)
{
	char head[400];
	int n = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\n%sContent-Length: 2\r\n\r\nOK",
			 headers);
	peer_send(fd, head, (size_t)n);
}

/* Bytes into `in` until it holds `want`; false at the end. */
static inline bool peer_fill(int fd, struct buf *in, size_t want)
{
	while (in->len < want) {
		char *room = buf_reserve(in, 65536);
		ssize_t got = recv(fd, room, 65536, 0);
		if (got <= 0)
			return false;
		in->len += (size_t)got;
		in->data[in->len] = '\0';
	}
	return true;
}

static inline bool peer_body_chunked(int fd, struct buf *in, struct buf *body)
{
	for (;;) {
		char *end;
		while (!(end = strstr(buf_text(in), "\r\n")))
			if (!peer_fill(fd, in, in->len + 1))
				return false;
		size_t len = strtoul(in->data, NULL, 16);
		size_t line = (size_t)(end + 2 - in->data);
		if (!peer_fill(fd, in, line + len + 2))
			return false;
		buf_add(body, in->data + line, len);
		buf_consume(in, line + len + 2);
		if (!len)
			return true;
	}
}

static inline bool peer_read(int fd, struct buf *in, struct peer_request *request)
{
	char *end;
	while (!(end = strstr(buf_text(in), "\r\n\r\n")))
		if (!peer_fill(fd, in, in->len + 1))
			return false;
	size_t head = (size_t)(end + 4 - in->data);
	buf_clear(&request->head);
	buf_clear(&request->body);
	buf_add(&request->head, in->data, head);
	buf_consume(in, head);
	sscanf(request->head.data, "%15s %255s", request->method, request->path);
	if (strcasestr(request->head.data, "transfer-encoding: chunked"))
		return peer_body_chunked(fd, in, &request->body);
	const char *length = strcasestr(request->head.data, "content-length:");
	size_t len = length ? strtoul(length + 15, NULL, 10) : 0;
	if (!peer_fill(fd, in, len))
		return false;
	buf_add(&request->body, in->data, len);
	buf_consume(in, len);
	return true;
}

struct peer_connection {
	struct peer *peer;
	int fd;
};

static inline void *peer_serve(void *ctx)
{
	struct peer_connection *connection = (struct peer_connection *)ctx;
	struct peer_request request = {0};
	struct buf in = {0};
	while (peer_read(connection->fd, &in, &request))
		if (!connection->peer->handler(connection->fd, &request))
			break;
	buf_free(&in);
	buf_free(&request.head);
	buf_free(&request.body);
	close(connection->fd);
	free(connection);
	return NULL;
}

static inline void *peer_accept(void *ctx)
{
	struct peer *peer = (struct peer *)ctx;
	int fd;
	while ((fd = accept(peer->listener, NULL, NULL)) >= 0 || errno == ECONNABORTED) {
		struct peer_connection *connection = malloc(sizeof *connection);
		*connection = (struct peer_connection){peer, fd};
		pthread_t thread;
		peer->connections++;
		pthread_create(&thread, NULL, peer_serve, connection);
		pthread_detach(thread);
	}
	return NULL;
}

/* On path where that is not NULL, else on a port of loopback's (peer->port). */
static inline void peer_start(struct peer *peer, const char *path, peer_handler *handler)
{
	peer->handler = handler;
	if (path) {
		struct sockaddr_un at = {.sun_family = AF_UNIX};
		snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
		peer->listener = socket(AF_UNIX, SOCK_STREAM, 0);
		assert_int_equal(bind(peer->listener, (struct sockaddr *)&at, sizeof at), 0);
	} else {
		struct sockaddr_in at = {.sin_family = AF_INET,
					 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		socklen_t len = sizeof at;
		peer->listener = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(bind(peer->listener, (struct sockaddr *)&at, sizeof at), 0);
		getsockname(peer->listener, (struct sockaddr *)&at, &len);
		peer->port = ntohs(at.sin_port);
	}
	assert_int_equal(listen(peer->listener, 64), 0);
	assert_int_equal(pthread_create(&peer->thread, NULL, peer_accept, peer), 0);
}

static inline void peer_stop(struct peer *peer)
{
	shutdown(peer->listener, SHUT_RDWR);
	pthread_join(peer->thread, NULL);
	close(peer->listener);
}

/* As an engine: on a socket in a directory of its own, which peer->endpoint names. */
static inline int peer_start_engine(struct peer *peer, peer_handler *handler)
{
	snprintf(peer->directory, sizeof peer->directory, "/tmp/factory-peer-XXXXXX");
	assert_non_null(mkdtemp(peer->directory));
	snprintf(peer->endpoint, sizeof peer->endpoint, "unix://%s/socket", peer->directory);
	peer_start(peer, peer->endpoint + strlen("unix://"), handler);
	return 0;
}

static inline int peer_stop_engine(struct peer *peer)
{
	peer_stop(peer);
	unlink(peer->endpoint + strlen("unix://"));
	return rmdir(peer->directory);
}

#endif
