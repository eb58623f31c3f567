#include "host/tree/archived.h"

#include "common/memory.h"

#include <archive_entry.h>

int archived_add(struct archive *archive, const struct archived *from, struct error *err)
{
	const struct buf *content = from->content;
	struct archive_entry *entry = mem_given(archive_entry_new());
	archive_entry_set_pathname(entry, from->path);
	archive_entry_set_filetype(entry, from->type);
	archive_entry_set_perm(entry, from->mode);
	archive_entry_set_mtime(entry, from->mtime, 0);
	archive_entry_set_size(entry, content ? (int64_t)content->len : 0);
	if (from->target)
		archive_entry_set_symlink(entry, from->target);
	int status = 0;
	if (archive_write_header(archive, entry) != ARCHIVE_OK ||
	    (content && archive_write_data(archive, content->data, content->len) < 0))
		status = error_as(err, ERROR_ARCHIVE, "can't pack %s: %s", from->path,
				   archive_error_string(archive));
	archive_entry_free(entry);
	return status;
}

ssize_t archived_write(struct archive *archive, void *ctx, const void *data, size_t len)
{
	(void)archive;
	buf_add(ctx, data, len);
	return (ssize_t)len;
}
