#include "agent/render/functions/sprig.h"

/* Numbers from one to another, which is not among them. */
struct range {
	int64_t from, to, step;
};

static size_t range_count(struct range range)
{
	bool down = range.to < range.from;
	if (range.step == 0 || down != (range.step < 0))
		return 0;
	uint64_t low = (uint64_t)(down ? range.to : range.from);
	uint64_t distance = (uint64_t)(down ? range.from : range.to) - low;
	uint64_t step = down ? 0 - (uint64_t)range.step : (uint64_t)range.step;
	return distance / step + (distance % step != 0);
}

/* They count as rounds of a loop do. */
static bool range_allowed(const struct call *call, size_t count, struct error *err)
{
	struct rendering *rendering = call->state->rendering;
	if (count <= rendering->limits.iterations - rendering->iterations) {
		rendering->iterations += count;
		return true;
	}
	error_set(err, "%zu numbers are too many", count);
	return false;
}

static struct value *numbers(const struct call *call, struct range range, struct error *err)
{
	size_t count = range_count(range);
	if (!range_allowed(call, count, err))
		return NULL;
	struct value *list = type_named(value_list(call->arena), "[]int");
	for (size_t i = 0; i < count; i++)
		value_append(call->arena, list,
			     value_int(call->arena, range.from + (int64_t)i * range.step));
	return list;
}

static struct value *ranges_until(struct call *call, struct error *err)
{
	int64_t to = call->args[0]->integer;
	return numbers(call, (struct range){0, to, to < 0 ? -1 : 1}, err);
}

static struct value *ranges_until_step(struct call *call, struct error *err)
{
	return numbers(call,
		       (struct range){call->args[0]->integer, call->args[1]->integer,
				      call->args[2]->integer},
		       err);
}

/* seq END, seq FROM END, seq FROM STEP END: the end is among them. */
static struct value *ranges_seq(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	if (call->count == 0 || call->count > 3)
		return value_string(call->arena, "");
	int64_t from = call->count > 1 ? call->args[0]->integer : 1;
	int64_t end = call->args[call->count - 1]->integer, one = end < from ? -1 : 1;
	int64_t step = call->count == 3 ? call->args[1]->integer : one;
	if (one < 0 && step > 0)
		return value_string(call->arena, "");
	struct range range = {from, (int64_t)((uint64_t)end + (uint64_t)one), step};
	size_t count = range_count(range);
	if (!range_allowed(call, count, err))
		return NULL;
	for (size_t i = 0; i < count; i++)
		buf_printf(&out, i ? " %lld" : "%lld", (long long)from + (long long)i * step);
	return sprig_text(call, &out, err);
}

const struct function functions_sprig_ranges[] = {
	{"sprig_seq", "i*", ranges_seq},
	{"sprig_until", "i", ranges_until},
	{"sprig_untilStep", "iii", ranges_until_step},
	{NULL, NULL, NULL},
};
