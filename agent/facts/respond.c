/* HTTP/1.1 (RFC 9112) as far as a reader of facts needs it: GET and HEAD without a body. */
#include "agent/facts/respond.h"

#include "agent/facts/facts.h"
#include "agent/facts/format.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/own.h"
#include "common/select.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { LONGEST_PATH = 1024 };

struct request {
	bool head, keep, has_body, old; /* old: HTTP/1.0 */
	const char *path, *query;       /* decoded; query: what is behind '?', or NULL */
	const char *host, *if_none_match;
};

static const struct {
	unsigned status;
	const char *words;
} statuses[] = {
	{200, "OK"},
	{304, "Not Modified"},
	{400, "Bad Request"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{408, "Request Timeout"},
	{421, "Misdirected Request"},
	{431, "Request Header Fields Too Large"},
	{503, "Service Unavailable"},
	{505, "HTTP Version Not Supported"},
};

static const char *words_of(unsigned status)
{
	for (size_t i = 0; i < COUNT_OF(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].words;
	return "";
}

size_t facts_request_length(const char *text, size_t len)
{
	const char *end = memmem(text, len, "\r\n\r\n", 4);
	return end ? (size_t)(end - text) + 4 : 0;
}

void facts_refuse(struct buf *out, unsigned status)
{
	buf_printf(out,
		   "HTTP/1.1 %u %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
		   "%sConnection: close\r\n\r\n%s\n",
		   status, words_of(status), strlen(words_of(status)) + 1,
		   status == 405 ? "Allow: GET, HEAD\r\n" : "", words_of(status));
}

static int digit_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* "%2F" and the like, in place; false for a broken one or a zero byte. */
static bool decode(char *text)
{
	char *to = text;
	for (const char *from = text; *from; to++) {
		if (*from != '%') {
			*to = *from++;
			continue;
		}
		int high = digit_of(from[1]), low = high < 0 ? -1 : digit_of(from[2]);
		if (low < 0 || !(high << 4 | low))
			return false;
		*to = (char)(high << 4 | low);
		from += 3;
	}
	*to = '\0';
	return true;
}

/* "GET /facts/os.id?format=yaml HTTP/1.1"; 0, or the status that says what is wrong. */
static unsigned parse_first_line(char *line, struct request *request)
{
	char *method = strsep(&line, " "), *path = strsep(&line, " "), *version = line;
	if (!method || !path || !version || *path != '/' || strlen(path) > LONGEST_PATH)
		return 400;
	if (strncmp(version, "HTTP/1.", 7) != 0)
		return 505;
	request->old = strcmp(version, "HTTP/1.0") == 0;
	request->head = strcmp(method, "HEAD") == 0;
	if (!request->head && strcmp(method, "GET") != 0)
		return 405;
	char *query = strchr(path, '?');
	if (query)
		*query++ = '\0';
	request->query = query;
	request->path = path;
	return decode(path) ? 0 : 400;
}

static void take_header(struct request *request, const char *name, const char *text)
{
	if (strcasecmp(name, "Host") == 0)
		request->host = text;
	else if (strcasecmp(name, "If-None-Match") == 0)
		request->if_none_match = text;
	else if (strcasecmp(name, "Connection") == 0)
		request->keep = strcasecmp(text, "close") != 0 &&
				(request->keep || strcasecmp(text, "keep-alive") == 0);
	else if (strcasecmp(name, "Transfer-Encoding") == 0)
		request->has_body = true;
	else if (strcasecmp(name, "Content-Length") == 0)
		request->has_body |= strcmp(text, "0") != 0;
}

/* In place. What could be read in two ways is refused. */
static unsigned parse(char *text, struct request *request)
{
	char *line = strsep(&text, "\n");
	line[strcspn(line, "\r")] = '\0';
	*request = (struct request){0};
	unsigned status = parse_first_line(line, request);
	request->keep = !request->old;
	if (status)
		return status;
	while ((line = strsep(&text, "\n")) && *line != '\r' && *line) {
		line[strcspn(line, "\r")] = '\0';
		char *colon = strchr(line, ':');
		if (!colon || colon == line || strcspn(line, " \t") < (size_t)(colon - line))
			return 400;
		*colon++ = '\0';
		colon += strspn(colon, " \t");
		size_t len = strlen(colon);
		while (len && (colon[len - 1] == ' ' || colon[len - 1] == '\t'))
			colon[--len] = '\0';
		take_header(request, line, colon);
	}
	return request->has_body || (!request->host && !request->old) ? 400 : 0;
}

/* A page of the web can make a browser ask us under a name of its own that leads here (DNS
 * rebinding): on loopback only loopback's names are ours. */
static bool is_own_host(const char *host)
{
	static const char *const names[] = {"localhost", "[::1]"};
	size_t numbers = strspn(host, "0123456789.");
	if (strncmp(host, "127.", 4) == 0 && (!host[numbers] || host[numbers] == ':'))
		return true;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		size_t len = strlen(names[i]);
		if (strncasecmp(host, names[i], len) == 0 && (!host[len] || host[len] == ':'))
			return true;
	}
	return false;
}

struct answer {
	unsigned status;
	const char *type;
	struct buf body;
};

static void answer_error(struct answer *answer, unsigned status, const char *message)
{
	answer->status = status;
	answer->type = "application/json";
	buf_puts(&answer->body, "{\"error\":");
	json_write_string(&answer->body, message, strlen(message));
	buf_puts(&answer->body, "}\n");
}

/* "format=yaml" alone, or among others. NULL: there is no such format. */
static facts_format *format_of(const char *query, const char **type)
{
	char name[16] = "json";
	const char *at = query ? strstr(query, "format=") : NULL;
	if (at && (at == query || at[-1] == '&')) {
		at += strlen("format=");
		size_t len = strcspn(at, "&");
		if (len >= sizeof name)
			return NULL;
		memcpy(name, at, len);
		name[len] = '\0';
	}
	*type = strcmp(name, "json") == 0 ? "application/json" : "text/plain; charset=utf-8";
	return facts_format_named(name);
}

static struct value *gather(const struct facts_server *server, struct arena *arena,
			    const char *const *patterns, size_t count)
{
	struct value *errors = value_copy(arena, server->errors);
	struct value *facts =
		facts_collect(arena, &(struct facts_wanted){patterns, count, NULL, errors});
	for (size_t i = 0; i < server->external->map.len; i++)
		value_set(arena, facts, server->external->map.entries[i].key,
			  server->external->map.entries[i].value);
	return facts;
}

static void answer_all(const struct facts_server *server, const struct request *request,
		       struct arena *arena, struct answer *answer)
{
	auto_error struct error err = {0};
	facts_format *write = format_of(request->query, &answer->type);
	if (!write)
		answer_error(answer, 400, "there is no such format");
	else if (write(&answer->body, facts_own(arena, gather(server, arena, NULL, 0)), &err) < 0)
		answer_error(answer, 503, err.message);
}

/* One fact as JSON; with a format or a pattern a map of paths to facts. */
static void answer_one(const struct facts_server *server, const struct request *request,
		       const char *name, struct arena *arena, struct answer *answer)
{
	auto_error struct error err = {0};
	facts_format *write = format_of(request->query, &answer->type);
	struct value *facts = gather(server, arena, &name, 1), *selected = value_map(arena);
	if (!write) {
		answer_error(answer, 400, "there is no such format");
	} else if (facts_select(arena, facts, name, selected, &err) < 0) {
		answer_error(answer, 404, err.message);
	} else if (select_is_pattern(name) || request->query) {
		if (write(&answer->body, selected, &err) < 0)
			answer_error(answer, 503, err.message);
	} else {
		json_write_pretty(&answer->body, selected->map.entries[0].value, 2);
		buf_putc(&answer->body, '\n');
	}
}

static void route(const struct facts_server *server, const struct request *request,
		  struct arena *arena, struct answer *answer)
{
	static const char below[] = "/facts/";
	if (strcmp(request->path, "/health") == 0) {
		buf_puts(&answer->body, "ok\n");
		answer->type = "text/plain";
	} else if (strcmp(request->path, "/facts") == 0 || strcmp(request->path, below) == 0) {
		answer_all(server, request, arena, answer);
	} else if (strncmp(request->path, below, sizeof below - 1) == 0) {
		answer_one(server, request, request->path + sizeof below - 1, arena, answer);
	} else {
		answer_error(answer, 404, "there are /facts, /facts/NAME and /health");
	}
}

/* A list of tags in quotes, "W/" before some, or "*". */
static bool names_tag(const char *list, const char *tag)
{
	return list && (strcmp(list, "*") == 0 || strstr(list, tag));
}

static void write_answer(struct answer *answer, const struct request *request, struct buf *out)
{
	char hex[HASH_HEX], tag[20];
	hash_hex(answer->body.data, answer->body.len, hex);
	snprintf(tag, sizeof tag, "\"%.16s\"", hex);
	if (answer->status == 200 && names_tag(request->if_none_match, tag))
		answer->status = 304;
	buf_printf(out, "HTTP/1.1 %u %s\r\n", answer->status, words_of(answer->status));
	if (answer->status != 304)
		buf_printf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", answer->type,
			   answer->body.len);
	if (answer->status == 200 || answer->status == 304)
		buf_printf(out, "ETag: %s\r\nCache-Control: no-cache\r\n", tag);
	buf_printf(out, "X-Content-Type-Options: nosniff\r\nConnection: %s\r\n\r\n",
		   request->keep ? "keep-alive" : "close");
	if (answer->status != 304 && !request->head)
		buf_add(out, answer->body.data, answer->body.len);
}

static void free_answer(struct answer *answer)
{
	buf_free(&answer->body);
}

bool facts_respond(const struct facts_server *server, const char *text, size_t len, struct buf *out)
{
	auto_arena struct arena arena = {0};
	struct request request;
	char *copy = arena_strndup(&arena, text, len);
	unsigned status = memchr(text, '\0', len) ? 400 : parse(copy, &request);
	if (!status && server->loopback && request.host && !is_own_host(request.host))
		status = 421;
	if (status) {
		facts_refuse(out, status);
		return false;
	}
	__attribute__((cleanup(free_answer))) struct answer answer = {.status = 200};
	route(server, &request, &arena, &answer);
	write_answer(&answer, &request, out);
	return request.keep;
}
