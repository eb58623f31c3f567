#include "host/saved/archive.h"

#include "common/memory.h"

#include <string.h>

struct archive *saved_archive(void)
{
	struct archive *archive = mem_given(archive_read_new());
	archive_read_support_format_tar(archive);
	archive_read_support_format_empty(archive);
	archive_read_support_filter_gzip(archive);
	return archive;
}

void saved_follow(struct buf *file, const char *link)
{
	const char *slash = strrchr(buf_text(file), '/');
	struct buf target = {0};
	size_t folder = slash ? (size_t)(slash - file->data) : 0;
	for (; strncmp(link, "../", 3) == 0; link += 3) {
		while (folder && file->data[folder - 1] != '/')
			folder--;
		folder -= folder > 0;
	}
	buf_add(&target, file->data, folder);
	buf_puts(&target, folder ? "/" : "");
	buf_puts(&target, link);
	buf_free(file);
	*file = target;
}
