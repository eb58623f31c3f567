#include "agent/render/life/stamp.h"

#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

struct stamp stamp_of(const char *path)
{
	struct stat info;
	if (stat(path, &info) < 0)
		return (struct stamp){0};
	return (struct stamp){true, info.st_dev, info.st_ino, info.st_size, info.st_mtim};
}

bool stamp_equal(const struct stamp *a, const struct stamp *b)
{
	return a->there == b->there && a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && a->time.tv_sec == b->time.tv_sec &&
	       a->time.tv_nsec == b->time.tv_nsec;
}

void stamps_add(struct stamps *stamps, const char *path)
{
	for (size_t i = 0; i < stamps->count; i++)
		if (strcmp(stamps->paths[i], path) == 0)
			return;
	size_t room = stamps->count + 1;
	stamps->paths = mem_resize(stamps->paths, room, sizeof *stamps->paths);
	stamps->stamps = mem_resize(stamps->stamps, room, sizeof *stamps->stamps);
	stamps->paths[stamps->count] = mem_strdup(path);
	stamps->stamps[stamps->count++] = stamp_of(path);
}

bool stamps_changed(const struct stamps *stamps)
{
	for (size_t i = 0; i < stamps->count; i++) {
		struct stamp now = stamp_of(stamps->paths[i]);
		if (!stamp_equal(&stamps->stamps[i], &now))
			return true;
	}
	return false;
}

void stamps_free(struct stamps *stamps)
{
	for (size_t i = 0; i < stamps->count; i++)
		free(stamps->paths[i]);
	free(stamps->paths);
	free(stamps->stamps);
	*stamps = (struct stamps){0};
}
