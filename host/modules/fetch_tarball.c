#include "host/modules/fetch_parts.h"

#include "common/http.h"
#include "common/own.h"
#include "host/modules/download.h"
#include "host/modules/unpack.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { LARGEST = 64 << 20 };

/* What is no URL is a path. */
static const char *as_url(const struct module_source *source, struct arena *arena)
{
	char real[PATH_MAX];
	auto_buf struct buf url = {0};
	if (strstr(source->text, "://"))
		return source->text;
	buf_puts(&url, "file://");
	http_escape(&url, realpath(source->text, real) ? real : source->text, "/");
	return arena_strdup(arena, buf_text(&url));
}

/* Many archives hold one directory, NAME-VERSION, and everything below it: that is the root then.
 */
static const char *root_of(const char *directory, struct arena *arena)
{
	const char *only = NULL;
	struct stat status;
	unsigned count = 0;
	DIR *entries = opendir(directory);
	for (struct dirent *entry; entries && (entry = readdir(entries));) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		only = arena_printf(arena, "%s/%s", directory, entry->d_name);
		count++;
	}
	if (entries)
		closedir(entries);
	return count == 1 && lstat(only, &status) == 0 && S_ISDIR(status.st_mode) ? only
										  : directory;
}

static int download(const struct module_source *source, const char *archive, struct arena *arena,
		    struct error *err)
{
	char hex[HASH_HEX];
	struct download download = {.url = as_url(source, arena), .limit = LARGEST};
	if (source->progress) {
		download.progress = source->progress->line;
		download.ctx = source->progress->ctx;
	}
	if (download_file(&download, archive, hex, err) < 0)
		return -1;
	if (!source->sha256)
		return error_as(err, ERROR_MODULE_DIGEST,
				"%s needs its `sha256`: what is there now has sha256: %s "
				"(make sure that it is what you want)",
				source->text, hex);
	if (strcasecmp(hex, source->sha256) != 0)
		return error_as(err, ERROR_MODULE_DIGEST,
				"%s is not what was asked for: its SHA-256 is %s, not %s",
				source->text, hex, source->sha256);
	return 0;
}

int fetch_tarball(const struct module_source *source, const char *scratch, struct arena *arena,
		  const char **into, struct error *err)
{
	const char *archive = arena_printf(arena, "%s/archive", scratch);
	const char *tree = arena_printf(arena, "%s/tree", scratch);
	if (download(source, archive, arena, err) < 0)
		return -1;
	if (mkdir(tree, 0755) < 0)
		return error_errno(err, "can't make %s", tree);
	if (unpack_archive(source->text, archive, tree, err) < 0)
		return -1;
	*into = root_of(tree, arena);
	return 0;
}
