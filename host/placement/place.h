/* Where builds run: which of several endpoints a build goes to. It knows nothing of engines and of
 * time, so that a simulation decides as a driver does.
 *
 * Of the endpoints that live and have all labels a build wants, it goes to one that holds its key
 * (nothing has to be run there, so that no slot is needed), else to one with a free slot that holds
 * its base, else to any with a free slot; each time to the one with the least to do for its weight.
 * It leaves its base where another is so much faster that moving the base is worth it, and waits
 * for a slot there where that takes longer than the build itself. Where an image is on more
 * endpoints than PLACE_LOOKS, only that many are looked at, in turn. A decision costs O(log n) for
 * n endpoints, times the sets of labels that were ever wanted. */
#ifndef FACTORY_HOST_PLACEMENT_PLACE_H
#define FACTORY_HOST_PLACEMENT_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLACE_NOWHERE ((size_t)-1)

enum { PLACE_LOOKS = 8 };

struct place_endpoint {
	double weight;             /* how fast one of its slots is; 1 is as good as any number */
	unsigned slots;            /* containers at once */
	const char *const *labels; /* NULL-terminated, or NULL; they must outlive the places */
};

struct place_build {
	const char *key;           /* of its image; NULL: not known */
	const char *base;          /* its base image's name or id; NULL: any is as good */
	const char *const *labels; /* all of them are wanted: NULL-terminated, or NULL */
	double cost; /* what it is expected to take at weight 1; any unit; 0: not known */
	double move; /* what bringing its base elsewhere is expected to take, in the same unit */
};

struct places;

struct places *places_new(void);
void places_free(struct places *places);

/* Adds one that lives; they are numbered from 0 on. */
size_t places_add(struct places *places, const struct place_endpoint *endpoint);

/* An endpoint has an image, by any name of it, of so many bytes (0: not known). */
void places_hold(struct places *places, size_t endpoint, const char *image, uint64_t bytes);

/* An endpoint that lives and has it, but for that one, or PLACE_NOWHERE; and its size, or 0. */
size_t places_holder(struct places *places, const char *image, size_t but);
uint64_t places_bytes(const struct places *places, const char *image);

/* Takes a place for a build, to be given back by places_end. PLACE_NOWHERE: none is free, or
 * places_fit says that there is none at all. */
size_t places_choose(struct places *places, const struct place_build *build);
void places_end(struct places *places, size_t endpoint);

/* How many slots are taken there, whatever was chosen and given back: for a driver that counts. */
void places_busy(struct places *places, size_t endpoint, unsigned taken);

/* How much others have to do there, in slots: it counts where endpoints are compared. That they
 * have all of them does not make it busy: whoever goes there gets one in its turn. */
void places_others(struct places *places, size_t endpoint, unsigned taken);

/* Whether an endpoint that lives has all labels. */
bool places_fit(struct places *places, const struct place_build *build);
bool places_live(const struct places *places, size_t endpoint);

/* An endpoint is gone: it gets no build any more. What ran there is given back as ever. */
void places_lose(struct places *places, size_t endpoint);

#endif
