/* How it ends: at once, or when the child has. */
#include "agent/render/life/runner_parts.h"

void runner_end(struct runner *runner, int code)
{
	if (runner->ending)
		return;
	runner->ending = true;
	runner->code = code;
	if (runner->child && child_is_running(runner->child))
		child_stop(runner->child);
}

void runner_fail(struct runner *runner, int code, struct error *err)
{
	if (runner->ending)
		return;
	error_move(&runner->error, err);
	runner->error.exit_code = code;
	runner_end(runner, -1);
}
