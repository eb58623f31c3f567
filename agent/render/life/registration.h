/* Facts of this system in Consul's keys, as long as the process runs: PREFIX/os.id = "debian".
 * Rounds of gathering facts, asking which keys are there, and changing those that differ. Whatever
 * fails is tried again, later each time; it never ends anything else. */
#ifndef FACTORY_AGENT_RENDER_LIFE_REGISTRATION_H
#define FACTORY_AGENT_RENDER_LIFE_REGISTRATION_H

#include "agent/render/life/journal.h"
#include "common/loop.h"

struct registration;

/* Begins with a round at once. The settings must stay. */
struct registration *registration_new(struct loop *loop, struct journal *journal,
				      const struct facts_settings *facts,
				      const struct server_settings *consul);
void registration_free(struct registration *registration); /* NULL is fine */

#endif
