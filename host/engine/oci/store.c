#include "common/file.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

char *store_path(const struct oci *oci, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	autofree char *rest = mem_vprintf(format, arguments);
	va_end(arguments);
	return mem_printf("%s/%s", oci->root, rest);
}

int store_prepare(struct oci *oci, struct error *err)
{
	static const char *const parts[] = {"images",     "parents", "tags",   "layers",  "names",
					    "containers", "volumes", "labels", "incoming"};
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		autofree char *path = store_path(oci, "%s/.", parts[i]);
		if (file_make_parents(path, err) < 0)
			return -1;
	}
	return 0;
}

int store_lock(const struct oci *oci, struct error *err)
{
	autofree char *path = store_path(oci, "lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) < 0) {
		if (fd >= 0)
			close(fd);
		return error_errno(err, "can't lock %s", path);
	}
	return fd;
}

struct value *store_read(struct arena *arena, const char *path, struct error *err)
{
	auto_buf struct buf text = {0};
	if (file_read(path, 0, &text, err) < 0)
		return NULL;
	return json_parse(arena, path, text.data, text.len, err);
}

int store_write(const char *path, const struct value *value, struct error *err)
{
	auto_buf struct buf text = {0};
	json_write(&text, value);
	return file_replace(path, text.data, text.len, 0600, (uid_t)-1, (gid_t)-1, err);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **store_names(struct arena *arena, const char *directory)
{
	size_t count = 0, room = 16;
	char **names = arena_alloc(arena, (room + 1) * sizeof *names);
	DIR *stream = opendir(directory);
	for (struct dirent *entry; stream && (entry = readdir(stream));) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (count == room) {
			names = arena_grow(arena, names, count, 2 * room + 1, sizeof *names);
			room *= 2;
		}
		names[count++] = arena_strdup(arena, entry->d_name);
	}
	if (stream)
		closedir(stream);
	names[count] = NULL;
	qsort(names, count, sizeof *names, by_text);
	return names;
}

/* --- names of images --- */

/* "repo:tag" as a file's name; the tag is "latest" where there is none. */
static char *tag_file(const char *ref)
{
	const char *slash = strrchr(ref, '/');
	char *name = mem_printf("%s%s", ref, strchr(slash ? slash : ref, ':') ? "" : ":latest");
	for (char *c = name; *c; c++)
		if (*c == '/')
			*c = '%';
	return name;
}

bool store_find_image(const struct oci *oci, const char *ref, char hex[HASH_HEX])
{
	static const char digest[] = "sha256:";
	auto_buf struct buf text = {0};
	auto_error struct error ignored = {0};
	const char *id = strncmp(ref, digest, strlen(digest)) == 0 ? ref + strlen(digest) : ref;
	if (hash_is_hex(id)) {
		buf_puts(&text, id);
	} else {
		autofree char *name = tag_file(ref);
		autofree char *path = store_path(oci, "tags/%s", name);
		if (name[0] == '.' || file_read(path, HASH_HEX, &text, &ignored) < 0 ||
		    !hash_is_hex(buf_text(&text)))
			return false;
	}
	memcpy(hex, text.data, HASH_HEX);
	autofree char *image = store_path(oci, "images/%s", hex);
	return access(image, F_OK) == 0;
}

struct value *store_image(const struct oci *oci, struct arena *arena, const char *hex,
			  struct error *err)
{
	autofree char *path = store_path(oci, "images/%s", hex);
	struct value *image = store_read(arena, path, err);
	if (image && !value_is(value_get(image, "config"), VALUE_MAP))
		value_unset(image, "config"); /* null means the same */
	return image;
}

int store_image_text(const struct oci *oci, const char *hex, struct buf *text, struct error *err)
{
	autofree char *path = store_path(oci, "images/%s", hex);
	return file_read(path, 0, text, err);
}

int store_add_image(const struct oci *oci, const struct value *image, char hex[HASH_HEX],
		    struct error *err)
{
	auto_buf struct buf text = {0};
	json_write(&text, image);
	hash_hex(text.data, text.len, hex);
	autofree char *path = store_path(oci, "images/%s", hex);
	return file_replace(path, text.data, text.len, 0600, (uid_t)-1, (gid_t)-1, err);
}

int store_name(const struct oci *oci, const char *hex, const char *ref, struct error *err)
{
	autofree char *name = tag_file(ref);
	autofree char *path = store_path(oci, "tags/%s", name);
	/* Beside it, it would pass for a tag if nobody came to give it its name. */
	autofree char *new = store_path(oci, "layers/new-tag");
	autofree char *staged = file_stage(new, hex, HASH_HEX - 1, 0600, (uid_t)-1, (gid_t)-1, err);
	return staged ? file_commit(staged, path, err) : -1;
}

int store_tag(const struct oci *oci, const char *hex, const char *repo, const char *tag,
	      struct error *err)
{
	autofree char *ref = mem_printf("%s:%s", repo, tag ? tag : "latest");
	return store_name(oci, hex, ref, err);
}

int store_untag(const struct oci *oci, const char *ref, struct error *err)
{
	autofree char *name = tag_file(ref);
	autofree char *path = store_path(oci, "tags/%s", name);
	return file_remove_tree(path, err);
}

/* --- what was committed on what --- */

bool store_parent(const struct oci *oci, const char *hex, char parent[HASH_HEX])
{
	auto_buf struct buf text = {0};
	auto_error struct error ignored = {0};
	autofree char *path = store_path(oci, "parents/%s", hex);
	if (file_read(path, HASH_HEX, &text, &ignored) < 0 || !hash_is_hex(buf_text(&text)))
		return false;
	memcpy(parent, text.data, HASH_HEX);
	autofree char *image = store_path(oci, "images/%s", parent);
	return access(image, F_OK) == 0;
}

int store_set_parent(const struct oci *oci, const char *hex, const char *parent, struct error *err)
{
	autofree char *path = store_path(oci, "parents/%s", hex);
	if (strcmp(hex, parent) == 0)
		return 0;
	return file_replace(path, parent, HASH_HEX - 1, 0600, (uid_t)-1, (gid_t)-1, err);
}

bool store_has_child(const struct oci *oci, const char *hex)
{
	auto_arena struct arena arena = {0};
	char parent[HASH_HEX];
	autofree char *parents = store_path(oci, "parents");
	for (char **name = store_names(&arena, parents); *name; name++)
		if (store_parent(oci, *name, parent) && strcmp(parent, hex) == 0)
			return true;
	return false;
}

int store_remove_image(const struct oci *oci, const char *hex, struct error *err)
{
	autofree char *image = store_path(oci, "images/%s", hex);
	autofree char *parent = store_path(oci, "parents/%s", hex);
	return file_remove_tree(image, err) < 0 ? -1 : file_remove_tree(parent, err);
}

/* --- what nothing needs --- */

static void note_layers(struct arena *arena, struct value *needed, const struct value *layers)
{
	for (size_t i = 0; value_is(layers, VALUE_LIST) && i < layers->list.len; i++) {
		const char *digest = value_text(layers->list.items[i]);
		const char *colon = digest ? strchr(digest, ':') : NULL;
		if (colon)
			value_set(arena, needed, colon + 1, value_null(arena));
	}
}

static void note_all(const struct oci *oci, struct arena *arena, struct value *needed,
		     const char *folder, const char *file, const char *key)
{
	auto_error struct error ignored = {0};
	autofree char *directory = store_path(oci, "%s", folder);
	for (char **name = store_names(arena, directory); *name; name++) {
		autofree char *path = mem_printf("%s/%s%s", directory, *name, file);
		note_layers(arena, needed, value_path(store_read(arena, path, &ignored), key));
	}
}

void store_sweep(const struct oci *oci)
{
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	struct value *needed = value_map(&arena);
	autofree char *layers = store_path(oci, "layers");
	note_all(oci, &arena, needed, "images", "", "rootfs.diff_ids");
	note_all(oci, &arena, needed, "containers", "/container.json", "Layers");
	for (char **name = store_names(&arena, layers); *name; name++) {
		autofree char *path = mem_printf("%s/%s", layers, *name);
		if (!value_get(needed, *name))
			file_remove_tree(path, &ignored);
	}
}

/* Whatever is there by a digest is whole. */
static void sweep_unnamed(const struct oci *oci, const char *folder)
{
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	autofree char *directory = store_path(oci, "%s", folder);
	for (char **name = store_names(&arena, directory); *name; name++) {
		autofree char *path = mem_printf("%s/%s", directory, *name);
		if (!hash_is_hex(*name))
			file_remove_tree(path, &ignored);
	}
}

void store_sweep_unfinished(const struct oci *oci)
{
	sweep_unnamed(oci, "layers");
	sweep_unnamed(oci, "images");
	sweep_unnamed(oci, "parents");
}

/* --- small things --- */

void store_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
	if (text)
		value_set(arena, map, key, value_string(arena, text));
}

char *store_now(struct arena *arena)
{
	char text[40];
	struct timespec now;
	struct tm parts;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
	return arena_printf(arena, "%s.%09ldZ", text, now.tv_nsec);
}
