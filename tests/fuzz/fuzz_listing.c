/* Any bytes as what agents tell of their files: the state before a group and two of its branches,
 * each behind a byte of 1. */
#include "common/own.h"
#include "host/merge/changes.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LISTS = 3 };

struct lists {
	struct listing each[LISTS];
};

static void free_lists(struct lists *lists)
{
	for (size_t i = 0; i < LISTS; i++)
		listing_free(&lists->each[i]);
}

#define auto_changes __attribute__((cleanup(changes_free)))

/* In parts, as they come over a session. */
static void take(struct listing *listing, const char *text, size_t len)
{
	auto_error struct error err = {0};
	for (size_t at = 0, part = 1; at < len; at += part, part = part * 2 + 1)
		if (listing_add(listing, text + at, part < len - at ? part : len - at, &err) < 0)
			abort();
}

static void check_order(const struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		if (i && strcmp(changes->items[i - 1].path, change->path) >= 0)
			abort();
		if (!change->before && !change->after)
			abort();
	}
}

static const char *check_pair(const struct listing *base, const struct listing *left,
			      const struct listing *right)
{
	auto_buf struct buf paths = {0};
	auto_changes struct changes one = changes_between(base, left);
	auto_changes struct changes other = changes_between(base, right);
	const char *conflict = changes_conflict(&one, &other);
	if (!conflict != !changes_conflict(&other, &one) || (conflict && *conflict != '/'))
		abort();
	check_order(&one);
	check_order(&other);
	changes_paths(&one, &paths);
	return conflict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	__attribute__((cleanup(free_lists))) struct lists all = {0};
	struct listing *lists = all.each;
	const char *at = (const char *)data, *end = at + size;
	bool good = true;
	for (size_t i = 0; i < LISTS; i++) {
		auto_error struct error err = {0};
		const char *stop = at < end ? memchr(at, 1, (size_t)(end - at)) : NULL;
		take(&lists[i], at, (size_t)((stop ? stop : end) - at));
		at = stop ? stop + 1 : end;
		if (listing_read(&lists[i], &err) < 0) {
			good = false;
			if (!err.message)
				abort();
		}
	}
	if (good) {
		check_pair(&lists[0], &lists[1], &lists[2]);
		/* What has changed nothing agrees with all. */
		if (check_pair(&lists[0], &lists[0], &lists[2]))
			abort();
	}
	return 0;
}
