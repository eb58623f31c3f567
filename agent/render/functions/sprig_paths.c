#include "agent/render/functions/sprig.h"

#include <string.h>

/* path.Clean: without "." , "..", empty parts where that doesn't change what is meant. */
static void clean(struct buf *out, const char *path, size_t len)
{
	bool rooted = len && path[0] == '/';
	size_t floor = rooted; /* what a ".." can't take away */
	if (rooted)
		buf_putc(out, '/');
	for (size_t at = rooted; at < len;) {
		const char *slash = memchr(path + at, '/', len - at);
		size_t part = slash ? (size_t)(slash - path) - at : len - at;
		bool dots = part == 2 && memcmp(path + at, "..", 2) == 0;
		if (dots && out->len > floor) {
			while (out->len > floor && out->data[out->len - 1] != '/')
				out->len--;
			if (out->len > floor)
				out->len--;
		} else if (part && !(part == 1 && path[at] == '.') && !(dots && rooted)) {
			if (out->len > rooted)
				buf_putc(out, '/');
			buf_add(out, path + at, part);
			floor = dots ? out->len : floor;
		}
		at += part + 1;
	}
	if (!out->len)
		buf_putc(out, '.');
}

static struct value *paths_clean(struct call *call, struct error *err)
{
	(void)err;
	auto_buf struct buf out = {0};
	clean(&out, call_text(call, 0), call_len(call, 0));
	return call_string(call, &out);
}

static size_t behind_slash(const char *path, size_t len)
{
	const char *slash = memrchr(path, '/', len);
	return slash ? (size_t)(slash - path) + 1 : 0;
}

static struct value *paths_dir(struct call *call, struct error *err)
{
	(void)err;
	auto_buf struct buf out = {0};
	const char *path = call_text(call, 0);
	clean(&out, path, behind_slash(path, call_len(call, 0)));
	return call_string(call, &out);
}

static struct value *paths_base(struct call *call, struct error *err)
{
	(void)err;
	const char *path = call_text(call, 0);
	size_t len = call_len(call, 0);
	if (!len)
		return value_string(call->arena, ".");
	while (len && path[len - 1] == '/')
		len--;
	size_t from = behind_slash(path, len);
	return len ? value_stringn(call->arena, path + from, len - from)
		   : value_string(call->arena, "/");
}

static struct value *paths_ext(struct call *call, struct error *err)
{
	(void)err;
	const char *path = call_text(call, 0);
	size_t len = call_len(call, 0), from = behind_slash(path, len);
	const char *dot = memrchr(path + from, '.', len - from);
	return value_string(call->arena, dot ? dot : "");
}

static struct value *paths_is_abs(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena, call_text(call, 0)[0] == '/');
}

const struct function functions_sprig_paths[] = {
	{"sprig_base", "s", paths_base},
	{"sprig_clean", "s", paths_clean},
	{"sprig_dir", "s", paths_dir},
	{"sprig_ext", "s", paths_ext},
	{"sprig_isAbs", "s", paths_is_abs},
	{"sprig_osBase", "s", paths_base},
	{"sprig_osClean", "s", paths_clean},
	{"sprig_osDir", "s", paths_dir},
	{"sprig_osExt", "s", paths_ext},
	{"sprig_osIsAbs", "s", paths_is_abs},
	{NULL, NULL, NULL},
};
