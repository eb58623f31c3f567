#include "host/modules/download.h"

#include "common/file.h"
#include "common/guard.h"
#include "common/loop.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/interrupt.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { CONNECT_S = 10, STALLED_S = 30, MOST_REDIRECTIONS = 5, SECOND_US = 1000000 };

struct downloading {
	const struct download *download;
	CURL *easy;
	int fd;
	struct hash *hash;
	size_t len;
	uint64_t tell_us; /* when progress is told next */
	bool too_long, interrupted;
	int write_error;
	char detail[CURL_ERROR_SIZE];
};

static size_t on_data(char *data, size_t size, size_t count, void *ctx)
{
	struct downloading *state = ctx;
	size_t len = size * count;
	state->too_long = len > state->download->limit - state->len;
	if (state->too_long)
		return 0;
	if (file_write_all(state->fd, data, len) < 0) {
		state->write_error = errno;
		return 0;
	}
	hash_add(state->hash, data, len);
	state->len += len;
	return len;
}

struct progress {
	struct downloading *state;
	double total, now;
};

static int tell(void *ctx, struct error *err)
{
	const struct progress *progress = ctx;
	const struct download *download = progress->state->download;
	autofree char *of = progress->total > 0 ? mem_printf(" of %.1f", progress->total / 1e6)
						: mem_strdup("");
	autofree char *line = mem_printf("%s: %.1f%s MB", download->url, progress->now / 1e6, of);
	(void)err;
	download->progress(download->ctx, line);
	return 0;
}

/* libcurl must not be left by a jump; a line that there is no memory for is not missed. */
static int on_progress(void *ctx, curl_off_t total, curl_off_t now, curl_off_t up_total,
		       curl_off_t up)
{
	struct downloading *state = ctx;
	auto_error struct error ignored = {0};
	(void)up_total;
	(void)up;
	state->interrupted = interrupt_pending() != 0;
	if (state->download->progress && loop_now_us() >= state->tell_us) {
		mem_guard(tell, &(struct progress){state, (double)total, (double)now}, &ignored);
		state->tell_us = loop_now_us() + SECOND_US;
	}
	return state->interrupted;
}

static void prepare(struct downloading *state)
{
	CURL *easy = state->easy;
	const char *url = state->download->url;
	bool secure = strncmp(url, "https:", 6) == 0;
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,file");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTIONS);
	curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)STALLED_S);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "factory");
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, state->detail);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, state);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, state);
}

static int explain(const struct downloading *state, CURLcode code, struct error *err)
{
	const struct download *download = state->download;
	if (state->interrupted)
		return interrupt_error(interrupt_pending(), err);
	if (state->too_long)
		return error_as(err, ERROR_MODULE_FETCH, "%s is longer than %zu MiB", download->url,
				download->limit >> 20);
	if (state->write_error) {
		errno = state->write_error;
		return error_errno(err, "can't keep %s", download->url);
	}
	return error_as(err, ERROR_MODULE_FETCH, "can't download %s: %s", download->url,
			*state->detail ? state->detail : curl_easy_strerror(code));
}

int download_file(const struct download *download, const char *path, char hex[HASH_HEX],
		  struct error *err)
{
	struct downloading state = {.download = download, .tell_us = loop_now_us() + SECOND_US};
	state.fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (state.fd < 0)
		return error_errno(err, "can't write %s", path);
	auto_hash struct hash *hash = hash_new();
	state.hash = hash;
	state.easy = mem_given(curl_easy_init());
	prepare(&state);
	CURLcode code = curl_easy_perform(state.easy);
	int status = code == CURLE_OK ? 0 : explain(&state, code, err);
	hash_finish(STEAL(hash), hex);
	curl_easy_cleanup(state.easy);
	close(state.fd);
	if (status < 0)
		unlink(path);
	return status;
}
