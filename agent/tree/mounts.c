#include "agent/tree/mounts.h"

#include "common/own.h"

#include <string.h>

/* Octal escapes are how the kernel writes blanks in there. */
static void add_path(struct buf *paths, const char *from, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool escaped = from[i] == '\\' && i + 3 < len;
		buf_putc(paths, escaped ? (char)((from[i + 1] - '0') * 64 +
						 (from[i + 2] - '0') * 8 + (from[i + 3] - '0'))
					: from[i]);
		i += escaped ? 3 : 0;
	}
	buf_putc(paths, '\0');
}

static void add_mount(struct buf *paths, const char *root, const char *from, size_t len)
{
	auto_buf struct buf path = {0};
	size_t above = strlen(root);
	add_path(&path, from, len);
	if (strncmp(path.data, root, above) == 0 && path.data[above] == '/' && path.data[above + 1])
		buf_add(paths, path.data + above, path.len - above);
}

/* "36 35 98:0 /root /mount/point options - type source ...", proc(5). */
static void take_mount(struct tree_mounts *mounts, const char *root, const char *line)
{
	const char *at = line;
	for (int blanks = 0; *at && blanks < 4; at++)
		blanks += *at == ' ';
	size_t len = strcspn(at, " ");
	const char *type = strstr(at, " - ");
	if (len == 1)
		mounts->on_overlay = type && strncmp(type + 3, "overlay ", 8) == 0;
	else
		add_mount(&mounts->paths, root, at, len);
}

int tree_mounts_read(struct tree_mounts *mounts, const char *root, struct error *err)
{
	autofree char *line = NULL;
	autofclose FILE *file = fopen("/proc/self/mountinfo", "re");
	size_t room = 0;
	if (!file)
		return error_errno(err, "can't read /proc/self/mountinfo");
	while (getline(&line, &room, file) > 0)
		take_mount(mounts, root, line);
	return 0;
}

void tree_mounts_free(struct tree_mounts *mounts)
{
	buf_free(&mounts->paths);
}

static bool is_at_or_below(const char *path, const char *above)
{
	size_t len = strlen(above);
	return strncmp(path, above, len) == 0 && (!path[len] || path[len] == '/');
}

bool tree_mounts_have(const struct tree_mounts *mounts, const char *path)
{
	const char *mount = buf_text(&mounts->paths), *end = mount + mounts->paths.len;
	for (; mount < end; mount += strlen(mount) + 1)
		if (is_at_or_below(path, mount))
			return true;
	return false;
}

bool tree_mounts_are_below(const struct tree_mounts *mounts, const char *path)
{
	const char *mount = buf_text(&mounts->paths), *end = mount + mounts->paths.len;
	for (; mount < end; mount += strlen(mount) + 1)
		if (is_at_or_below(mount, path))
			return true;
	return false;
}
