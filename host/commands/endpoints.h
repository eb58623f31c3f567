/* The endpoints that a workshop's builds are spread over. A workshop's own site is the first; where
 * there are no others, all of this comes down to it. */
#ifndef FACTORY_HOST_COMMANDS_ENDPOINTS_H
#define FACTORY_HOST_COMMANDS_ENDPOINTS_H

#include "host/commands/workshop.h"
#include "host/placement/place.h"

/* Opens those of the settings on the site's loop, and asks each for its images where there are
 * several; the report is there. One that can't be opened is told and left out, unless all are. One
 * that is silent while others answer is not waited for, unless all are wanted: it joins later. */
int endpoints_open(struct workshop *shop, struct error *err);
void endpoints_close(struct workshop *shop); /* all engines */

/* Takes those in that have answered meanwhile; true where there was any, which may block shortly.
 * To be called before each turn of the loop. */
bool endpoints_join(struct workshop *shop);

/* Asks all of them again and again whether they still answer. One that does not within the patience
 * is given up: what runs there fails. */
struct heartbeat *heartbeat_start(struct workshop *shop);
void heartbeat_stop(struct heartbeat *heartbeat);

/* Chooses where a job runs now: false where it must wait. One that can never run gets no site. */
bool endpoints_place(struct workshop *shop, struct job *job);

/* Where a job could have a slot at once whose build waits for one, among other drivers; or NULL. */
struct site *endpoints_better(struct workshop *shop, struct job *job);

/* Whether another endpoint of the workshop lists the image of a key: build_options' is_elsewhere.
 */
bool endpoints_hold_key(void *shop, const struct site *site, const char *key);

/* Such a one is where the job goes now. */
void endpoints_follow(struct workshop *shop, struct job *job);

/* A job's image is there: others may be placed by it. */
void endpoints_hold(struct workshop *shop, const struct job *job);

/* Whether one that lives has an image. */
bool endpoints_has(const struct workshop *shop, const char *image);

/* An image as engines list it: "busybox" is "busybox:latest". In the arena. */
const char *endpoints_full_name(struct arena *arena, const char *image);

/* Why a job got no site: returns -1 with the error. */
int endpoints_refuse(const struct workshop *shop, const struct job *job, struct error *err);

/* The endpoint whose end a job failed of, or NULL: it failed by itself. *again: there is another
 * for it. Blocks, for the patience where one is silent. */
const char *endpoints_lost(struct workshop *shop, struct job *job, bool *again);

/* An endpoint, by its number, is gone: nothing is placed there any more. */
void endpoints_lose(struct workshop *shop, size_t number);

/* Whether the endpoint of a job that has run still lives. */
bool endpoints_live(const struct workshop *shop, const struct job *job);

#endif
