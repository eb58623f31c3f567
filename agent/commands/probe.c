/* `agent probe`: one look whether something answers, for whoever waits for a service. */
#include "agent/commands.h"
#include "common/http.h"
#include "common/own.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { USAGE = 2, TRY_MS = 5000 };

static const char usage[] =
	"usage: agent probe tcp HOST PORT\n"
	"       agent probe http URL\n"
	"\n"
	"Exits with 0 where the port can be connected to, or where the URL is answered with 2xx "
	"or 3xx;\n"
	"else with 1 and a line that says why. Meant for health checks.\n";

static int misused(struct error *err)
{
	error_set(err, "probe takes `tcp HOST PORT` or `http URL`");
	err->exit_code = USAGE;
	return -1;
}

static int connect_to(const struct addrinfo *to)
{
	autoclose int fd = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC, to->ai_protocol);
	return fd < 0 ? -1 : connect(fd, to->ai_addr, to->ai_addrlen);
}

static int probe_tcp(const char *host, const char *port, struct error *err)
{
	const struct addrinfo want = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	int failed = getaddrinfo(host, port, &want, &found);
	if (failed)
		return error_set(err, "%s: %s", host, gai_strerror(failed));
	int status = -1;
	for (const struct addrinfo *to = found; to && status < 0; to = to->ai_next)
		status = connect_to(to);
	if (status < 0)
		error_errno(err, "%s:%s", host, port);
	freeaddrinfo(found);
	return status;
}

static int probe_http(const char *url, struct error *err)
{
	const char *scheme = strstr(url, "://");
	const char *path = scheme ? strchr(scheme + 3, '/') : NULL;
	if (!scheme)
		return misused(err);
	autofree char *base = path ? strndup(url, (size_t)(path - url)) : strdup(url);
	struct http_server server = {
		.base = base, .name = url, .insecure = true, .connect_ms = TRY_MS};
	struct http_request request = {
		.method = "GET", .path = path ? path : "/", .timeout_ms = TRY_MS};
	auto_response struct http_response response = {0};
	struct http_client *client = http_client_new(NULL, &server, err);
	if (!client)
		return -1;
	int status = http_perform(client, &request, &response, err);
	if (status == 0 && (response.status < 200 || response.status > 399))
		status = error_set(err, "%s: answered with %ld", url, response.status);
	http_client_free(client);
	return status;
}

int agent_probe(int argc, char **argv, struct error *err)
{
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc == 4 && strcmp(argv[1], "tcp") == 0)
		return probe_tcp(argv[2], argv[3], err);
	if (argc == 3 && strcmp(argv[1], "http") == 0)
		return probe_http(argv[2], err);
	return misused(err);
}
