#include "host/ui/server.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/graph/svg.h"
#include "host/progress/records.h"
#include "host/report/assets.h"
#include "host/report/page.h"
#include "host/ui/streams.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/random.h>

enum { TOKEN_BYTES = 16, MOST_CONNECTIONS = 64, MEMORY = 16 << 10, IDLE_S = 60, TIDY_MS = 1000 };

struct server {
	struct loop *loop;
	struct MHD_Daemon *daemon;
	struct streams *streams;
	int descriptor; /* the daemon's: ready when it has something to do */
	int changes;    /* inotify */
	uint32_t timer, tidy;
	char token[2 * TOKEN_BYTES + 1];
	char host[32]; /* "127.0.0.1:PORT" */
	char url[96];
};

/* --- answers --- */

static enum MHD_Result send_answer(struct MHD_Connection *connection, unsigned status,
				   const char *type, struct MHD_Response *response)
{
	static const char *const headers[][2] = {
		{"Cache-Control", "no-store"},
		{"Referrer-Policy", "no-referrer"},
		{"X-Content-Type-Options", "nosniff"},
		{"X-Frame-Options", "DENY"},
	};
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", type);
	for (size_t i = 0; i < COUNT_OF(headers); i++)
		MHD_add_response_header(response, headers[i][0], headers[i][1]);
	enum MHD_Result result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status,
				 const char *type, const struct buf *text)
{
	return send_answer(connection, status, type,
			   MHD_create_response_from_buffer(text->len, (void *)buf_text(text),
							   MHD_RESPMEM_MUST_COPY));
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *why)
{
	auto_buf struct buf text = {0};
	buf_printf(&text, "%s\n", why);
	return send_text(connection, status, "text/plain; charset=utf-8", &text);
}

static void add_link(struct buf *out, const char *id)
{
	auto_buf struct buf told = {0};
	buf_puts(out, "<li><a href=\"build/");
	svg_text(out, id, strlen(id));
	buf_puts(out, "\">");
	svg_text(out, id, strlen(id));
	buf_puts(out, "</a> ");
	records_describe(id, &told);
	svg_text(out, buf_text(&told), told.len);
	buf_puts(out, "</li>\n");
}

static const char *newest(const struct value *list)
{
	return list->list.len ? value_text(list->list.items[list->list.len - 1]) : "";
}

static enum MHD_Result send_index(struct server *server, struct MHD_Connection *connection,
				  const char *rest)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf page = {0};
	const struct value *list = records_list(&arena);
	(void)server;
	(void)rest;
	buf_printf(&page,
		   "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		   "<title>factory: builds</title><link rel=\"icon\" href=\"data:,\">\n"
		   "<style>%s</style></head>\n<body><header><h1>Builds</h1></header><main>\n"
		   "<p class=\"quiet\">%zu, the newest first; new ones appear by themselves</p>\n"
		   "<ul>\n",
		   assets_css, list->list.len);
	for (size_t i = list->list.len; i-- > 0;)
		add_link(&page, value_text(list->list.items[i]));
	buf_puts(&page, "</ul>\n</main>\n<script>new EventSource(\"new/");
	svg_text(&page, newest(list), strlen(newest(list)));
	buf_puts(&page, "\").onmessage = () => location.reload();</script>\n</body></html>\n");
	return send_text(connection, MHD_HTTP_OK, "text/html; charset=utf-8", &page);
}

/* seen: the newest that the page has, "" for none. One may have come since. */
static enum MHD_Result send_new(struct server *server, struct MHD_Connection *connection,
				const char *seen)
{
	auto_arena struct arena arena = {0};
	bool already = strcmp(newest(records_list(&arena)), seen) != 0;
	return send_answer(connection, MHD_HTTP_OK, "text/event-stream",
			   streams_answer_new(server->streams, connection, already));
}

/* An id as it is in the directory, not only the begin of one: nothing else becomes a path. */
static char *path_of(const char *id)
{
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	const struct value *list = records_list(&arena);
	for (size_t i = 0; i < list->list.len; i++)
		if (strcmp(value_text(list->list.items[i]), id) == 0)
			return records_find(id, &ignored);
	return NULL;
}

static enum MHD_Result send_build(struct server *server, struct MHD_Connection *connection,
				  const char *id)
{
	auto_buf struct buf page = {0};
	autofree char *path = path_of(id);
	(void)server;
	if (!path)
		return refuse(connection, MHD_HTTP_NOT_FOUND, "there is no such build");
	auto_buf struct buf name = {0}, follow = {0};
	svg_text(&name, id, strlen(id));
	buf_printf(&follow, "../events/%s", buf_text(&name));
	page_write(&page, "", 0, buf_text(&follow));
	return send_text(connection, MHD_HTTP_OK, "text/html; charset=utf-8", &page);
}

static enum MHD_Result send_events(struct server *server, struct MHD_Connection *connection,
				   const char *id)
{
	autofree char *path = path_of(id);
	int file = path ? open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
	const char *last =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Last-Event-ID");
	if (file < 0)
		return refuse(connection, MHD_HTTP_NOT_FOUND, "there is no such build");
	uint64_t offset = last ? strtoull(last, NULL, 10) : 0;
	return send_answer(
		connection, MHD_HTTP_OK, "text/event-stream",
		streams_answer(server->streams, connection, file, offset < INT64_MAX ? offset : 0));
}

static const struct route {
	const char *prefix;
	bool takes_id;
	enum MHD_Result (*send)(struct server *server, struct MHD_Connection *connection,
				const char *rest);
} routes[] = {
	{"", false, send_index},
	{"new/", true, send_new},
	{"build/", true, send_build},
	{"events/", true, send_events},
};

/* --- requests --- */

/* In a time that does not tell how much of it was right. */
static bool has_token(const struct server *server, const char *path)
{
	unsigned char different = 0;
	size_t len = sizeof server->token - 1;
	if (strlen(path) < len + 2 || path[0] != '/' || path[len + 1] != '/')
		return false;
	for (size_t i = 0; i < len; i++)
		different |= (unsigned char)(path[i + 1] ^ server->token[i]);
	return !different;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *path,
				  const char *method, const char *version, const char *data,
				  size_t *data_len, void **state)
{
	struct server *server = ctx;
	const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
	(void)version;
	(void)data;
	(void)data_len;
	(void)state;
	if (strcmp(method, "GET") != 0)
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET is answered");
	/* A name that someone made point to this machine is not ours. */
	if (!host || strcmp(host, server->host) != 0 || !has_token(server, path))
		return refuse(connection, MHD_HTTP_FORBIDDEN, "the address lacks the token");
	const char *rest = path + sizeof server->token + 1;
	for (size_t i = 0; i < COUNT_OF(routes); i++) {
		size_t len = strlen(routes[i].prefix);
		if (routes[i].takes_id ? strncmp(rest, routes[i].prefix, len) == 0
				       : strcmp(rest, routes[i].prefix) == 0)
			return routes[i].send(server, connection, rest + len);
	}
	return refuse(connection, MHD_HTTP_NOT_FOUND, "there is nothing here");
}

/* --- on the loop --- */

static void run(struct server *server);

static void on_timer(void *ctx)
{
	struct server *server = ctx;
	server->timer = 0;
	run(server);
}

/* Until the daemon has nothing left to do at once. */
static void run(struct server *server)
{
	MHD_UNSIGNED_LONG_LONG wait = 0;
	bool waits;
	do
		MHD_run(server->daemon);
	while ((waits = MHD_get_timeout(server->daemon, &wait) == MHD_YES) && !wait);
	loop_cancel(server->loop, server->timer);
	server->timer = waits ? loop_after(server->loop, wait, on_timer, server) : 0;
}

static void on_ready(void *ctx, unsigned events)
{
	(void)events;
	run(ctx);
}

static void on_change(void *ctx, unsigned events)
{
	struct server *server = ctx;
	_Alignas(struct inotify_event) char space[4096];
	bool new = false;
	(void)events;
	for (ssize_t len; (len = read(server->changes, space, sizeof space)) > 0;)
		for (char *at = space; at < space + len;) {
			const struct inotify_event *event = (void *)at;
			new |= event->mask &(IN_CREATE | IN_MOVED_TO);
			at += sizeof *event + event->len;
		}
	if (new)
		streams_tell_new(server->streams);
	else
		streams_wake(server->streams);
	run(server);
}

static void on_tidy(void *ctx)
{
	struct server *server = ctx;
	server->tidy = loop_after(server->loop, TIDY_MS, on_tidy, server);
	streams_tidy(server->streams);
	run(server);
}

/* --- begin and end --- */

static int watch_records(struct server *server, struct error *err)
{
	autofree char *directory = records_directory();
	if (!directory)
		return error_as(err, ERROR_HOME, "there is no HOME, and so no records of builds");
	autofree char *inside = mem_printf("%s/x", directory);
	if (file_make_parents(inside, err) < 0)
		return -1;
	server->changes = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (server->changes < 0 ||
	    inotify_add_watch(server->changes, directory, IN_CREATE | IN_MOVED_TO | IN_MODIFY) < 0)
		return error_errno(err, "can't watch %s", directory);
	return 0;
}

static int make_token(struct server *server, struct error *err)
{
	unsigned char bytes[TOKEN_BYTES];
	if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
		return error_errno(err, "can't make a token");
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(server->token + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

static int start_daemon(struct server *server, unsigned port, struct error *err)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, (uint16_t)port, NULL, NULL, on_request,
		server, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)MOST_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
	if (!server->daemon)
		return error_errno(err, "can't listen on 127.0.0.1:%u", port);
	server->descriptor =
		MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	snprintf(server->host, sizeof server->host, "127.0.0.1:%u",
		 MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	snprintf(server->url, sizeof server->url, "http://%s/%s/", server->host, server->token);
	return 0;
}

struct server *server_new(struct loop *loop, unsigned port, struct error *err)
{
	struct server *server = mem_alloc(sizeof *server);
	server->loop = loop;
	server->changes = -1;
	server->streams = streams_new();
	if (watch_records(server, err) < 0 || make_token(server, err) < 0 ||
	    start_daemon(server, port, err) < 0) {
		server_free(server);
		return NULL;
	}
	loop_watch(loop, server->descriptor, LOOP_READ, on_ready, server);
	loop_watch(loop, server->changes, LOOP_READ, on_change, server);
	server->tidy = loop_after(loop, TIDY_MS, on_tidy, server);
	run(server);
	return server;
}

void server_free(struct server *server)
{
	if (!server)
		return;
	loop_cancel(server->loop, server->timer);
	loop_cancel(server->loop, server->tidy);
	if (server->daemon) {
		loop_unwatch(server->loop, server->descriptor);
		streams_wake(server->streams);
		MHD_stop_daemon(server->daemon);
	}
	if (server->changes >= 0) {
		loop_unwatch(server->loop, server->changes);
		close(server->changes);
	}
	streams_free(server->streams);
	free(server);
}

const char *server_url(const struct server *server)
{
	return server->url;
}
