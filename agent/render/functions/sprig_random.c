#include "agent/render/functions/sprig.h"

#include "agent/render/template/runes.h"
#include "common/memory.h"
#include "common/own.h"

#include <sys/random.h>

/* Below `bound`, each number as likely: what lies above its last multiple is drawn again. */
static bool draw(uint64_t bound, uint64_t *number, struct error *err)
{
	uint64_t last = UINT64_MAX - UINT64_MAX % bound;
	do
		if (getrandom(number, sizeof *number, 0) != (ssize_t)sizeof *number) {
			error_errno(err, "random numbers of the kernel");
			return false;
		}
	while (*number >= last);
	*number %= bound;
	return true;
}

static struct value *random_int(struct call *call, struct error *err)
{
	int64_t least = call->args[0]->integer, end = call->args[1]->integer;
	uint64_t number;
	if (end <= least)
		return sprig_fail(err, "invalid argument to Intn");
	if (!draw((uint64_t)end - (uint64_t)least, &number, err))
		return NULL;
	return value_int(call->arena, (int64_t)((uint64_t)least + number));
}

static struct value *random_shuffle(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	const char *text = call_text(call, 0);
	size_t len = call_len(call, 0), count = 0;
	autofree uint32_t *runes = mem_alloc((len + 1) * sizeof *runes);
	for (size_t at = 0, width; at < len; at += width)
		runes[count++] = rune_decode(text + at, len - at, &width);
	for (; count; count--) {
		uint64_t chosen;
		if (!draw(count, &chosen, err))
			return NULL;
		rune_append(&out, runes[chosen]);
		runes[chosen] = runes[count - 1];
	}
	return call_string(call, &out);
}

const struct function functions_sprig_random[] = {
	{"sprig_randInt", "ii", random_int},
	{"sprig_shuffle", "s", random_shuffle},
	{NULL, NULL, NULL},
};
