/* What is mounted where, and how full it is; which file systems the kernel knows. */
#include "agent/facts/mounts.h"

#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

/* "\040" and the like, in place. */
static char *unescape(char *text)
{
	char *to = text;
	for (const char *from = text; *from;) {
		bool octal = from[0] == '\\' && from[1] >= '0' && from[1] <= '3' &&
			     from[2] >= '0' && from[2] <= '7' && from[3] >= '0' && from[3] <= '7';
		if (octal && (from[1] != '0' || from[2] != '0' || from[3] != '0')) {
			*to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 |
				       (from[3] - '0'));
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return text;
}

/* "36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw,errors=continue" */
static bool parse_mount(char *line, struct facts_mount *mount)
{
	char *fields[6];
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (!(fields[i] = facts_next_field(&line, ' ')))
			return false;
	char *field; /* optional ones, up to a dash */
	while ((field = facts_next_field(&line, ' ')) && strcmp(field, "-") != 0)
		;
	char *type = facts_next_field(&line, ' '), *source = facts_next_field(&line, ' ');
	char *super_options = facts_next_field(&line, ' ');
	if (!type || !source)
		return false;
	*mount = (struct facts_mount){.root = unescape(fields[3]),
				      .point = unescape(fields[4]),
				      .options = fields[5],
				      .type = type,
				      .source = unescape(source),
				      .super_options = super_options ? super_options : ""};
	return true;
}

static struct facts_mounts *read_mounts(struct facts_system *system, struct arena *arena)
{
	struct facts_mounts *mounts = arena_alloc(arena, sizeof *mounts);
	char *rest = facts_text(system, arena, "/proc/self/mountinfo");
	size_t cap = 0;
	for (char *line; (line = facts_next_line(&rest));) {
		if (mounts->count == cap) {
			size_t more = cap ? cap * 2 : 32;
			mounts->items =
				arena_grow(arena, mounts->items, cap, more, sizeof *mounts->items);
			cap = more;
		}
		mounts->count += parse_mount(line, &mounts->items[mounts->count]);
	}
	return mounts;
}

const struct facts_mounts *facts_mounts(struct facts_system *system, struct arena *arena)
{
	if (!system->memo.mounts)
		system->memo.mounts = read_mounts(system, arena);
	return system->memo.mounts;
}

/* The kernel's own trees say nothing about a disk. */
static bool is_reported(const struct facts_mount *mount)
{
	bool kernels =
		strncmp(mount->point, "/proc", 5) == 0 || strncmp(mount->point, "/sys", 4) == 0;
	return strcmp(mount->type, "autofs") != 0 &&
	       (!kernels || strcmp(mount->type, "tmpfs") == 0);
}

/* Asking a file system behind a network or a process may take forever. */
static bool may_hang(const char *type)
{
	static const char *const types[] = {"nfs", "cifs", "smb",       "ceph",   "fuse",
					    "9p",  "afs",  "glusterfs", "lustre", "ncpfs"};
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (strncmp(type, types[i], strlen(types[i])) == 0 &&
		    strcmp(type, "fuse.fuse-overlayfs") != 0)
			return true;
	return false;
}

static void add_sizes(struct arena *arena, struct value *fact, const char *point)
{
	struct statvfs stats;
	if (statvfs(point, &stats) != 0)
		return;
	if (stats.f_bfree > stats.f_blocks)
		return;
	uint64_t unit = stats.f_frsize;
	uint64_t used = (stats.f_blocks - stats.f_bfree) * unit, available = stats.f_bavail * unit;
	facts_set_size(arena, fact, "available", available);
	facts_set_text(arena, fact, "capacity", facts_share(arena, used, used + available));
	facts_set_size(arena, fact, "size", stats.f_blocks * unit);
	facts_set_size(arena, fact, "used", used);
}

/* The mount's own options and those of its file system, as mount(8) shows them. */
static struct value *options_of(struct arena *arena, const struct facts_mount *mount)
{
	struct value *options = facts_words(arena, mount->options, ',');
	char *rest = arena_strdup(arena, mount->super_options);
	for (char *word; (word = facts_next_field(&rest, ','));)
		if (*word && strcmp(word, "rw") != 0 && strcmp(word, "ro") != 0)
			value_append(arena, options, value_string(arena, word));
	return options;
}

static struct value *mountpoint_of(struct facts_system *system, struct arena *arena,
				   const struct facts_mount *mount)
{
	struct value *fact = value_map(arena);
	facts_set_text(arena, fact, "device", mount->source);
	facts_set_text(arena, fact, "filesystem", mount->type);
	facts_set_value(arena, fact, "options", options_of(arena, mount));
	facts_set_text(arena, fact, "root", mount->root);
	if (system->living && !may_hang(mount->type))
		add_sizes(arena, fact, mount->point);
	return fact;
}

struct value *facts_mountpoints(struct facts_system *system, struct arena *arena)
{
	const struct facts_mounts *mounts = facts_mounts(system, arena);
	struct value *mountpoints = value_map(arena);
	for (size_t i = 0; i < mounts->count; i++)
		if (is_reported(&mounts->items[i]))
			value_set(arena, mountpoints, mounts->items[i].point,
				  mountpoint_of(system, arena, &mounts->items[i]));
	return mountpoints->map.len ? mountpoints : NULL;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(value_text(*(struct value *const *)a), value_text(*(struct value *const *)b));
}

/* Those that need a device: "ext3,ext4", sorted. */
struct value *facts_filesystems(struct facts_system *system, struct arena *arena)
{
	auto_buf struct buf joined = {0};
	char *rest = facts_text(system, arena, "/proc/filesystems");
	if (!rest)
		return NULL;
	struct value *names = value_list(arena);
	for (char *line; (line = facts_next_line(&rest));)
		if (strncmp(line, "nodev", 5) != 0 && strcmp(facts_trim(line), "fuseblk") != 0)
			value_append(arena, names, value_string(arena, facts_trim(line)));
	if (names->list.len)
		qsort(names->list.items, names->list.len, sizeof *names->list.items, compare_texts);
	for (size_t i = 0; i < names->list.len; i++)
		buf_printf(&joined, "%s%s", i ? "," : "", value_text(names->list.items[i]));
	return value_string(arena, buf_text(&joined));
}
