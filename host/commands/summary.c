/* What became of a workshop's jobs, as a table. */
#include "host/commands/workshop.h"

#include "common/own.h"
#include "host/manifest/secrets.h"

#include <string.h>

static void add_line(const struct workshop *shop, size_t number, int width, struct buf *out)
{
	static const char *const words[TASK_STATE_COUNT] = {[TASK_WAITING] = "not run",
							    [TASK_RUNNING] = "not run",
							    [TASK_PASSED] = "passed",
							    [TASK_FAILED] = "failed",
							    [TASK_LEFT_OUT] = "not run"};
	const struct job *job = &shop->jobs[number];
	enum task_state state = shop->tasks[number].state;
	auto_buf struct buf name = {0};
	bool allowed = state == TASK_FAILED && job->manifest->may_fail;
	secrets_hide(report_hidden(shop->report), job->name, strlen(job->name), &name);
	buf_printf(out, "\n%-*.*s  %-17s  ", width, WIDEST_NAME, buf_text(&name),
		   allowed ? "failed (allowed)" : words[state]);
	if (state == TASK_LEFT_OUT)
		buf_puts(out, "-");
	else
		buf_printf(out, "%.2f s%s", job->seconds, job->outcome.cached ? " (cached)" : "");
	if (shop->site_count > 1 && job->site)
		buf_printf(out, "  on %s", engine_endpoint(job->site->engine));
	if (job->lost)
		buf_printf(out, " (%s was lost)", job->lost);
}

void workshop_summary(const struct workshop *shop)
{
	auto_buf struct buf lines = {0};
	int width = 5;
	bool cells = true;
	for (size_t i = 0; i < shop->job_count; i++) {
		int len = (int)strnlen(shop->jobs[i].name, WIDEST_NAME);
		width = len > width ? len : width;
		cells = cells && shop->jobs[i].name == shop->jobs[i].manifest->cell;
	}
	buf_printf(&lines, "\n%-*s  %-17s  %s", width, cells ? "cell" : "build", "result", "time");
	for (size_t i = 0; i < shop->job_count; i++)
		add_line(shop, i, width, &lines);
	report_message(shop->report, "%s", buf_text(&lines));
}
