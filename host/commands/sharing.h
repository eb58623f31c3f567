/* A workshop's endpoints, shared with other drivers (host/fleet/) where the settings say so. */
#ifndef FACTORY_HOST_COMMANDS_SHARING_H
#define FACTORY_HOST_COMMANDS_SHARING_H

#include "host/commands/workshop.h"

/* Begins to share the sites; the jobs are there. what: for people, why; NULL: the manifests.
 * Blocks. Without a fleet in the settings nothing happens. */
int sharing_open(struct workshop *shop, const char *what, struct error *err);
void sharing_close(struct workshop *shop); /* nothing runs there any more */

/* Shares a site that was opened later; there is a fleet. Blocks. */
int sharing_join(struct workshop *shop, struct site *site, struct error *err);

/* What other drivers have to do at each, for the choice of a place. */
void sharing_weigh(struct workshop *shop);

/* Whether a build that this driver has begun waits for a slot there: more would wait as well. */
bool sharing_waits(const struct site *site);

/* Whether a slot could be had there at once, of those that are shared. */
bool sharing_has_room(const struct site *site);

/* Builds that wait for a slot leave for another endpoint where there is one for them: true where
 * any did. Its job begins anew then, and no other. Never from within a callback. */
bool sharing_move(struct workshop *shop);

/* Another driver builds the job's image: where it will be is where it goes now. */
void sharing_follow(struct workshop *shop, struct job *job);

#endif
