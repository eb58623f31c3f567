#include "host/progress/records.h"

#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

enum { TAIL = 256 << 10 };

static const char suffix[] = ".jsonl";

char *records_directory(void)
{
	const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (base && *base)
		return mem_printf("%s/factory/builds", base);
	return home && *home ? mem_printf("%s/.local/state/factory/builds", home) : NULL;
}

static int compare(const void *a, const void *b)
{
	const struct value *one = *(struct value *const *)a, *two = *(struct value *const *)b;
	return strcmp(one->string.data, two->string.data);
}

/* Ids begin with the time: their order is that of the builds. */
struct value *records_list(struct arena *arena)
{
	struct value *list = value_list(arena);
	autofree char *path = records_directory();
	DIR *directory = path ? opendir(path) : NULL;
	if (!directory)
		return list;
	for (const struct dirent *entry; (entry = readdir(directory));) {
		size_t len = strlen(entry->d_name), end = sizeof suffix - 1;
		if (len > end && strcmp(entry->d_name + len - end, suffix) == 0)
			value_append(arena, list, value_stringn(arena, entry->d_name, len - end));
	}
	closedir(directory);
	if (list->list.len)
		qsort(list->list.items, list->list.len, sizeof(struct value *), compare);
	return list;
}

/* The only one that begins so; NULL with the error. */
static const char *find_id(const struct value *list, const char *id, struct error *err)
{
	const char *found = NULL;
	size_t count = list->list.len;
	if (count && strcmp(id, "last") == 0)
		return value_text(list->list.items[count - 1]);
	for (size_t i = 0; i < count; i++) {
		const char *own = value_text(list->list.items[i]);
		if (strncmp(own, id, strlen(id)) != 0)
			continue;
		if (strcmp(own, id) == 0)
			return own;
		if (found) {
			error_as(err, ERROR_NAME_UNCLEAR, "several builds begin with '%s': %s, %s...", id, found, own);
			return NULL;
		}
		found = own;
	}
	if (!found)
		error_as(err, ERROR_NAME_UNKNOWN,
			  "there is no record of a build '%s': `factory report --list` "
			  "names those that there are",
			  id);
	return found;
}

static char *path_of(const char *id)
{
	autofree char *directory = records_directory();
	return mem_printf("%s/%s%s", directory, id, suffix);
}

/* The events that say how a build ended are among the last ones: what is before this is not read.
 */
static void read_end(const char *path, struct buf *out)
{
	struct stat status;
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return;
	off_t from = status.st_size > TAIL ? status.st_size - TAIL : 0;
	ssize_t len = pread(fd, buf_reserve(out, TAIL), TAIL, from);
	if (len > 0)
		out->len = (size_t)len;
}

/* Names come from manifests: nothing in them that a terminal would obey may pass. */
static void add_name(struct buf *out, const char *name)
{
	for (; *name; name++)
		buf_putc(out, (unsigned char)*name < ' ' || *name == 0x7f ? '?' : *name);
}

static void describe_end(const char *line, size_t len, struct buf *out)
{
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	const struct value *event = json_parse(&arena, "record", line, len, &ignored);
	const char *build = value_text(value_get(event, "build"));
	const struct value *passed = value_get(event, "passed");
	if (!build || !value_is(passed, VALUE_BOOL))
		return;
	buf_puts(out, out->len ? ", " : "");
	add_name(out, build);
	buf_puts(out, passed->boolean ? " passed" : " failed");
}

void records_describe(const char *id, struct buf *out)
{
	static const char end[] = "{\"event\":\"end\"";
	autofree char *path = path_of(id);
	auto_buf struct buf tail = {0}, told = {0};
	read_end(path, &tail);
	for (size_t at = 0; at < tail.len;) {
		const char *line = tail.data + at, *newline = memchr(line, '\n', tail.len - at);
		size_t len = newline ? (size_t)(newline - line) : tail.len - at;
		if (len > sizeof end && memcmp(line, end, sizeof end - 1) == 0)
			describe_end(line, len, &told);
		at += len + 1;
	}
	buf_puts(out, told.len ? buf_text(&told) : "not over");
}

char *records_find(const char *id, struct error *err)
{
	auto_arena struct arena arena = {0};
	const char *found = find_id(records_list(&arena), id, err);
	return found ? path_of(found) : NULL;
}
