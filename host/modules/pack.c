#include "host/modules/pack.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/modules/source.h"
#include "host/tree/archived.h"
#include "host/tree/epoch.h"
#include "host/tree/tree.h"

#include <archive_entry.h>
#include <string.h>

enum { LARGEST_FILE = 256 << 20 };

struct packing {
	struct archive *archive;
	const char *directory;
	time_t mtime;
};

static int add_file(const struct packing *packing, const struct tree_entry *entry,
		    struct archived *to, struct error *err)
{
	auto_buf struct buf content = {0};
	if (file_read(entry->path, LARGEST_FILE, &content, err) < 0)
		return -1;
	to->type = AE_IFREG;
	to->mode = entry->mode & 0111 ? 0755 : 0644;
	to->content = &content;
	int status = archived_add(packing->archive, to, err);
	to->content = NULL;
	return status;
}

static int add_link(const struct packing *packing, const struct tree_entry *entry,
		    struct archived *to, struct error *err)
{
	auto_arena struct arena arena = {0};
	to->type = AE_IFLNK;
	to->mode = 0777;
	to->target = entry->target;
	if (entry->target[0] == '/')
		return error_as(err, ERROR_MODULE,
				"the link %s leads to an absolute path: a module's links "
				"stay within it",
				entry->path);
	if (!module_within(packing->directory, entry->relative, &arena, err))
		return -1;
	return archived_add(packing->archive, to, err);
}

static int add_entry(void *ctx, const struct tree_entry *entry, struct error *err)
{
	const struct packing *packing = ctx;
	struct archived to = {.path = entry->relative, .mtime = packing->mtime};
	if (!*entry->relative || strcmp(entry->relative, ".git") == 0 ||
	    strncmp(entry->relative, ".git/", 5) == 0)
		return 0;
	if (entry->kind == TREE_LINK)
		return add_link(packing, entry, &to, err);
	if (entry->kind == TREE_FILE)
		return add_file(packing, entry, &to, err);
	auto_arena struct arena arena = {0};
	to.path = arena_printf(&arena, "%s/", entry->relative);
	to.type = AE_IFDIR;
	to.mode = 0755;
	return archived_add(packing->archive, &to, err);
}

static int write_tree(struct packing *packing, struct buf *out, struct error *err)
{
	struct archive *archive = packing->archive;
	archive_write_set_format_pax_restricted(archive);
	archive_write_add_filter_gzip(archive);
	archive_write_set_filter_option(archive, "gzip", "timestamp", NULL);
	archive_write_open2(archive, out, NULL, archived_write, NULL, NULL);
	int status = tree_walk(packing->directory, add_entry, packing, err);
	if (archive_write_close(archive) != ARCHIVE_OK && status == 0)
		status = error_as(err, ERROR_MODULE, "can't pack the module: %s",
				  archive_error_string(archive));
	return status;
}

int module_pack(const char *directory, struct buf *out, struct error *err)
{
	struct packing packing = {.directory = directory};
	const char *epoch;
	if (epoch_read(&epoch, err) < 0)
		return -1;
	packing.mtime = epoch ? (time_t)epoch_seconds(epoch) : 0;
	packing.archive = mem_given(archive_write_new());
	int status = write_tree(&packing, out, err);
	archive_write_free(packing.archive);
	return status;
}
