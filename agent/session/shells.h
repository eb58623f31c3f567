/* Which shell a target has. */
#ifndef FACTORY_AGENT_SESSION_SHELLS_H
#define FACTORY_AGENT_SESSION_SHELLS_H

/* The first one that is there, for steps; NULL: none. */
const char *shells_for_steps(void);

/* What people want to type at, as an argv: bash, else sh, else the toolbox's busybox. NULL: none.
 */
const char *const *shells_for_people(void);

#endif
