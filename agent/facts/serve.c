/* The server: one poll loop over a few connections. A slow or silent client costs a place, for a
 * while; it never blocks the others. */
#include "agent/facts/serve.h"

#include "agent/facts/listen.h"
#include "agent/facts/respond.h"
#include "common/own.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>

enum { CONNECTIONS = 64, PATIENCE_MS = 10000, OTHERS = 2 };

struct connection {
	int fd;            /* -1: a free place */
	uint64_t deadline; /* when it has to have got on */
	struct buf input, output;
	bool closing; /* when the output is written */
};

struct serving {
	struct facts_listener listener;
	struct facts_server server;
	struct arena arena; /* the external facts' */
	const struct facts_external *external;
	struct connection connections[CONNECTIONS];
	int signals;
	bool over;
};

static uint64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Programs take their time: they are run at the start and on SIGHUP, not for each request. */
static void read_external(struct serving *serving)
{
	arena_free(&serving->arena);
	serving->arena = (struct arena){0};
	struct value *facts = value_map(&serving->arena), *errors = value_map(&serving->arena);
	if (serving->external)
		facts_add_external(serving->external, &serving->arena, facts, errors);
	serving->server.external = facts;
	serving->server.errors = errors;
}

static void release(struct connection *connection)
{
	close(connection->fd);
	buf_free(&connection->input);
	buf_free(&connection->output);
	*connection = (struct connection){.fd = -1};
}

/* A free place, else that of whoever has been silent the longest; NULL while all are being
 * answered: then a connection waits in the kernel's queue, and nobody polls for it. */
static struct connection *find_place(struct serving *serving)
{
	struct connection *silent = NULL;
	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *connection = &serving->connections[i];
		if (connection->fd < 0)
			return connection;
		if (!connection->output.len && (!silent || connection->deadline < silent->deadline))
			silent = connection;
	}
	return silent;
}

static void welcome(struct serving *serving)
{
	struct connection *connection = find_place(serving);
	int fd = accept4(serving->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	if (!connection) { /* the last one has just begun to be answered */
		close(fd);
		return;
	}
	if (connection->fd >= 0)
		release(connection);
	*connection = (struct connection){.fd = fd, .deadline = now_ms() + PATIENCE_MS};
}

/* Answers what is complete, one request at a time, so that the output stays bounded. */
static void answer(struct serving *serving, struct connection *connection)
{
	size_t len;
	while (!connection->closing && !connection->output.len &&
	       (len = facts_request_length(connection->input.data, connection->input.len))) {
		connection->closing = !facts_respond(&serving->server, connection->input.data, len,
						     &connection->output);
		buf_consume(&connection->input, len);
	}
	if (!connection->closing && !connection->output.len &&
	    connection->input.len >= FACTS_LONGEST_REQUEST) {
		facts_refuse(&connection->output, 431);
		connection->closing = true;
	}
}

/* False: the connection is over. */
static bool hear(struct serving *serving, struct connection *connection)
{
	size_t room = FACTS_LONGEST_REQUEST - connection->input.len;
	ssize_t got = recv(connection->fd, buf_reserve(&connection->input, room), room, 0);
	if (got < 0)
		return errno == EINTR || errno == EAGAIN;
	if (!got)
		return false;
	connection->input.len += (size_t)got;
	answer(serving, connection);
	return true;
}

static bool speak(struct serving *serving, struct connection *connection)
{
	ssize_t sent =
		send(connection->fd, connection->output.data, connection->output.len, MSG_NOSIGNAL);
	if (sent < 0)
		return errno == EINTR || errno == EAGAIN;
	buf_consume(&connection->output, (size_t)sent);
	connection->deadline = now_ms() + PATIENCE_MS;
	if (connection->output.len)
		return true;
	if (connection->closing)
		return false;
	answer(serving, connection);
	return true;
}

static bool go_on(struct serving *serving, struct connection *connection, short events)
{
	if (events & (POLLERR | POLLNVAL))
		return false;
	if (connection->output.len)
		return !(events & (POLLOUT | POLLHUP)) || speak(serving, connection);
	return !(events & (POLLIN | POLLHUP)) || hear(serving, connection);
}

static void take_signal(struct serving *serving)
{
	struct signalfd_siginfo info;
	if (read(serving->signals, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo == SIGHUP)
		read_external(serving);
	else
		serving->over = true;
}

static int time_left(const struct serving *serving)
{
	uint64_t now = now_ms(), nearest = UINT64_MAX;
	for (size_t i = 0; i < CONNECTIONS; i++)
		if (serving->connections[i].fd >= 0 && serving->connections[i].deadline < nearest)
			nearest = serving->connections[i].deadline;
	if (nearest == UINT64_MAX)
		return -1;
	return nearest > now ? (int)(nearest - now) : 0;
}

static void turn(struct serving *serving)
{
	struct pollfd polled[CONNECTIONS + OTHERS];
	for (size_t i = 0; i < CONNECTIONS; i++) {
		const struct connection *connection = &serving->connections[i];
		polled[i] = (struct pollfd){.fd = connection->fd,
					    .events = connection->output.len ? POLLOUT : POLLIN};
	}
	polled[CONNECTIONS] = (struct pollfd){.fd = serving->signals, .events = POLLIN};
	polled[CONNECTIONS + 1] = (struct pollfd){
		.fd = find_place(serving) ? serving->listener.fd : -1, .events = POLLIN};
	if (poll(polled, COUNT_OF(polled), time_left(serving)) < 0)
		return;
	uint64_t now = now_ms();
	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *connection = &serving->connections[i];
		if (connection->fd < 0)
			continue;
		if (!go_on(serving, connection, polled[i].revents) || connection->deadline <= now)
			release(connection);
	}
	if (polled[CONNECTIONS].revents)
		take_signal(serving);
	if (polled[CONNECTIONS + 1].revents)
		welcome(serving);
}

static int watch_signals(struct error *err)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? error_errno(err, "can't wait for signals") : fd;
}

int facts_serve(const char *address, const struct facts_external *external, struct error *err)
{
	struct serving serving = {.external = external};
	for (size_t i = 0; i < CONNECTIONS; i++)
		serving.connections[i].fd = -1;
	if (facts_listen(address, &serving.listener, err) < 0)
		return -1;
	serving.server.loopback = serving.listener.loopback;
	serving.signals = watch_signals(err);
	if (serving.signals >= 0) {
		read_external(&serving);
		printf("%s\n", serving.listener.name);
		fflush(stdout);
	}
	while (serving.signals >= 0 && !serving.over)
		turn(&serving);
	for (size_t i = 0; i < CONNECTIONS; i++)
		if (serving.connections[i].fd >= 0)
			release(&serving.connections[i]);
	facts_listener_close(&serving.listener);
	arena_free(&serving.arena);
	if (serving.signals < 0)
		return -1;
	close(serving.signals);
	return 0;
}
