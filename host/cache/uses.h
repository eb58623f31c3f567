/* When a checkpoint or a cache volume was last used, and whether a build uses it now: the engine
 * knows neither. For each there is a file below uses/ in factory's cache, named after the engine
 * and the name: the time it was last changed is that of the last use. A shared lock on the name's
 * byte of the engine's file below locks/ says that a build still needs it. Builds of other hosts
 * and users are not known. */
#ifndef FACTORY_HOST_CACHE_USES_H
#define FACTORY_HOST_CACHE_USES_H

#include "host/engine/engine.h"

#include <stdbool.h>
#include <time.h>

/* Those of one build. */
struct uses;
struct uses *uses_new(const char *endpoint);
void uses_free(struct uses *uses); /* they end, and count as used until now; NULL is fine */

/* Takes one more: from now on `factory gc` leaves it alone. false: somebody is removing it right
 * now. What can't be locked (no home, no room) counts as taken. It is to be taken before the engine
 * is asked whether it is there. */
bool uses_take(struct uses *uses, const char *name);

/* The same before it is known to be there, and so no use of it yet: false where uses_take would say
 * so now. What is found then can be taken, and is still there. */
bool uses_guard(struct uses *uses, const char *name);

/* The last use that is known of, or 0. */
time_t uses_last(const char *endpoint, const char *name);

/* For who removes it: a lock that no build shares; uses_release ends it, and forgets the last use
 * where the thing is gone. NULL while a build uses it. */
struct use_lock;
struct use_lock *uses_lock(const char *endpoint, const char *name);
void uses_release(struct use_lock *lock, bool is_gone);

#endif
