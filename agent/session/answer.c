#include "agent/session/agent.h"

static void set_number(struct arena *arena, struct value *map, const char *key, unsigned number)
{
	if (number)
		value_set(arena, map, key, value_int(arena, number));
}

void answer_error(struct buf *out, uint32_t id, const struct error *err)
{
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	const char *message = err->message ? err->message : "failed";
	value_set(&arena, map, "message", value_string(&arena, message));
	if (err->file)
		value_set(&arena, map, "file", value_string(&arena, err->file));
	set_number(&arena, map, "line", err->line);
	set_number(&arena, map, "column", err->column);
	set_number(&arena, map, "exit_code", (unsigned)err->exit_code);
	set_number(&arena, map, "code", (unsigned)err->code);
	frame_add_json(out, FRAME_ERROR, id, map);
}

void answer_result(struct buf *out, uint32_t id, const struct value *result)
{
	if (result)
		frame_add_json(out, FRAME_RESULT, id, result);
	else
		frame_add(out, FRAME_RESULT, id, "{}", 2);
}

void task_failed(struct task *task, const struct error *err)
{
	answer_error(&task->agent->outbox.bytes, task->id, err);
	task->answered = true;
}
