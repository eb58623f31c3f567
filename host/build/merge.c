#include "host/build/merge.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/merge/changes.h"

enum { FEED_FULL = 4 << 20 }; /* more than this is on its way: the branch waits */

struct side {
	struct merge *merge;
	struct container *container;
	struct listing listing;
	struct changes changes;
};

struct merge {
	const struct node *node;
	merge_done *done;
	void *ctx;
	size_t count;   /* of branches */
	size_t missing; /* lists */
	size_t at;      /* the branch that is packed */
	bool moving;
	bool paused;
	struct side target;
	struct side *branches;
};

struct merge *merge_new(const struct node *node, merge_done *done, void *ctx)
{
	struct merge *merge = mem_alloc(sizeof *merge);
	merge->node = node;
	merge->done = done;
	merge->ctx = ctx;
	merge->count = node->after_count;
	merge->missing = merge->count + 1;
	merge->branches = mem_alloc(merge->count * sizeof *merge->branches);
	return merge;
}

void merge_free(struct merge *merge)
{
	if (!merge)
		return;
	listing_free(&merge->target.listing);
	for (size_t i = 0; i < merge->count; i++) {
		listing_free(&merge->branches[i].listing);
		changes_free(&merge->branches[i].changes);
	}
	free(merge->branches);
	free(merge);
}

/* --- lists --- */

static void take_list(void *ctx, const char *data, size_t len)
{
	struct side *side = ctx;
	buf_add(&side->listing.text, data, len);
}

static void ask_list(struct merge *merge, struct side *side, struct container *container)
{
	side->merge = merge;
	side->container = container;
	container_tree(container,
		       &(struct container_call){.verb = "list", .output = take_list, .ctx = side});
}

void merge_branch_ready(struct merge *merge, size_t n, struct container *container)
{
	ask_list(merge, &merge->branches[n], container);
}

void merge_target_ready(struct merge *merge, struct container *container)
{
	ask_list(merge, &merge->target, container);
}

static int compare(struct merge *merge, struct error *err)
{
	if (listing_read(&merge->target.listing, err) < 0)
		return -1;
	for (size_t i = 0; i < merge->count; i++) {
		struct side *side = &merge->branches[i];
		if (listing_read(&side->listing, err) < 0)
			return -1;
		side->changes = changes_between(&merge->target.listing, &side->listing);
	}
	return 0;
}

static const struct step *step_of(const struct merge *merge, size_t branch)
{
	return merge->node->after[branch]->step;
}

static int refuse(const struct merge *merge, size_t left, size_t right, const char *path,
		  struct error *err)
{
	const struct position *at = &step_of(merge, right)->at;
	error_set(
		err,
		"the branches '%s' and '%s' both change %s: let one of them do it, or put it into "
		"a step before or after the group",
		step_of(merge, left)->branch_name, step_of(merge, right)->branch_name, path);
	err->exit_code = EXIT_STEP;
	return error_place(err, at->file, at->line, at->column);
}

static int find_conflict(const struct merge *merge, struct error *err)
{
	for (size_t right = 1; right < merge->count; right++)
		for (size_t left = 0; left < right; left++) {
			const char *path = changes_conflict(&merge->branches[left].changes,
							    &merge->branches[right].changes);
			if (path)
				return refuse(merge, left, right, path, err);
		}
	return 0;
}

/* --- changes --- */

static void pause_branch(struct merge *merge, bool paused)
{
	if (merge->paused == paused || merge->at == merge->count)
		return;
	merge->paused = paused;
	container_pause(merge->branches[merge->at].container, paused);
}

static void hand_over(void *ctx, const char *data, size_t len)
{
	struct merge *merge = ((struct side *)ctx)->merge;
	if (container_feed(merge->target.container, data, len, false) > FEED_FULL)
		pause_branch(merge, true);
}

static void target_drained(void *ctx)
{
	pause_branch(((struct side *)ctx)->merge, false);
}

static void ignore_output(void *ctx, const char *data, size_t len)
{
	(void)ctx;
	(void)data;
	(void)len;
}

/* The next branch that has changed anything; behind the last one the target has got all. */
static void pack_next(struct merge *merge)
{
	auto_buf struct buf paths = {0};
	while (merge->at < merge->count && !merge->branches[merge->at].changes.count)
		merge->at++;
	if (merge->at == merge->count) {
		container_feed(merge->target.container, "", 0, true);
		return;
	}
	struct side *side = &merge->branches[merge->at];
	changes_paths(&side->changes, &paths);
	container_tree(side->container,
		       &(struct container_call){.verb = "pack", .output = hand_over, .ctx = side});
	container_feed(side->container, paths.data, paths.len, true);
}

static void begin_moving(struct merge *merge)
{
	struct error err = {0};
	if (compare(merge, &err) < 0 || find_conflict(merge, &err) < 0) {
		merge->done(merge->ctx, &err);
		return;
	}
	merge->moving = true;
	container_tree(merge->target.container, &(struct container_call){.verb = "unpack",
									 .output = ignore_output,
									 .drained = target_drained,
									 .ctx = &merge->target});
	pack_next(merge);
}

void merge_moved(struct merge *merge, const struct container *container)
{
	if (!merge->moving) {
		if (!--merge->missing)
			begin_moving(merge);
	} else if (container == merge->target.container) {
		merge->done(merge->ctx, NULL);
	} else {
		pause_branch(merge, false);
		merge->at++;
		pack_next(merge);
	}
}
