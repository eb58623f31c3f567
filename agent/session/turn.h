/* One turn of the session's poll loop. */
#ifndef FACTORY_AGENT_SESSION_TURN_H
#define FACTORY_AGENT_SESSION_TURN_H

#include "agent/session/agent.h"

#include <poll.h>

/* What a turn waits for; kept so that the memory is used again. */
struct turn {
	struct pollfd *fds; /* the agent's own, then those of tasks */
	struct task **tasks;
	struct watch **watches;
	nfds_t count;
};

/* Waits until something is ready or due, does it, and releases the tasks that are over.
 * agent->ended is set when the session is to end. */
void turn_take(struct agent *agent, struct turn *turn);
/* Says why the session ends, gives the driver a moment to take it, and sets agent->ended. */
void turn_give_up(struct agent *agent, const struct error *err);

void turn_free(struct turn *turn);

#endif
