#include "common/transfers.h"

#include "common/memory.h"
#include "common/own.h"

#include <curl/curl.h>

struct transfer {
	CURL *easy;
	loop_finished *finished;
	void *ctx;
	struct transfer *next;
};

struct transfers {
	struct loop *loop;
	CURLM *multi;
	uint32_t timer; /* libcurl wants to be called then; 0: it does not */
	struct transfer *list;
};

enum { IDLE_CONNECTIONS = 32 }; /* kept open for the next requests */

/* A watch has one context; libcurl's call needs the descriptor too. */
struct curl_watch {
	struct transfers *transfers;
	int fd;
};

static void act(struct transfers *transfers, curl_socket_t fd, int events)
{
	int running;
	curl_multi_socket_action(transfers->multi, fd, events, &running);
}

static void on_socket(void *ctx, unsigned events)
{
	const struct curl_watch *watch = ctx;
	int mask = (events & LOOP_READ ? CURL_CSELECT_IN : 0) |
		   (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0);
	act(watch->transfers, watch->fd, mask);
}

static void on_timer(void *ctx)
{
	struct transfers *transfers = ctx;
	transfers->timer = 0;
	act(transfers, CURL_SOCKET_TIMEOUT, 0);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	struct transfers *transfers = ctx;
	struct curl_watch *watch = socket_ctx;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		loop_unwatch(transfers->loop, fd);
		curl_multi_assign(transfers->multi, fd, NULL);
		free(watch);
		return 0;
	}
	if (!watch) {
		watch = mem_alloc(sizeof *watch);
		*watch = (struct curl_watch){transfers, fd};
		curl_multi_assign(transfers->multi, fd, watch);
	}
	unsigned events =
		(what & CURL_POLL_IN ? LOOP_READ : 0u) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0u);
	loop_watch(transfers->loop, fd, events, on_socket, watch);
	return 0;
}

static int want_timer(CURLM *multi, long ms, void *ctx)
{
	struct transfers *transfers = ctx;
	(void)multi;
	loop_cancel(transfers->loop, transfers->timer);
	transfers->timer =
		ms < 0 ? 0 : loop_after(transfers->loop, (uint64_t)ms, on_timer, transfers);
	return 0;
}

struct transfers *transfers_new(struct loop *loop, struct error *err)
{
	CURLM *multi = curl_multi_init();
	if (!multi) {
		error_as(err, ERROR_RESOURCES, "libcurl can't be used: out of memory");
		return NULL;
	}
	struct transfers *transfers = mem_alloc(sizeof *transfers);
	transfers->loop = loop;
	transfers->multi = multi;
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, transfers);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, transfers);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS);
	return transfers;
}

void transfers_free(struct transfers *transfers)
{
	while (transfers->list)
		transfers_remove(transfers, transfers->list->easy);
	curl_multi_cleanup(transfers->multi);
	loop_cancel(transfers->loop, transfers->timer);
	free(transfers);
}

int transfers_add(struct transfers *transfers, void *easy, loop_finished *finished, void *ctx,
		  struct error *err)
{
	struct transfer *transfer = mem_alloc(sizeof *transfer);
	*transfer = (struct transfer){easy, finished, ctx, transfers->list};
	CURLMcode code = curl_multi_add_handle(transfers->multi, easy);
	if (code != CURLM_OK) {
		free(transfer);
		return error_set(err, "can't start a transfer: %s", curl_multi_strerror(code));
	}
	transfers->list = transfer;
	return 0;
}

static struct transfer **find(struct transfers *transfers, const void *easy)
{
	struct transfer **at = &transfers->list;
	while (*at && (*at)->easy != easy)
		at = &(*at)->next;
	return at;
}

void transfers_remove(struct transfers *transfers, void *easy)
{
	struct transfer **at = find(transfers, easy);
	autofree struct transfer *transfer = *at;
	if (!transfer)
		return;
	*at = transfer->next;
	curl_multi_remove_handle(transfers->multi, easy);
}

void transfers_collect(struct transfers *transfers)
{
	const CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(transfers->multi, &left))) {
		CURLcode code = message->data.result;
		const struct transfer *transfer = *find(transfers, message->easy_handle);
		if (transfer)
			transfer->finished(transfer->ctx, (int)code);
	}
}
