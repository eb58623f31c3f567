/* What a worker process does: it answers one RENDER or FACTS request. */
#ifndef FACTORY_AGENT_SESSION_WORK_H
#define FACTORY_AGENT_SESSION_WORK_H

#include "common/frame.h"

/* Answers with a RESULT or an ERROR frame on `channel`, by which values are asked for too (WANT,
 * VALUE). Blocks for as long as that takes. */
void work(const struct frame *request, int channel);

#endif
