/* Whether files have changed: device, inode, size and time of what a path leads to. */
#ifndef FACTORY_AGENT_RENDER_LIFE_STAMP_H
#define FACTORY_AGENT_RENDER_LIFE_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct stamp {
	bool there;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec time;
};

struct stamp stamp_of(const char *path);
bool stamp_equal(const struct stamp *a, const struct stamp *b);

/* Some files and their stamps. A zeroed struct is empty. */
struct stamps {
	char **paths;
	struct stamp *stamps;
	size_t count;
};

void stamps_add(struct stamps *stamps, const char *path);
bool stamps_changed(const struct stamps *stamps);
void stamps_free(struct stamps *stamps);

#endif
