#include "host/container/files.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/tree/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* So much may wait in the session's queue before more is read from disk; and what is read at once.
 */
enum { QUEUE_LIMIT = 4 << 20, PART = 1 << 20 };

/* One thing to put into the target. */
struct item {
	const char *source; /* host path of a file's content */
	const char *path;   /* in the target */
	const char *kind, *owner, *target;
	unsigned mode;
	uint64_t size; /* of a file's content; 0 for all else */
	uint32_t request;
	const struct copy *copy; /* NULL: a staged template */
};

enum phase { PHASE_SENDING, PHASE_RENDERING, PHASE_CLEANING, PHASE_DONE };

struct files {
	struct arena arena;
	const struct manifest *manifest;
	const char *consul_direct, *consul_token;
	struct session *session;
	const char *staging; /* this build's own directories in the target begin so */
	struct item *items;
	size_t count, cap;
	size_t sent, answered;
	int fd; /* of the file that is being sent, the last of `sent`; -1: none is */
	uint64_t bytes, arrived; /* of all files' contents */
	enum phase phase;
	size_t root;      /* of those with templates, the one that is rendered */
	uint32_t request; /* of RENDER, then of REMOVE */
	struct value *reads;
};

/* Where a walk over one tree puts what it finds. */
struct planning {
	struct files *files;
	const char *destination;
	const struct copy *copy;
};

static struct item *add_item(struct files *files)
{
	if (files->count == files->cap) {
		size_t cap = files->cap ? files->cap * 2 : 16;
		files->items = arena_grow(&files->arena, files->items, files->count, cap,
					  sizeof *files->items);
		files->cap = cap;
	}
	return &files->items[files->count++];
}

static int plan_entry(void *ctx, const struct tree_entry *entry, struct error *err)
{
	static const char *const kinds[] = {
		[TREE_FILE] = "file", [TREE_DIRECTORY] = "directory", [TREE_LINK] = "symlink"};
	struct planning *planning = ctx;
	struct arena *arena = &planning->files->arena;
	const struct copy *copy = planning->copy;
	struct item *item = add_item(planning->files);
	(void)err;
	item->source = arena_strdup(arena, entry->path);
	item->path = *entry->relative
			     ? arena_printf(arena, "%s/%s", planning->destination, entry->relative)
			     : planning->destination;
	item->kind = kinds[entry->kind];
	item->mode = (unsigned)entry->mode;
	if (copy && copy->mode >= 0 && entry->kind == TREE_FILE)
		item->mode = (unsigned)copy->mode;
	if (entry->kind == TREE_FILE)
		item->size = (uint64_t)entry->info->st_size;
	planning->files->bytes += item->size;
	item->owner = copy ? copy->owner : NULL;
	item->target = entry->target ? arena_strdup(arena, entry->target) : NULL;
	item->copy = copy;
	return 0;
}

/* "DIR/" means into that directory, under the source's own name. */
static const char *destination_of(struct files *files, const struct copy *copy)
{
	size_t len = strlen(copy->destination);
	while (len > 1 && copy->destination[len - 1] == '/')
		len--;
	const char *plain = arena_strndup(&files->arena, copy->destination, len);
	if (!copy->destination[len])
		return plain;
	const char *slash = strrchr(copy->source, '/');
	return arena_printf(&files->arena, "%s/%s", len > 1 ? plain : "",
			    slash ? slash + 1 : copy->source);
}

static int plan_copies(struct files *files, struct error *err)
{
	const struct manifest *manifest = files->manifest;
	for (size_t i = 0; i < manifest->copy_count; i++) {
		const struct copy *copy = &manifest->copies[i];
		struct planning planning = {files, destination_of(files, copy), copy};
		if (tree_walk_copied(copy->source, plan_entry, &planning, err) < 0) {
			error_wrap(err, "can't copy");
			return -1;
		}
	}
	return 0;
}

static const char *staged(struct files *files, size_t root)
{
	return arena_printf(&files->arena, "%s-%zu", files->staging, root);
}

static int plan_templates(struct files *files, struct error *err)
{
	for (size_t i = 0; i < files->manifest->files_count; i++) {
		struct planning planning = {files, staged(files, i), NULL};
		if (tree_walk(files->manifest->files[i].path, plan_entry, &planning, err) < 0)
			return -1;
	}
	return 0;
}

struct files *files_new(const struct manifest *manifest, const char *consul_direct,
			const char *consul_token)
{
	struct files *files = mem_alloc(sizeof *files);
	files->fd = -1;
	files->manifest = manifest;
	files->consul_direct = consul_direct;
	files->consul_token = consul_token;
	return files;
}

void files_free(struct files *files)
{
	if (!files)
		return;
	own_close(&files->fd);
	arena_free(&files->arena);
	free(files);
}

/* The next part of the file that is open; its end closes it. */
static int send_part(struct files *files, struct error *err)
{
	const struct item *item = &files->items[files->sent - 1];
	autofree char *part = mem_alloc(PART);
	ssize_t len = read(files->fd, part, PART);
	if (len < 0 && errno == EINTR)
		return 0;
	if (len < 0)
		return error_errno(err, "can't read %s", item->source);
	session_put_more(files->session, item->request, part, (size_t)len, len == 0);
	if (len == 0) {
		own_close(&files->fd);
		files->fd = -1;
	}
	return 0;
}

/* A larger file follows part by part, as the session takes them. */
static int send_item(struct files *files, struct item *item, struct error *err)
{
	auto_buf struct buf content = {0};
	bool is_file = strcmp(item->kind, "file") == 0, large = is_file && item->size > PART;
	if (large) {
		files->fd = open(item->source, O_RDONLY | O_CLOEXEC);
		if (files->fd < 0)
			return error_errno(err, "can't read %s", item->source);
	} else if (is_file && file_read(item->source, 0, &content, err) < 0) {
		return -1;
	}
	struct session_put put = {.path = item->path,
				  .kind = item->kind,
				  .mode = item->mode,
				  .user = item->owner,
				  .target = item->target,
				  .data = content.data,
				  .len = content.len,
				  .more = large};
	item->request = session_put(files->session, &put);
	files->sent++;
	return 0;
}

static int send_more(struct files *files, struct error *err)
{
	while ((files->fd >= 0 || files->sent < files->count) &&
	       session_pending(files->session) < QUEUE_LIMIT)
		if ((files->fd >= 0 ? send_part(files, err)
				    : send_item(files, &files->items[files->sent], err)) < 0)
			return -1;
	return 0;
}

static void set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
	if (text)
		value_set(arena, map, key, value_string(arena, text));
}

/* The manifest's facts, and what the directory's templates have as parameters; NULL: neither. */
static struct value *more_facts(struct files *files)
{
	struct arena *arena = &files->arena;
	const struct value *facts = files->manifest->facts;
	const struct value *params = files->manifest->files[files->root].params;
	if (!facts && !params)
		return NULL;
	struct value *more = facts ? value_copy(arena, facts) : value_map(arena);
	if (params)
		value_set(arena, more, "params", value_copy(arena, params));
	return more;
}

static void send_render(struct files *files)
{
	struct arena *arena = &files->arena;
	struct value *request = value_map(arena);
	set_text(arena, request, "config",
		 arena_printf(arena, "%s/template.hcl", staged(files, files->root)));
	struct value *more = more_facts(files);
	if (more)
		value_set(arena, request, "more_facts", more);
	if (files->consul_direct) {
		struct value *consul = value_map(arena);
		set_text(arena, consul, "address", files->consul_direct);
		set_text(arena, consul, "token", files->consul_token);
		value_set(arena, request, "consul", consul);
	}
	files->request = session_render(files->session, request);
	files->phase = PHASE_RENDERING;
}

/* Goes on with whatever can be done now. */
static int proceed(struct files *files, struct error *err)
{
	if (send_more(files, err) < 0)
		return -1;
	if (files->answered < files->count)
		return 0;
	if (files->root < files->manifest->files_count) {
		send_render(files);
		return 0;
	}
	files->phase = PHASE_DONE;
	return 1;
}

int files_begin(struct files *files, struct session *session, const char *staging,
		struct error *err)
{
	files->session = session;
	files->staging = arena_printf(&files->arena, "%s/factory-files", staging);
	if (plan_copies(files, err) < 0 || plan_templates(files, err) < 0)
		return -1;
	return proceed(files, err);
}

static void rendered(struct files *files, const struct value *result)
{
	const struct value *reads = value_get(result, "reads");
	if (reads && !files->reads)
		files->reads = value_list(&files->arena);
	for (size_t i = 0; value_is(reads, VALUE_LIST) && i < reads->list.len; i++)
		value_append(&files->arena, files->reads,
			     value_copy(&files->arena, reads->list.items[i]));
	files->request = session_remove(files->session, staged(files, files->root));
	files->phase = PHASE_CLEANING;
}

int files_drained(struct files *files, struct error *err)
{
	return files->phase == PHASE_SENDING ? send_more(files, err) : 0;
}

uint32_t files_give_up(struct files *files)
{
	uint32_t last = files->sent ? files->items[files->sent - 1].request : 0;
	if (files->fd >= 0) {
		session_put_more(files->session, last, NULL, 0, true);
		last = session_remove(files->session, files->items[files->sent - 1].path);
	}
	if (files->request > last)
		last = files->request;
	for (size_t i = 0; i < files->manifest->files_count; i++)
		last = session_remove(files->session, staged(files, i));
	return last;
}

uint64_t files_arrived(const struct files *files, uint64_t *bytes)
{
	*bytes = files->bytes;
	return files->phase == PHASE_SENDING ? files->arrived : files->bytes;
}

int files_result(struct files *files, uint32_t id, const struct value *result, struct error *err)
{
	switch (files->phase) {
	case PHASE_SENDING:
		files->arrived += files->items[files->answered++].size;
		return proceed(files, err);
	case PHASE_RENDERING:
		if (id == files->request)
			rendered(files, result);
		return 0;
	case PHASE_CLEANING:
		if (id != files->request)
			return 0;
		files->root++;
		return proceed(files, err);
	case PHASE_DONE:
		return 1;
	}
	return 0;
}

const struct value *files_reads(const struct files *files)
{
	return files->reads;
}

static char *replace_all(const char *text, const char *from, const char *to)
{
	auto_buf struct buf out = {0};
	size_t len = strlen(from);
	for (const char *at; (at = strstr(text, from)); text = at + len) {
		buf_add(&out, text, (size_t)(at - text));
		buf_puts(&out, to);
	}
	buf_puts(&out, text);
	return buf_steal(&out);
}

/* From the last: the first one's name begins the eleventh's. */
static void rename_staging(const struct files *files, char **text)
{
	for (size_t i = files->manifest->files_count; *text && i-- > 0;) {
		autofree char *from = mem_printf("%s-%zu", files->staging, i);
		char *renamed = replace_all(*text, from, files->manifest->files[i].path);
		free(*text);
		*text = renamed;
	}
}

static const struct item *item_of(const struct files *files, uint32_t id)
{
	for (size_t i = 0; i < files->sent; i++)
		if (files->items[i].request == id)
			return &files->items[i];
	return NULL;
}

void files_explain(const struct files *files, uint32_t id, struct error *err)
{
	const struct item *item = item_of(files, id);
	autofree char *message = error_take(err);
	rename_staging(files, &message);
	err->message = STEAL(message);
	rename_staging(files, &err->file);
	if (!err->exit_code)
		error_class(err, EXIT_RENDER,
			    err->code == ERROR_TEMPLATE || err->code == ERROR_DISK_FULL
				    ? err->code
				    : ERROR_TARGET);
	const struct manifest *manifest = files->manifest;
	struct position at = {0};
	if (item && item->copy)
		at = item->copy->at;
	else if (manifest->files_count)
		at = manifest->files[files->root < manifest->files_count ? files->root : 0].at;
	error_place(err, at.file, at.line, at.column);
}
