#include "host/engine/podman/bare.h"

#include "common/file.h"
#include "common/json.h"
#include "common/own.h"

#include <string.h>
#include <unistd.h>

enum { BLOCK = 1 << 16, LARGEST_MANIFEST = 1 << 20, MOST_LAYERS = 1024 };

/* Files that it mounts upon; the link is beside them. */
static const char *const files[] = {"etc/hosts", "etc/hostname", "etc/resolv.conf",
				    "run/.containerenv"};
static const char mtab[] = "etc/mtab", mtab_target[] = "/proc/mounts";
static const char *const directories[] = {"etc", "run", "dev", "proc", "sys"};
enum { DIRECTORIES = COUNT_OF(directories) };

struct layers {
	struct tar_range *ranges;
	size_t count;
};

/* Of one of the directories, in the layer that is looked at. */
struct directory {
	bool stays;              /* something in it does */
	bool below;              /* a layer below has it */
	unsigned mode, uid, gid; /* there */
};

static int index_of(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

bool bare_is_podmans(const char *path)
{
	path += *path == '/';
	return index_of(files, COUNT_OF(files), path) >= 0 || strcmp(path, mtab) == 0 ||
	       index_of(directories, DIRECTORIES, path) >= 0;
}

static bool is_file_of_podman(const struct tar_entry *entry)
{
	if (strcmp(entry->name, mtab) == 0)
		return entry->type == '2' && strcmp(entry->link, mtab_target) == 0;
	return (entry->type == '0' || !entry->type) && entry->size == 0 &&
	       index_of(files, COUNT_OF(files), entry->name) >= 0;
}

/* --- what there is --- */

static void note_below(const struct tar_entry *entry, struct directory *found)
{
	int i = entry->type == '5' ? index_of(directories, DIRECTORIES, entry->name) : -1;
	if (i < 0)
		return;
	found[i].below = true;
	found[i].mode = entry->mode;
	found[i].uid = entry->uid;
	found[i].gid = entry->gid;
}

/* In the last layer: what is in a directory, and stays. */
static void note_content(const struct tar_entry *entry, struct directory *found)
{
	for (size_t i = 0; i < DIRECTORIES; i++) {
		size_t len = strlen(directories[i]);
		if (strncmp(entry->name, directories[i], len) == 0 && entry->name[len] == '/' &&
		    !is_file_of_podman(entry))
			found[i].stays = true;
	}
}

static int look(const struct layers *layers, struct directory *found, struct error *err)
{
	for (size_t i = 0; i < layers->count; i++) {
		struct tar_range range = layers->ranges[i];
		struct tar_entry entry;
		int status;
		while ((status = tar_next(&range, &entry, err)) > 0)
			if (i + 1 == layers->count)
				note_content(&entry, found);
			else
				note_below(&entry, found);
		if (status < 0)
			return -1;
	}
	return 0;
}

/* A directory that was only there for Podman's files, or is as it was. */
static bool is_left_out(const struct tar_entry *entry, const struct directory *found)
{
	int i = entry->type == '5' ? index_of(directories, DIRECTORIES, entry->name) : -1;
	if (i < 0)
		return is_file_of_podman(entry);
	const struct directory *known = &found[i];
	return !known->stays &&
	       (!known->below || (known->mode == entry->mode && known->uid == entry->uid &&
				  known->gid == entry->gid));
}

/* --- copying --- */

static int append(int fd, struct hash *hash, const char *data, size_t len, struct error *err)
{
	hash_add(hash, data, len);
	return file_write_all(fd, data, len) < 0 ? error_errno(err, "can't write a layer") : 0;
}

static int copy(int fd, struct hash *hash, off_t from, off_t to, struct error *err)
{
	char block[BLOCK];
	while (from < to) {
		size_t len = to - from < BLOCK ? (size_t)(to - from) : BLOCK;
		ssize_t got = pread(fd, block, len, from);
		if (got <= 0)
			return error_errno(err, "can't read a layer");
		if (append(fd, hash, block, (size_t)got, err) < 0)
			return -1;
		from += got;
	}
	return 0;
}

static int copy_entries(struct tar_range range, const struct directory *found, struct hash *hash,
			struct error *err)
{
	static const char end[1024];
	struct tar_entry entry;
	int status;
	while ((status = tar_next(&range, &entry, err)) > 0)
		if (!is_left_out(&entry, found) &&
		    copy(range.fd, hash, entry.begin, entry.next, err) < 0)
			return -1;
	return status < 0 ? -1 : append(range.fd, hash, end, sizeof end, err);
}

/* --- the archive --- */

static const struct value *read_manifest(struct tar_range whole, struct arena *arena,
					 struct error *err)
{
	struct tar_range range = {0};
	if (tar_find(whole, "manifest.json", &range, err) <= 0)
		return NULL;
	size_t len = (size_t)(range.end - range.at);
	if (len > LARGEST_MANIFEST)
		return NULL;
	char *text = arena_alloc(arena, len + 1);
	if (pread(range.fd, text, len, range.at) != (ssize_t)len)
		return NULL;
	return json_parse(arena, "manifest.json", text, len, err);
}

static int find_layers(struct tar_range whole, struct arena *arena, struct layers *layers,
		       struct error *err)
{
	const struct value *names = value_path(read_manifest(whole, arena, err), "0.Layers");
	size_t count = value_is(names, VALUE_LIST) ? names->list.len : 0;
	if (!count || count > MOST_LAYERS)
		return error_is_set(err) ? -1
					 : error_set(err, "what the engine saved has no layers");
	layers->ranges = arena_alloc(arena, count * sizeof *layers->ranges);
	for (; layers->count < count; layers->count++) {
		const char *name = value_text(names->list.items[layers->count]);
		int found = name ? tar_find(whole, name, &layers->ranges[layers->count], err) : 0;
		if (found <= 0)
			return found < 0 ? -1
					 : error_set(err, "what the engine saved lacks a layer");
	}
	return 0;
}

int bare_layer(int fd, struct tar_range *layer, char hex[HASH_HEX], struct error *err)
{
	auto_arena struct arena arena = {0};
	struct layers layers = {0};
	struct directory found[DIRECTORIES] = {0};
	off_t end = lseek(fd, 0, SEEK_END);
	const struct tar_range whole = {fd, 0, end};
	if (end < 0)
		return error_errno(err, "can't read what the engine saved");
	if (find_layers(whole, &arena, &layers, err) < 0 || look(&layers, found, err) < 0)
		return -1;
	struct hash *hash = hash_new();
	int status = copy_entries(layers.ranges[layers.count - 1], found, hash, err);
	hash_finish(hash, hex);
	*layer = (struct tar_range){fd, end, lseek(fd, 0, SEEK_CUR)};
	return status;
}
