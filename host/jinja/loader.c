#include "host/jinja/loader.h"

#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_FILES = 200, LARGEST_FILE = 1 << 20, MOST_BYTES = 16 << 20 };

static bool leaves(const char *name)
{
	if (*name == '/' || !*name)
		return true;
	for (const char *at = name; *at; at += *at == '/') {
		size_t len = strcspn(at, "/");
		if (len == 2 && at[0] == '.' && at[1] == '.')
			return true;
		at += len;
	}
	return false;
}

/* The kernel itself keeps the way below the root, links included. */
static int open_below(const char *root, const char *name)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
			       .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
	autoclose int directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return -1;
	return (int)syscall(SYS_openat2, directory, name, &how, sizeof how);
}

static int read_all(struct loader *loader, int fd, const char *name, struct buf *text,
		    struct error *err)
{
	struct stat info;
	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode))
		return error_set(err, "the template '%s' is no regular file", name);
	for (;;) {
		ssize_t got = read(fd, buf_reserve(text, 65536), 65536);
		if (got < 0)
			return error_errno(err, "reading the template '%s'", name);
		if (got == 0)
			break;
		text->len += (size_t)got;
		if (text->len > LARGEST_FILE)
			return error_set(err, "the template '%s' is larger than %d bytes", name,
					 LARGEST_FILE);
	}
	loader->bytes += text->len;
	if (loader->bytes > MOST_BYTES || ++loader->count > MOST_FILES)
		return error_set(err, "more than %d templates, or more than %d bytes of them",
				 MOST_FILES, MOST_BYTES);
	return 0;
}

static struct jinja_template *read_template(struct loader *loader, const char *name, bool *missing,
					    struct error *err)
{
	auto_buf struct buf text = {0};
	autoclose int fd = open_below(loader->options.include_path, name);
	*missing = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
	if (fd < 0) {
		if (*missing)
			error_set(err, "there is no template '%s' in '%s'", name,
				  loader->options.include_path);
		else if (errno == EXDEV)
			error_set(err, "the template '%s' is outside of '%s'", name,
				  loader->options.include_path);
		else
			error_errno(err, "the template '%s'", name);
		return NULL;
	}
	if (read_all(loader, fd, name, &text, err) < 0)
		return NULL;
	const char *root = loader->options.include_path;
	const char *shown =
		strcmp(root, ".") == 0 ? name : arena_printf(loader->arena, "%s/%s", root, name);
	return parse_template(loader, shown, buf_text(&text), text.len, err);
}

struct jinja_template *loader_get(struct loader *loader, const char *name, bool *missing,
				  struct error *err)
{
	*missing = false;
	if (!loader->options.include_path) {
		error_set(err, "there is no directory to read '%s' from", name);
		return NULL;
	}
	if (leaves(name)) {
		error_set(err,
			  "'%s' is no name of a template: it is relative to '%s' and has no '..'",
			  name, loader->options.include_path);
		return NULL;
	}
	for (struct loaded *known = loader->loaded; known; known = known->next)
		if (strcmp(known->name, name) == 0)
			return known->tmpl;
	struct jinja_template *tmpl = read_template(loader, name, missing, err);
	if (!tmpl)
		return NULL;
	struct loaded *loaded = arena_alloc(loader->arena, sizeof *loaded);
	loaded->name = arena_strdup(loader->arena, name);
	loaded->tmpl = tmpl;
	loaded->next = loader->loaded;
	loader->loaded = loaded;
	return tmpl;
}

static bool is_word(const char *at, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(at, word, len) == 0;
}

void jinja_head_options(const char *text, struct jinja_options *options)
{
	static const char head[] = "# jinja:";
	if (strncmp(text, head, sizeof head - 1) != 0)
		return;
	for (const char *at = text + sizeof head - 1; *at && *at != '\n';) {
		size_t len = strcspn(at, " \t\r\n");
		options->trim_blocks |= is_word(at, len, "trim_blocks");
		options->lstrip_blocks |= is_word(at, len, "lstrip_blocks");
		at += len + strspn(at + len, " \t\r");
	}
}
