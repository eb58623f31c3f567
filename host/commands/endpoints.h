/* The endpoints that a workshop's builds are spread over. A workshop's own site is the first; where
 * there are no others, all of this comes down to it. */
#ifndef FACTORY_HOST_COMMANDS_ENDPOINTS_H
#define FACTORY_HOST_COMMANDS_ENDPOINTS_H

#include "host/commands/workshop.h"
#include "host/placement/place.h"

/* Opens those of the settings on the site's loop, and asks each for its images where there are
 * several; the report is there. One that can't be opened is told and left out, unless all are. */
int endpoints_open(struct workshop *shop, struct error *err);
void endpoints_close(struct workshop *shop); /* all engines */

/* Chooses where a job runs now: false where it must wait. One that can never run gets no site. */
bool endpoints_place(struct workshop *shop, struct job *job);

/* A job's image is there: others may be placed by it. */
void endpoints_hold(struct workshop *shop, const struct job *job);

/* An image as engines list it: "busybox" is "busybox:latest". In the arena. */
const char *endpoints_full_name(struct arena *arena, const char *image);

/* Why it got none: returns -1 with the error. */
int endpoints_refuse(const struct job *job, struct error *err);

/* Whether a job failed for its endpoint is gone, and there is another for it. Blocks. */
bool endpoints_lost(struct workshop *shop, const struct job *job);

/* Whether the endpoint of a job that has run still lives. */
bool endpoints_live(const struct workshop *shop, const struct job *job);

#endif
