#include "agent/facts/listen.h"

#include "common/own.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { QUEUE = 64, USAGE = 2, LONGEST_HOST = 64 };

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
};

static int misnamed(const char *address, struct error *err)
{
	error_set(err,
		  "\"%s\" is no address to listen on: PORT (on loopback), HOST:PORT with a host in "
		  "numbers, [IPV6]:PORT, or unix:PATH",
		  address);
	err->exit_code = USAGE;
	return -1;
}

static bool parse_port(const char *text, uint16_t *port)
{
	char *end;
	long number = strtol(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || number > UINT16_MAX)
		return false;
	*port = htons((uint16_t)number);
	return true;
}

/* The part before the last colon, brackets around it taken off. */
static bool split_host(const char *text, char host[LONGEST_HOST], const char **port)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	*port = colon ? colon + 1 : text;
	strcpy(host, "127.0.0.1");
	if (!colon)
		return true;
	if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (!len || len >= LONGEST_HOST)
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (strcmp(host, "localhost") == 0)
		strcpy(host, "127.0.0.1");
	return true;
}

static bool parse_network(const char *text, union address *address, socklen_t *len)
{
	char host[LONGEST_HOST];
	const char *port_text;
	uint16_t port;
	if (!split_host(text, host, &port_text) || !parse_port(port_text, &port))
		return false;
	*address = (union address){.v4 = {.sin_family = AF_INET, .sin_port = port}};
	*len = sizeof address->v4;
	if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1)
		return true;
	*address = (union address){.v6 = {.sin6_family = AF_INET6, .sin6_port = port}};
	*len = sizeof address->v6;
	return inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1;
}

static bool parse_local(const char *path, union address *address, socklen_t *len)
{
	*address = (union address){.local = {.sun_family = AF_UNIX}};
	*len = sizeof address->local;
	if (!*path || strlen(path) >= sizeof address->local.sun_path)
		return false;
	strcpy(address->local.sun_path, path);
	return true;
}

/* A socket that nobody listens on any more was left by one that was killed. */
static void remove_left_over(const union address *address, socklen_t len)
{
	struct stat status;
	const char *path = address->local.sun_path;
	if (stat(path, &status) != 0 || !S_ISSOCK(status.st_mode))
		return;
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, &address->any, len) < 0 && errno == ECONNREFUSED)
		unlink(path);
}

static int open_socket(const union address *address, socklen_t len)
{
	int on = 1;
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (address->any.sa_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, &address->any, len) == 0 && listen(fd, QUEUE) == 0)
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* As the kernel has it now: with the port that it chose. */
static void name_network(struct facts_listener *listener)
{
	union address address = {0};
	socklen_t len = sizeof address;
	char host[INET6_ADDRSTRLEN] = "";
	getsockname(listener->fd, &address.any, &len);
	if (address.any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &address.v4.sin_addr, host, sizeof host);
		snprintf(listener->name, sizeof listener->name, "http://%s:%u", host,
			 ntohs(address.v4.sin_port));
		listener->loopback = ntohl(address.v4.sin_addr.s_addr) >> 24 == 127;
	} else {
		inet_ntop(AF_INET6, &address.v6.sin6_addr, host, sizeof host);
		snprintf(listener->name, sizeof listener->name, "http://[%s]:%u", host,
			 ntohs(address.v6.sin6_port));
		listener->loopback = IN6_IS_ADDR_LOOPBACK(&address.v6.sin6_addr);
	}
}

int facts_listen(const char *text, struct facts_listener *listener, struct error *err)
{
	union address address;
	socklen_t len;
	bool local = strncmp(text, "unix:", 5) == 0;
	*listener = (struct facts_listener){.fd = -1};
	if (!(local ? parse_local(text + 5, &address, &len) : parse_network(text, &address, &len)))
		return misnamed(text, err);
	if (local)
		remove_left_over(&address, len);
	listener->fd = open_socket(&address, len);
	if (listener->fd < 0)
		return error_errno(err, "can't listen on %s", text);
	if (!local) {
		name_network(listener);
		return 0;
	}
	strcpy(listener->path, address.local.sun_path);
	snprintf(listener->name, sizeof listener->name, "unix:%s", listener->path);
	return 0;
}

void facts_listener_close(struct facts_listener *listener)
{
	if (listener->fd >= 0)
		close(listener->fd);
	if (*listener->path)
		unlink(listener->path);
	listener->fd = -1;
}
