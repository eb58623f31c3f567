#include "host/walk/merge.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/container/aside.h"
#include "host/exit_codes.h"
#include "host/merge/changes.h"

#include <string.h>

enum {
	COMPLAINT_KEPT = 2000,
	FEED_FULL = 4 << 20
}; /* more than this is on its way: the branch waits */

struct side {
	struct merge *merge;
	struct container *container;
	struct listing listing;
	struct changes changes;
	struct buf complaint; /* what its agent says on stderr */
};

struct merge {
	const struct node *node;
	merge_done *done;
	void *ctx;
	size_t count;   /* of branches */
	size_t missing; /* lists */
	size_t at;      /* the branch that is packed */
	bool paused, over;
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

static void free_side(struct side *side)
{
	listing_free(&side->listing);
	changes_free(&side->changes);
	buf_free(&side->complaint);
}

void merge_free(struct merge *merge)
{
	if (!merge)
		return;
	free_side(&merge->target);
	for (size_t i = 0; i < merge->count; i++)
		free_side(&merge->branches[i]);
	free(merge->branches);
	free(merge);
}

void merge_stop(struct merge *merge)
{
	if (merge)
		merge->over = true;
}

/* --- what is done in a container --- */

/* Wherever the agent is mounted. */
static void call(struct side *side, const char *verb, const struct aside_events *events)
{
	const char *const argv[] = {"/proc/self/exe", "tree", verb, NULL};
	struct aside aside = {.argv = argv, .input = true, .events = events, .ctx = side};
	container_begin_aside(side->container, &aside);
}

static void complain(struct side *side, const char *data, size_t len)
{
	if (side->complaint.len < COMPLAINT_KEPT)
		buf_add(&side->complaint, data, len);
}

/* Some calls may still be at work in other containers. */
static void end(struct merge *merge, struct error *err)
{
	bool first = !merge->over;
	merge->over = true;
	if (first)
		merge->done(merge->ctx, err);
	else if (err)
		error_clear(err);
}

static void fail(struct merge *merge, struct error *err)
{
	error_wrap(err, "can't merge the branches of a group");
	err->exit_code = EXIT_AGENT;
	end(merge, err);
}

/* Whether a call has done its work, and the merge goes on. */
static bool succeeded(struct side *side, const struct session_exit *status, struct error *failed)
{
	struct error err = {0};
	const char *said = buf_text(&side->complaint);
	if (status && !status->signalled && !status->code)
		return !side->merge->over;
	if (failed)
		error_move(&err, failed);
	else
		error_set(&err, "%.*s", (int)strcspn(said, "\n"),
			  *said ? said : "the agent was killed");
	fail(side->merge, &err);
	return false;
}

/* --- changes --- */

static void pause_branch(struct merge *merge, bool paused)
{
	if (merge->paused == paused || merge->at == merge->count)
		return;
	merge->paused = paused;
	container_aside_pause(merge->branches[merge->at].container, paused);
}

static void pack_said(void *ctx, int stream, const char *data, size_t len)
{
	struct side *side = ctx;
	struct container *target = side->merge->target.container;
	if (stream != 1) {
		complain(side, data, len);
		return;
	}
	container_aside_input(target, data, len, true);
	if (container_aside_pending(target) > FEED_FULL)
		pause_branch(side->merge, true);
}

static void pack_next(struct merge *merge);

static void packed(void *ctx, const struct session_exit *status, struct error *err)
{
	struct side *side = ctx;
	struct merge *merge = side->merge;
	if (!succeeded(side, status, err))
		return;
	pause_branch(merge, false);
	merge->at++;
	pack_next(merge);
}

/* The next branch that has changed anything; behind the last one the target has got all. */
static void pack_next(struct merge *merge)
{
	static const struct aside_events events = {.output = pack_said, .ended = packed};
	auto_buf struct buf paths = {0};
	while (merge->at < merge->count && !merge->branches[merge->at].changes.count)
		merge->at++;
	if (merge->at == merge->count) {
		container_aside_input(merge->target.container, "", 0, false);
		return;
	}
	struct side *side = &merge->branches[merge->at];
	changes_paths(&side->changes, &paths);
	call(side, "pack", &events);
	container_aside_input(side->container, paths.data, paths.len, false);
}

static void unpack_said(void *ctx, int stream, const char *data, size_t len)
{
	(void)stream;
	complain(ctx, data, len);
}

static void unpacked(void *ctx, const struct session_exit *status, struct error *err)
{
	struct side *side = ctx;
	if (succeeded(side, status, err))
		end(side->merge, NULL);
}

static void target_drained(void *ctx)
{
	pause_branch(((struct side *)ctx)->merge, false);
}

static void move_changes(struct merge *merge)
{
	static const struct aside_events events = {
		.output = unpack_said, .ended = unpacked, .drained = target_drained};
	call(&merge->target, "unpack", &events);
	pack_next(merge);
}

/* --- lists --- */

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

/* Its first one. */
static const struct step *step_of(const struct merge *merge, size_t branch)
{
	return graph_branch(merge->node, branch)->step;
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
	error_class(err, EXIT_STEP, ERROR_STEP_MERGE);
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

static void list_said(void *ctx, int stream, const char *data, size_t len)
{
	struct side *side = ctx;
	struct error err = {0};
	if (stream != 1)
		complain(side, data, len);
	else if (listing_add(&side->listing, data, len, &err) < 0)
		fail(side->merge, &err);
}

static void listed(void *ctx, const struct session_exit *status, struct error *failed)
{
	struct side *side = ctx;
	struct merge *merge = side->merge;
	struct error err = {0};
	if (!succeeded(side, status, failed) || --merge->missing)
		return;
	if (compare(merge, &err) < 0)
		fail(merge, &err);
	else if (find_conflict(merge, &err) < 0)
		end(merge, &err);
	else
		move_changes(merge);
}

static void ask_list(struct merge *merge, struct side *side, struct container *container)
{
	static const struct aside_events events = {.output = list_said, .ended = listed};
	side->merge = merge;
	side->container = container;
	call(side, "list", &events);
}

void merge_branch_ready(struct merge *merge, size_t n, struct container *container)
{
	ask_list(merge, &merge->branches[n], container);
}

void merge_target_ready(struct merge *merge, struct container *container)
{
	ask_list(merge, &merge->target, container);
}
