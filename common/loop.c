#include "common/loop.h"

#include "common/memory.h"
#include "common/own.h"
#include "common/transfers.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <time.h>

struct watch {
	loop_ready *ready; /* NULL: the descriptor is not watched */
	void *ctx;
	unsigned events;
	uint64_t serial; /* tells it from a later watch of the same number */
};

struct timer {
	uint64_t due_us;
	uint32_t id;
	loop_due *due;
	void *ctx;
	struct timer *next;
};

struct loop {
	struct watch *watches; /* by descriptor */
	size_t watch_room;
	uint64_t last_serial;
	struct timer *timers; /* soonest first */
	uint32_t last_timer;
	struct transfers *transfers;
	struct pollfd *polled; /* what this turn waits for, and each one's serial */
	uint64_t *serials;
	size_t polled_room;
};

uint64_t loop_now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

struct loop *loop_new(struct error *err)
{
	struct loop *loop = mem_alloc(sizeof *loop);
	loop->transfers = transfers_new(loop, err);
	if (!loop->transfers) {
		free(loop);
		return NULL;
	}
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	transfers_free(loop->transfers);
	while (loop->timers)
		loop_cancel(loop, loop->timers->id);
	free(loop->watches);
	free(loop->polled);
	free(loop->serials);
	free(loop);
}

static void make_room(struct loop *loop, size_t fd)
{
	if (fd < loop->watch_room)
		return;
	size_t room = fd + 32;
	loop->watches = mem_resize(loop->watches, room, sizeof *loop->watches);
	memset(loop->watches + loop->watch_room, 0,
	       (room - loop->watch_room) * sizeof *loop->watches);
	loop->watch_room = room;
}

void loop_watch(struct loop *loop, int fd, unsigned events, loop_ready *ready, void *ctx)
{
	make_room(loop, (size_t)fd);
	struct watch *watch = &loop->watches[fd];
	if (!watch->ready)
		watch->serial = ++loop->last_serial;
	watch->ready = ready;
	watch->ctx = ctx;
	watch->events = events;
}

void loop_unwatch(struct loop *loop, int fd)
{
	if ((size_t)fd < loop->watch_room)
		loop->watches[fd] = (struct watch){0};
}

uint32_t loop_after(struct loop *loop, uint64_t ms, loop_due *due, void *ctx)
{
	struct timer *timer = mem_alloc(sizeof *timer);
	if (++loop->last_timer == 0)
		loop->last_timer = 1;
	*timer = (struct timer){.due_us = loop_now_us() + ms * 1000u,
				.id = loop->last_timer,
				.due = due,
				.ctx = ctx};
	struct timer **at = &loop->timers;
	while (*at && (*at)->due_us <= timer->due_us)
		at = &(*at)->next;
	timer->next = *at;
	*at = timer;
	return timer->id;
}

void loop_cancel(struct loop *loop, uint32_t timer)
{
	for (struct timer **at = &loop->timers; *at; at = &(*at)->next) {
		if ((*at)->id == timer) {
			autofree struct timer *found = *at;
			*at = found->next;
			return;
		}
	}
}

int loop_transfer(struct loop *loop, void *easy, loop_finished *finished, void *ctx,
		  struct error *err)
{
	return transfers_add(loop->transfers, easy, finished, ctx, err);
}

void loop_abandon(struct loop *loop, void *easy)
{
	transfers_remove(loop->transfers, easy);
}

static void make_poll_room(struct loop *loop)
{
	if (loop->polled_room == loop->watch_room)
		return;
	loop->polled_room = loop->watch_room;
	loop->polled = mem_resize(loop->polled, loop->polled_room, sizeof *loop->polled);
	loop->serials = mem_resize(loop->serials, loop->polled_room, sizeof *loop->serials);
}

/* Descriptors that wait for nothing are left out: poll would report their hang-up for ever. */
static size_t gather(struct loop *loop)
{
	size_t count = 0;
	make_poll_room(loop);
	for (size_t fd = 0; fd < loop->watch_room; fd++) {
		const struct watch *watch = &loop->watches[fd];
		if (!watch->ready || !watch->events)
			continue;
		short events = (short)((watch->events & LOOP_READ ? POLLIN : 0) |
				       (watch->events & LOOP_WRITE ? POLLOUT : 0));
		loop->serials[count] = watch->serial;
		loop->polled[count++] = (struct pollfd){.fd = (int)fd, .events = events};
	}
	return count;
}

static int wait_ms(const struct loop *loop, int timeout_ms)
{
	if (!loop->timers)
		return timeout_ms;
	uint64_t now = loop_now_us(), due = loop->timers->due_us;
	uint64_t ms = due > now ? (due - now + 999) / 1000 : 0;
	if (timeout_ms >= 0 && ms > (uint64_t)timeout_ms)
		return timeout_ms;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

/* What an earlier callback of this turn removed, replaced or no longer waits for stays quiet. */
static void dispatch(struct loop *loop, const struct pollfd *polled, uint64_t serial)
{
	const struct watch *watch = &loop->watches[polled->fd];
	if (!watch->ready || watch->serial != serial || !watch->events)
		return;
	unsigned events = (polled->revents & POLLIN ? LOOP_READ : 0u) |
			  (polled->revents & POLLOUT ? LOOP_WRITE : 0u);
	events &= watch->events;
	if (polled->revents & (POLLHUP | POLLERR | POLLNVAL))
		events |= LOOP_READ;
	if (events)
		watch->ready(watch->ctx, events);
}

/* Timers that are added meanwhile have their turn in the next one. */
static void run_timers(struct loop *loop)
{
	uint64_t now = loop_now_us();
	while (loop->timers && loop->timers->due_us <= now) {
		autofree struct timer *timer = loop->timers;
		loop->timers = timer->next;
		timer->due(timer->ctx);
	}
}

int loop_turn(struct loop *loop, int timeout_ms, struct error *err)
{
	size_t count = gather(loop);
	if (!count && !loop->timers && timeout_ms < 0)
		return error_as(err, ERROR_DEFECT, "internal error: nothing is left to wait for");
	int ready = poll(loop->polled, (nfds_t)count, wait_ms(loop, timeout_ms));
	if (ready < 0 && errno != EINTR)
		return error_errno(err, "can't wait for descriptors");
	for (size_t i = 0; ready > 0 && i < count; i++)
		if (loop->polled[i].revents)
			dispatch(loop, &loop->polled[i], loop->serials[i]);
	run_timers(loop);
	transfers_collect(loop->transfers);
	return 0;
}
