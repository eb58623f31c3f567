#include "host/compare/layers.h"

#include "common/buffer.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/saved/archive.h"
#include "host/tree/archived.h"

#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>

enum { LARGEST_MANIFEST = 4 << 20, MOST_PARTS = 4096, BLOCK = 64 << 10 };

/* One file of the archive that may be a layer, or another name of one. */
struct part {
	const char *name;
	const char *alias; /* the name it stands for, or NULL */
	struct tree tree;
};

struct saved {
	struct archive *archive;
	struct arena *arena;
	struct part *parts;
	size_t count, cap;
	struct value *manifest;
	char block[BLOCK];
};

static int add_part(struct saved *saved, const char *name, const char *alias, struct error *err)
{
	if (saved->count == MOST_PARTS)
		return error_as(err, ERROR_ARCHIVE_BROKEN, "the archive has more than %d parts",
				MOST_PARTS);
	if (saved->count == saved->cap) {
		size_t cap = saved->cap ? saved->cap * 2 : 32;
		saved->parts = arena_grow(saved->arena, saved->parts, saved->count, cap,
					  sizeof *saved->parts);
		saved->cap = cap;
	}
	saved->parts[saved->count++] =
		(struct part){.name = arena_strdup(saved->arena, name), .alias = alias};
	return 0;
}

static const struct part *find_part(const struct saved *saved, const char *name)
{
	for (size_t depth = 0; depth < 2; depth++) {
		const struct part *found = NULL;
		for (size_t i = 0; i < saved->count && !found; i++)
			if (strcmp(saved->parts[i].name, name) == 0)
				found = &saved->parts[i];
		if (!found || !found->alias)
			return found;
		name = found->alias;
	}
	return NULL;
}

/* A hard link's target is a path of the archive already. */
static int add_link(struct saved *saved, const char *name, const char *symlink, const char *link,
		    struct error *err)
{
	auto_buf struct buf target = {0};
	buf_puts(&target, symlink ? name : link);
	if (symlink)
		saved_follow(&target, symlink);
	return add_part(saved, name, arena_strdup(saved->arena, buf_text(&target)), err);
}

static ssize_t read_part(struct archive *inner, void *ctx, const void **data)
{
	struct saved *saved = ctx;
	ssize_t got = archive_read_data(saved->archive, saved->block, sizeof saved->block);
	*data = saved->block;
	if (got < 0)
		archive_set_error(inner, archive_errno(saved->archive), "%s",
				  archive_error_string(saved->archive));
	return got < 0 ? -1 : got;
}

static bool has_end(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);
	return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

/* A blob may be a config as well: whether it is an archive shows as it is read. */
static int read_layer(struct saved *saved, const char *name, struct error *err)
{
	auto_error struct error failed = {0};
	struct part *part = &saved->parts[saved->count - 1];
	auto_archive struct archive *inner = saved_archive();
	int status = archive_read_open(inner, saved, NULL, read_part, NULL);
	if (status == ARCHIVE_OK)
		status = tree_read(inner, saved->arena, &part->tree, &failed);
	else
		error_as(&failed, ERROR_ARCHIVE_BROKEN, "%s", archived_reason(inner));
	if (status == 0)
		return 0;
	if (has_end(name, ".tar") || part->tree.count)
		return error_as(err, ERROR_ARCHIVE_BROKEN, "the layer %s: %s", name,
				failed.message);
	saved->count--;
	return 0;
}

static int read_manifest(struct saved *saved, struct error *err)
{
	auto_buf struct buf text = {0};
	ssize_t got;
	while ((got = archive_read_data(saved->archive, buf_reserve(&text, BLOCK), BLOCK)) > 0) {
		text.len += (size_t)got;
		if (text.len > LARGEST_MANIFEST)
			return error_as(err, ERROR_ARCHIVE_BROKEN, "manifest.json is too long");
	}
	if (got < 0)
		return error_as(err, ERROR_ARCHIVE_BROKEN, "can't read manifest.json: %s",
				archived_reason(saved->archive));
	saved->manifest = json_parse(saved->arena, "manifest.json", text.data ? text.data : "",
				     text.len, err);
	return saved->manifest ? 0 : -1;
}

static int read_entry(struct saved *saved, struct archive_entry *entry, struct error *err)
{
	const char *name = archive_entry_pathname(entry);
	const char *symlink = archive_entry_symlink(entry), *link = archive_entry_hardlink(entry);
	if (!name)
		return 0;
	if (symlink || link)
		return add_link(saved, name, symlink, link, err);
	if (archive_entry_filetype(entry) != S_IFREG)
		return 0;
	if (strcmp(name, "manifest.json") == 0)
		return read_manifest(saved, err);
	if (!has_end(name, ".tar") && strncmp(name, "blobs/", 6) != 0)
		return 0;
	if (add_part(saved, name, NULL, err) < 0)
		return -1;
	return read_layer(saved, name, err);
}

static int read_entries(struct saved *saved, struct error *err)
{
	auto_entry struct archive_entry *entry = mem_given(archive_entry_new());
	int status;
	while ((status = archive_read_next_header2(saved->archive, entry)) == ARCHIVE_OK ||
	       status == ARCHIVE_WARN)
		if (read_entry(saved, entry, err) < 0)
			return -1;
	if (status == ARCHIVE_EOF)
		return 0;
	return error_as(err, ERROR_ARCHIVE_BROKEN, "can't read the archive: %s",
			archived_reason(saved->archive));
}

static int stack_layers(struct saved *saved, struct tree *tree, struct error *err)
{
	const struct value *layers = value_path(saved->manifest, "0.Layers");
	if (!value_is(layers, VALUE_LIST))
		return error_as(err, ERROR_ARCHIVE_BROKEN,
				"the archive has no manifest.json that names layers");
	for (size_t i = 0; i < layers->list.len; i++) {
		const char *name = value_text(layers->list.items[i]);
		const struct part *part = name ? find_part(saved, name) : NULL;
		if (!part)
			return error_as(err, ERROR_ARCHIVE_BROKEN, "the archive lacks the layer %s",
					name ? name : "");
		tree_stack(tree, &part->tree, saved->arena);
	}
	return 0;
}

int layers_read(struct archive *archive, struct arena *arena, struct tree *tree, struct error *err)
{
	struct saved *saved = arena_alloc(arena, sizeof *saved);
	saved->archive = archive;
	saved->arena = arena;
	return read_entries(saved, err) < 0 ? -1 : stack_layers(saved, tree, err);
}
