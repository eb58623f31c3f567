#include "host/build/slots.h"

#include <stddef.h>

bool slots_are_free(const struct slots *slots)
{
	return slots->taken < slots->most;
}

bool slots_take(struct slots *slots)
{
	if (!slots_are_free(slots))
		return false;
	slots->taken++;
	return true;
}

void slots_give(struct slots *slots)
{
	slots->taken--;
	if (slots->freed)
		slots->freed(slots->ctx);
}
