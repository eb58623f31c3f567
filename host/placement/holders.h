/* Which endpoints hold an image, by any of its names: its tag, its id, its key. */
#ifndef FACTORY_HOST_PLACEMENT_HOLDERS_H
#define FACTORY_HOST_PLACEMENT_HOLDERS_H

#include <stddef.h>
#include <stdint.h>

/* Those of one name. */
struct holders {
	char *name;
	size_t *endpoints, count, capacity; /* sorted */
	uint64_t bytes;                     /* the image's; 0: not known */
	size_t next; /* where to look first next time, of more than are looked at */
};

/* A zeroed one is empty. */
struct holders_table {
	struct holders **slots; /* NULL: free */
	size_t size, used;      /* a power of two, or 0 */
};

/* NULL where no endpoint was ever said to hold it. */
struct holders *holders_find(const struct holders_table *table, const char *name);
/* Said twice it counts once. The name's entry. */
struct holders *holders_add(struct holders_table *table, const char *name, size_t endpoint);
/* Takes one out, by its place in the list. */
void holders_forget(struct holders *holders, size_t at);
void holders_free(struct holders_table *table);

#endif
