#include "host/interactive/deeds.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/interactive/save.h"
#include "host/interactive/scalar.h"

#include <string.h>
#include <sys/stat.h>

enum fate { FATE_NONE, FATE_RAN, FATE_SKIPPED };

struct edited {
	struct edited *next;
	const struct node *node;
	struct node copy;
	struct step step;
};

struct added {
	size_t before; /* the step of `install` */
	const char *command;
};

struct deeds {
	struct arena arena;
	const struct manifest *manifest;
	enum fate *fates; /* of install's steps */
	struct edited *edits;
	struct added *added;
	size_t added_count;
	struct buf original; /* the manifest's text as it was read */
	struct buf written;  /* as it is now */
	bool is_known;       /* the text could be read */
	bool is_unsaved;     /* something was done since it was written */
};

struct deeds *deeds_new(const struct manifest *manifest)
{
	struct deeds *deeds = mem_alloc(sizeof *deeds);
	auto_error struct error ignored = {0};
	deeds->manifest = manifest;
	deeds->fates =
		arena_alloc(&deeds->arena, (manifest->install.count + 1) * sizeof *deeds->fates);
	deeds->is_known = strcmp(manifest->path, "-") != 0 &&
			  file_read(manifest->path, 0, &deeds->original, &ignored) == 0;
	buf_add(&deeds->written, deeds->original.data, deeds->original.len);
	return deeds;
}

void deeds_free(struct deeds *deeds)
{
	if (!deeds)
		return;
	buf_free(&deeds->original);
	buf_free(&deeds->written);
	arena_free(&deeds->arena);
	free(deeds);
}

/* The number of its step in `install`; that of the first one for what comes before them, their
 * count for the commit. -1: it is a test. */
static int number_of(const struct deeds *deeds, const struct node *node, size_t *number)
{
	*number = 0;
	if (node->kind == NODE_TEST)
		return -1;
	if (node->kind == NODE_COMMIT) {
		*number = deeds->manifest->install.count;
		return 0;
	}
	if (node->kind == NODE_TASK) /* "install-1" */
		*number = strtoul(strrchr(node->id, '-') + 1, NULL, 10) - 1;
	return *number < deeds->manifest->install.count || !*number ? 0 : -1;
}

void deeds_edit(struct deeds *deeds, const struct node *node, const char *command)
{
	struct edited *edited = arena_alloc(&deeds->arena, sizeof *edited);
	edited->node = node;
	edited->copy = *node;
	edited->step = *node->step;
	edited->step.run = arena_strdup(&deeds->arena, command);
	edited->copy.step = &edited->step;
	edited->next = deeds->edits;
	deeds->edits = edited;
	deeds->is_unsaved = true;
}

const struct node *deeds_node(const struct deeds *deeds, const struct node *node)
{
	for (const struct edited *edited = deeds->edits; edited; edited = edited->next)
		if (edited->node == node)
			return &edited->copy;
	return node;
}

static void decide(struct deeds *deeds, const struct node *node, enum fate fate)
{
	size_t number;
	if (node->kind == NODE_TASK && number_of(deeds, node, &number) == 0)
		deeds->fates[number] = fate;
}

void deeds_ran(struct deeds *deeds, const struct node *node)
{
	decide(deeds, node, FATE_RAN);
}

void deeds_skipped(struct deeds *deeds, const struct node *node)
{
	decide(deeds, node, FATE_SKIPPED);
	deeds->is_unsaved = true;
}

void deeds_added(struct deeds *deeds, const struct node *node, const char *command)
{
	struct added one = {.command = arena_strdup(&deeds->arena, command)};
	if (number_of(deeds, node, &one.before) < 0)
		return;
	deeds->added = arena_grow(&deeds->arena, deeds->added, deeds->added_count,
				  deeds->added_count + 1, sizeof *deeds->added);
	deeds->added[deeds->added_count++] = one;
	deeds->is_unsaved = true;
}

void deeds_undo(struct deeds *deeds, const struct node *node)
{
	size_t from, left = 0;
	if (number_of(deeds, node, &from) < 0)
		return;
	for (size_t i = from; i < deeds->manifest->install.count; i++)
		deeds->fates[i] = FATE_NONE;
	for (size_t i = 0; i < deeds->added_count; i++)
		if (deeds->added[i].before < from)
			deeds->added[left++] = deeds->added[i];
	deeds->added_count = left;
}

const char *deeds_word(const struct deeds *deeds, const struct node *node)
{
	static const char *const words[] = {"", "ran", "skipped"};
	size_t number;
	bool known = node->kind == NODE_TASK && number_of(deeds, node, &number) == 0;
	return words[known ? deeds->fates[number] : FATE_NONE];
}

/* --- into the manifest --- */

static const char *new_command(const struct deeds *deeds, size_t number)
{
	for (const struct edited *edited = deeds->edits; edited; edited = edited->next) {
		size_t other;
		if (number_of(deeds, edited->node, &other) == 0 && other == number)
			return edited->step.run;
	}
	return NULL;
}

static int refuse(const struct deeds *deeds, const char *why, struct error *err)
{
	return error_set(err, "can't save: %s %s", deeds->manifest->path, why);
}

/* In the order in which they stand in the text; by their number in all steps. */
static struct save_change *list_changes(const struct deeds *deeds, struct arena *arena,
					size_t *count)
{
	size_t steps = deeds->manifest->install.count;
	struct save_change *changes =
		arena_alloc(arena, (steps + deeds->added_count + 1) * sizeof *changes);
	*count = 0;
	for (size_t i = 0; i <= steps; i++) {
		const char *command = i < steps ? new_command(deeds, i) : NULL;
		for (size_t j = 0; j < deeds->added_count; j++)
			if (deeds->added[j].before == i)
				changes[(*count)++] = (struct save_change){SAVE_ADDED, i,
									   deeds->added[j].command};
		if (i < steps && deeds->fates[i] == FATE_SKIPPED)
			changes[(*count)++] = (struct save_change){SAVE_LEFT_OUT, i, NULL};
		else if (command)
			changes[(*count)++] = (struct save_change){SAVE_COMMAND, i, command};
	}
	return changes;
}

/* By their number in `install`. */
static int renumber(const struct deeds *deeds, struct save_change *changes, size_t count,
		    struct error *err)
{
	size_t others = deeds->manifest->before_install.count;
	for (size_t i = 0; i < count; i++) {
		if (changes[i].item < others)
			return refuse(deeds,
				      "has what was changed in `before_install`: only `install` is "
				      "written",
				      err);
		changes[i].item -= others;
	}
	return 0;
}

static int check_file(const struct deeds *deeds, struct error *err)
{
	auto_buf struct buf now = {0};
	if (!deeds->is_known)
		return refuse(deeds, "is no file that can be read", err);
	if (file_read(deeds->manifest->path, 0, &now, err) < 0)
		return -1;
	if (now.len != deeds->written.len ||
	    (now.len && memcmp(now.data, deeds->written.data, now.len) != 0))
		return refuse(deeds, "was changed by someone else meanwhile", err);
	return 0;
}

/* With the manifest's mode and owner. */
static int write_file(const struct deeds *deeds, const char *path, const struct buf *text,
		      struct error *err)
{
	const char *manifest = deeds->manifest->path;
	struct stat stat_now;
	if (stat(manifest, &stat_now) < 0)
		return error_errno(err, "can't look at \"%s\"", manifest);
	return file_replace(path, text->data, text->len, stat_now.st_mode & 07777, stat_now.st_uid,
			    stat_now.st_gid, err);
}

int deeds_save(struct deeds *deeds, struct error *err)
{
	const struct manifest *manifest = deeds->manifest;
	auto_arena struct arena arena = {0};
	struct buf text = {0};
	size_t count;
	struct save_change *changes = list_changes(deeds, &arena, &count);
	if (check_file(deeds, err) < 0 || renumber(deeds, changes, count, err) < 0)
		return -1;
	if (save_changes(deeds->original.data, deeds->original.len, manifest, changes, count, &text,
			 err) < 0 ||
	    write_file(deeds, manifest->path, &text, err) < 0) {
		buf_free(&text);
		return error_wrap(err, "can't save");
	}
	buf_free(&deeds->written);
	deeds->written = text;
	deeds->is_unsaved = false;
	return 0;
}

bool deeds_are_unsaved(const struct deeds *deeds)
{
	return deeds->is_unsaved;
}

/* Every line of it a comment. */
static void write_comment(const char *text, struct buf *out)
{
	while (*text) {
		size_t width = strcspn(text, "\n");
		buf_printf(out, "# %.*s\n", (int)width, text);
		text += width + (text[width] == '\n');
	}
}

static void write_change(const struct deeds *deeds, const struct save_change *change,
			 struct buf *out)
{
	static const char *const heads[] = {[SAVE_ADDED] = "before",
					    [SAVE_COMMAND] = "instead of the command of",
					    [SAVE_LEFT_OUT] = "left out:"};
	const struct steps *steps = &deeds->manifest->install;
	if (change->item == steps->count) {
		buf_puts(out, "# behind all steps\n");
	} else {
		const struct position *at = &steps->items[change->item].at;
		buf_printf(out, "# %s install-%zu (%s:%u)\n", heads[change->kind], change->item + 1,
			   at->file, at->line);
	}
	if (!change->command)
		return;
	buf_puts(out, "- ");
	scalar_write(change->command, 0, false, out);
	buf_puts(out, "\n");
}

char *deeds_save_beside(const struct deeds *deeds, const char *why, struct error *err)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	size_t count;
	const struct save_change *changes = list_changes(deeds, &arena, &count);
	if (!count || !deeds->is_known)
		return NULL;
	buf_puts(&text, "# What was done to the steps, to be put into the manifest by hand.\n");
	write_comment(why, &text);
	for (size_t i = 0; i < count; i++)
		write_change(deeds, &changes[i], &text);
	char *path = mem_printf("%s.steps", deeds->manifest->path);
	if (write_file(deeds, path, &text, err) == 0)
		return path;
	free(path);
	return NULL;
}
