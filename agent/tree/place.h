/* Where in a tree an entry goes. A name may be anything: none leads out of the tree, be it by a
 * "..", by a link or into what is mounted. */
#ifndef FACTORY_AGENT_TREE_PLACE_H
#define FACTORY_AGENT_TREE_PLACE_H

#include "agent/tree/mounts.h"

struct tree_root {
	int directory; /* open */
	struct tree_mounts mounts;
	/* The directory that the last entry was in, as its neighbours are, open; or -1. Before it
	 * is replaced it is itself looked up, in the one above. */
	int last;
	struct buf last_name;
};

/* "": the root of all; else without a slash at its end. */
int tree_root_open(struct tree_root *root, const char *path, struct error *err);
void tree_root_close(struct tree_root *root);

/* A zeroed one with a directory of -1 holds nothing. */
struct tree_place {
	int directory; /* that it is in, open */
	char *path;    /* which any call takes; what it names may be missing, and may be a link */
};

/* `name` begins with a slash and is `len` bytes long. 1: nothing can be there, for what it goes
 * into is no directory. */
int tree_place_find(struct tree_root *root, const char *name, size_t len, struct tree_place *place,
		    struct error *err);
void tree_place_free(struct tree_place *place);

#endif
