/* One poll loop for everything a process waits for: file descriptors, timers, and HTTP transfers
 * (libcurl's multi interface). Single-threaded; callbacks run inside loop_turn and may add and
 * remove watches, timers and transfers freely, their own included. */
#ifndef FACTORY_COMMON_LOOP_H
#define FACTORY_COMMON_LOOP_H

#include "common/error.h"

#include <stdint.h>

struct loop;

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

typedef void loop_ready(void *ctx, unsigned events); /* hang-up and errors count as LOOP_READ */
typedef void loop_due(void *ctx);

struct loop *loop_new(struct error *err); /* NULL on failure; loop_free releases it */
void loop_free(struct loop *loop);

/* Adds a descriptor or changes what is waited for; events 0 keeps it but waits for nothing. The
 * descriptor stays the caller's and must be unwatched before it is closed. */
void loop_watch(struct loop *loop, int fd, unsigned events, loop_ready *ready, void *ctx);
void loop_unwatch(struct loop *loop, int fd);

/* Calls `due` once, `ms` milliseconds from now; the number returned (never 0) cancels it. */
uint32_t loop_after(struct loop *loop, uint64_t ms, loop_due *due, void *ctx);
void loop_cancel(struct loop *loop, uint32_t timer); /* 0 and timers that ran: nothing happens */

/* Waits for at most timeout_ms (-1: for as long as it takes) and runs what is ready. */
int loop_turn(struct loop *loop, int timeout_ms, struct error *err);

/* Transfers a libcurl easy handle (a CURL *). The end is reported from loop_turn; the handle stays
 * in the loop (a connect-only one needs that) until loop_abandon, which must precede its clean-up.
 * None of this may be called from libcurl's own callbacks. */
typedef void loop_finished(void *ctx, int curl_code);
int loop_transfer(struct loop *loop, void *easy, loop_finished *finished, void *ctx,
		  struct error *err);
void loop_abandon(struct loop *loop, void *easy);

uint64_t loop_now_us(void); /* monotonic, microseconds */

#endif
