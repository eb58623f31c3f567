/* The files a manifest is made of. Each has a range of line numbers of its own, so that a value's
 * line says which file it came from, whatever it was merged with. */
#ifndef FACTORY_HOST_MANIFEST_SOURCES_H
#define FACTORY_HOST_MANIFEST_SOURCES_H

#include "host/jinja/jinja.h"
#include "host/manifest/manifest.h"

struct source {
	const char *path, *directory;
	const char *root; /* what its paths may not leave; NULL: the manifest's directory */
	struct buf text;  /* what Jinja2 made */
	struct jinja_map map;
	unsigned before; /* lines of the sources before this one */
	unsigned lines;
	size_t *starts; /* offset of each line */
};

struct sources {
	struct arena *arena;
	struct source **items;
	size_t count;
};

/* Adds a file with its rendered text, whose bytes and map must stay. */
struct source *sources_add(struct sources *sources, const char *path, const struct buf *text,
			   const struct jinja_map *map);

/* The source a line belongs to; NULL for line 0 or where there is none. */
const struct source *sources_find(const struct sources *sources, unsigned line);

/* The place in the file itself of a line and column of the rendered texts. */
struct position sources_locate(const struct sources *sources, unsigned line, unsigned column);

/* The part of a path before its last slash: "." where there is none. */
const char *sources_directory(struct arena *arena, const char *path);

#endif
