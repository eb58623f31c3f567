/* Ownership in the type of the variable: an automatic variable declared with one of these
 * attributes frees what it holds when it leaves its scope. STEAL hands it over instead. */
#ifndef FACTORY_COMMON_OWN_H
#define FACTORY_COMMON_OWN_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void own_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void own_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void own_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void own_closedir(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

/* What scandir makes: names.count = scandir(path, &names.items, ...). */
struct entries {
	struct dirent **items;
	int count; /* -1: it failed */
};

static inline void own_entries(const struct entries *entries)
{
	for (int i = 0; i < entries->count; i++)
		free(entries->items[i]);
	free(entries->items);
}

#define autofree     __attribute__((cleanup(own_free)))
#define autoclose    __attribute__((cleanup(own_close)))
#define autofclose   __attribute__((cleanup(own_fclose)))
#define autoclosedir __attribute__((cleanup(own_closedir)))
#define autoentries  __attribute__((cleanup(own_entries)))

/* For a type that is held by a pointer: OWNED_BY(struct ignore, ignore_free) makes the function
 * own_ignore_free, to be the cleanup of a `struct ignore *`. */
#define OWNED_BY(type, release)                                                                    \
	static inline void own_##release(type **held)                                              \
	{                                                                                          \
		release(*held);                                                                    \
	}

/* Hands over what a pointer variable holds: its value, with NULL left behind. */
#define STEAL(pointer)                                                                             \
	__extension__({                                                                            \
		__typeof__(pointer) stolen_ = (pointer);                                           \
		(pointer) = NULL;                                                                  \
		stolen_;                                                                           \
	})

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
