#include "host/container/machine.h"

/* Cells that are not listed refuse the event: their action is zeroed, and set by lookup. */
static const struct machine_cell table[STATE_COUNT][EVENT_COUNT] =
	{
		[STATE_IDLE] =
			{
				[EVENT_START] = {ACTION_CREATE, STATE_STARTING},
				[EVENT_INTERRUPT] = {ACTION_TELL_ENDED, STATE_FAILED},
			},
		[STATE_STARTING] =
			{
				[EVENT_READY] = {ACTION_TELL_READY, STATE_READY},
				[EVENT_FAILED] = {ACTION_DISCARD, STATE_DISCARDING},
				[EVENT_CLOSED] = {ACTION_ABORT, STATE_STARTING},
				[EVENT_INTERRUPT] = {ACTION_ABORT, STATE_STARTING},
			},
		[STATE_READY] =
			{
				[EVENT_FILES] = {ACTION_SEND_FILES, STATE_RUNNING},
				[EVENT_TASK] = {ACTION_RUN_STEP, STATE_RUNNING},
				[EVENT_TEST] = {ACTION_RUN_STEP, STATE_RUNNING},
				[EVENT_FACTS] = {ACTION_ASK_FACTS, STATE_RUNNING},
				[EVENT_ASIDE] = {ACTION_NONE, STATE_RUNNING},
				[EVENT_CHECKPOINT] = {ACTION_CHECKPOINT, STATE_COMMITTING},
				[EVENT_COMMIT] = {ACTION_COMMIT, STATE_COMMITTING},
				[EVENT_STOP] = {ACTION_SAY_BYE, STATE_STOPPING},
				[EVENT_FAILED] = {ACTION_DISCARD, STATE_DISCARDING},
				[EVENT_CLOSED] = {ACTION_DISCARD, STATE_DISCARDING},
				[EVENT_INTERRUPT] = {ACTION_DISCARD, STATE_DISCARDING},
			},
		[STATE_RUNNING] =
			{
				[EVENT_PASSED] = {ACTION_TELL_PASSED, STATE_READY},
				[EVENT_ASIDE_OVER] = {ACTION_NONE, STATE_READY},
				[EVENT_HELD] = {ACTION_TELL_HELD, STATE_READY},
				[EVENT_FAILED] = {ACTION_DISCARD, STATE_DISCARDING},
				[EVENT_CLOSED] = {ACTION_DISCARD, STATE_DISCARDING},
				[EVENT_INTERRUPT] = {ACTION_DISCARD, STATE_DISCARDING},
			},
		[STATE_COMMITTING] =
			{
				[EVENT_COMMITTED] = {ACTION_TELL_COMMITTED, STATE_READY},
				[EVENT_FAILED] = {ACTION_DISCARD, STATE_DISCARDING},
				[EVENT_CLOSED] = {ACTION_ABORT, STATE_COMMITTING},
				[EVENT_INTERRUPT] = {ACTION_ABORT, STATE_COMMITTING},
			},
		[STATE_STOPPING] =
			{
				[EVENT_CLOSED] = {ACTION_TELL_ENDED, STATE_DONE},
				[EVENT_FAILED] = {ACTION_DISCARD, STATE_DISCARDING},
				[EVENT_INTERRUPT] = {ACTION_NONE, STATE_STOPPING},
			},
		[STATE_DISCARDING] =
			{
				[EVENT_GONE] = {ACTION_TELL_ENDED, STATE_FAILED},
				[EVENT_FAILED] = {ACTION_NONE, STATE_DISCARDING},
				[EVENT_INTERRUPT] = {ACTION_NONE, STATE_DISCARDING},
			},
		[STATE_DONE] =
			{
				[EVENT_INTERRUPT] = {ACTION_NONE, STATE_DONE},
			},
		[STATE_FAILED] =
			{
				[EVENT_INTERRUPT] = {ACTION_NONE, STATE_FAILED},
			},
};

static const char *const state_names[STATE_COUNT] = {
	"idle",     "starting",   "ready", "running", "committing",
	"stopping", "discarding", "done",  "failed",
};

static const char *const event_names[EVENT_COUNT] = {
	"start",      "files",  "task",      "test",      "facts",  "aside",
	"checkpoint", "commit", "stop",      "interrupt", "ready",  "passed",
	"aside over", "held",   "committed", "failed",    "closed", "gone",
};

static const char *const action_names[ACTION_COUNT] = {
	"",          "refuse",      "create",    "tell ready", "send files", "run step",
	"ask facts", "tell passed", "tell held", "checkpoint", "commit",     "tell committed",
	"say bye",   "abort",       "discard",   "tell ended",
};

static int is_listed(struct machine_cell cell)
{
	return cell.action != ACTION_NONE || cell.next != STATE_IDLE;
}

struct machine_cell machine_lookup(enum machine_state state, enum machine_event event)
{
	struct machine_cell cell = table[state][event];
	if (!is_listed(cell))
		cell = (struct machine_cell){ACTION_REFUSE, state};
	return cell;
}

const char *machine_state_name(enum machine_state state)
{
	return state_names[state];
}

const char *machine_event_name(enum machine_event event)
{
	return event_names[event];
}

const char *machine_action_name(enum machine_action action)
{
	return action_names[action];
}

void machine_write_dot(struct buf *out)
{
	buf_puts(out, "digraph machine {\n\trankdir=LR;\n\tnode [shape=box, style=rounded];\n");
	for (int state = 0; state < STATE_COUNT; state++) {
		for (int event = 0; event < EVENT_COUNT; event++) {
			struct machine_cell cell = table[state][event];
			if (!is_listed(cell))
				continue;
			buf_printf(out, "\t%s -> %s [label=\"%s", state_names[state],
				   state_names[cell.next], event_names[event]);
			if (cell.action != ACTION_NONE)
				buf_printf(out, " / %s", action_names[cell.action]);
			buf_puts(out, "\"];\n");
		}
	}
	buf_puts(out, "}\n");
}
