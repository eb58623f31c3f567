#include "host/site/slots.h"

#include <stddef.h>

bool slots_are_free(const struct slots *slots)
{
	return slots->taken < slots->most;
}

bool slots_take(struct slots *slots)
{
	if (!slots_are_free(slots) || (slots->lender && !slots->lender->take(slots->lender_ctx)))
		return false;
	slots->taken++;
	return true;
}

void slots_give(struct slots *slots)
{
	slots->taken--;
	if (slots->lender)
		slots->lender->give(slots->lender_ctx);
	if (slots->freed)
		slots->freed(slots->ctx);
	if (slots->lender)
		slots->lender->rest(slots->lender_ctx);
}

int slots_check(const struct slots *slots, struct error *err)
{
	const struct error *failure =
		slots->lender ? slots->lender->failure(slots->lender_ctx) : NULL;
	return failure ? error_copy(err, failure) : 0;
}
