#include "agent/session/agent.h"

#include "common/own.h"

static task_begin *const requests[] = {
	[FRAME_RUN] = step_begin,      [FRAME_PUT] = put_begin,      [FRAME_GET] = get_begin,
	[FRAME_RENDER] = worker_begin, [FRAME_FACTS] = worker_begin, [FRAME_REMOVE] = remove_begin,
	[FRAME_SETTLE] = settle_begin,
};

static int begin_request(struct agent *agent, const struct frame *frame, struct error *err)
{
	if (!frame->id)
		return error_set(err, "a %s request without a number",
				 frame_type_name(frame->type));
	if (task_find(agent, frame->id))
		return error_set(err, "a %s request with the number of a running one: %u",
				 frame_type_name(frame->type), frame->id);
	task_start(agent, requests[frame->type], frame);
	return 0;
}

/* A frame for a task that has just ended crossed its answer on the way: it is dropped. */
static void continue_request(struct agent *agent, const struct frame *frame)
{
	struct task *task = task_find(agent, frame->id);
	if (task && task->class->frame)
		task_frame(task, frame);
}

static int dispatch(struct agent *agent, const struct frame *frame, struct error *err)
{
	switch (frame->type) {
	case FRAME_BYE:
		agent->ended = true;
		return 0;
	case FRAME_DATA:
	case FRAME_SIGNAL:
	case FRAME_RESIZE:
	case FRAME_VALUE:
		continue_request(agent, frame);
		return 0;
	default:
		if ((size_t)frame->type < COUNT_OF(requests) && requests[frame->type])
			return begin_request(agent, frame, err);
		return error_set(err, "a %s frame from the driver", frame_type_name(frame->type));
	}
}

int dispatch_received(struct agent *agent, struct error *err)
{
	size_t taken = 0;
	int got = 1;
	while (!agent->ended) {
		struct frame part, whole;
		struct buf rest = agent->received;
		rest.data += taken;
		rest.len -= taken;
		got = frame_parse(&rest, &part, err);
		if (got <= 0)
			break;
		taken += FRAME_HEADER + part.length;
		got = frame_join(&agent->joiner, &part, &whole, err);
		if (got > 0)
			got = dispatch(agent, &whole, err);
		if (got < 0)
			break;
	}
	buf_consume(&agent->received, taken);
	return got < 0 ? -1 : 0;
}
