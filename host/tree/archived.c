#include "host/tree/archived.h"

#include "common/guard.h"
#include "common/memory.h"

#include <errno.h>

const char *archived_reason(struct archive *archive)
{
	if (archive_errno(archive) == ENOMEM)
		mem_exhausted();
	const char *reason = archive_error_string(archive);
	return reason ? reason : "no reason is known";
}

int archived_add(struct archive *archive, const struct archived *from, struct error *err)
{
	const struct buf *content = from->content;
	auto_entry struct archive_entry *entry = mem_given(archive_entry_new());
	archive_entry_set_pathname(entry, from->path);
	archive_entry_set_filetype(entry, from->type);
	archive_entry_set_perm(entry, from->mode);
	archive_entry_set_mtime(entry, from->mtime, 0);
	archive_entry_set_size(entry, content ? (int64_t)content->len : 0);
	if (from->target)
		archive_entry_set_symlink(entry, from->target);
	if (archive_write_header(archive, entry) != ARCHIVE_OK ||
	    (content && archive_write_data(archive, content->data, content->len) < 0))
		return error_as(err, ERROR_ARCHIVE, "can't pack %s: %s", from->path,
				archived_reason(archive));
	return 0;
}

struct written {
	struct buf *out;
	const void *data;
	size_t len;
};

static int append(void *ctx, struct error *err)
{
	const struct written *written = ctx;
	(void)err;
	buf_add(written->out, written->data, written->len);
	return 0;
}

ssize_t archived_write(struct archive *archive, void *ctx, const void *data, size_t len)
{
	auto_error struct error err = {0};
	if (mem_guard(append, &(struct written){ctx, data, len}, &err) == 0)
		return (ssize_t)len;
	archive_set_error(archive, ENOMEM, "%s", err.message);
	return -1;
}
