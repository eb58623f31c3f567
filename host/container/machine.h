/* The state machine of one container's life. What an event does in each state is a table, so that
 * it can be drawn and every cell of it tested. The walk (walk.c) sends events; the machine's
 * actions ask the engine and the session, whose answers come back as events. */
#ifndef FACTORY_HOST_CONTAINER_MACHINE_H
#define FACTORY_HOST_CONTAINER_MACHINE_H

#include "common/buffer.h"
#include "common/error.h"

enum machine_state {
	STATE_IDLE,
	STATE_STARTING, /* its turn, create, attach, start, until the agent says HELLO */
	STATE_READY,
	STATE_RUNNING, /* a node's work */
	STATE_COMMITTING,
	STATE_STOPPING,   /* the agent was told to end */
	STATE_DISCARDING, /* removed by force after a failure */
	STATE_DONE,
	STATE_FAILED,
	STATE_COUNT
};

enum machine_event {
	/* from the walk */
	EVENT_START,
	EVENT_FILES,
	EVENT_TASK,
	EVENT_TEST,
	EVENT_FACTS,
	EVENT_ASIDE,      /* something beside the nodes, for a person */
	EVENT_CHECKPOINT, /* keep the state, and go on */
	EVENT_COMMIT,
	EVENT_STOP,
	EVENT_INTERRUPT,
	/* from the engine and the session */
	EVENT_READY,
	EVENT_PASSED,
	EVENT_ASIDE_OVER,
	EVENT_HELD, /* a step failed, and its container stays for a guide */
	EVENT_COMMITTED,
	EVENT_FAILED,
	EVENT_CLOSED, /* the session is over */
	EVENT_GONE,   /* the container was removed */
	EVENT_COUNT
};

enum machine_action {
	ACTION_NONE,   /* nothing to do */
	ACTION_REFUSE, /* a cell that can't be reached: a defect of the walk */
	ACTION_CREATE,
	ACTION_TELL_READY,
	ACTION_SEND_FILES,
	ACTION_RUN_STEP,
	ACTION_ASK_FACTS,
	ACTION_TELL_PASSED,
	ACTION_TELL_HELD,
	ACTION_CHECKPOINT,
	ACTION_COMMIT,
	ACTION_TELL_COMMITTED,
	ACTION_SAY_BYE,
	ACTION_ABORT,   /* remember why, discard as soon as no answer is outstanding */
	ACTION_DISCARD, /* close the session, remove the container */
	ACTION_TELL_ENDED,
	ACTION_COUNT
};

struct machine_cell {
	enum machine_action action;
	enum machine_state next;
};

/* What to do and where to go; pure, no side effects. */
struct machine_cell machine_lookup(enum machine_state state, enum machine_event event);

const char *machine_state_name(enum machine_state state);
const char *machine_event_name(enum machine_event event);
const char *machine_action_name(enum machine_action action);

/* The table as a Graphviz graph, and as a picture (graph/svg.h). */
void machine_write_dot(struct buf *out);
void machine_write_svg(struct buf *out);

#endif
