/* factory why: what a build would run, without running it. */
#include "common/json.h"
#include "common/own.h"
#include "host/build/reasons.h"
#include "host/commands/commands.h"
#include "host/commands/workshop.h"
#include "host/exit_codes.h"

#include <string.h>

struct why_command {
	struct settings settings;
	const char *format;
};

enum { MOST_REASONS = 5 };

struct inquiry {
	struct workshop shop;
	bool json, stale;
	size_t asked_for, shown; /* jobs */
	struct buf out;
};

static void print_reasons(struct buf *out, const struct value *reasons)
{
	size_t shown = reasons->list.len > MOST_REASONS ? MOST_REASONS : reasons->list.len;
	for (size_t i = 0; i < shown; i++)
		buf_printf(out, "%s%s", i ? ", " : "", value_text(reasons->list.items[i]));
	if (shown < reasons->list.len)
		buf_printf(out, " and %zu more", reasons->list.len - shown);
}

static void print_node(struct buf *out, const struct value *node)
{
	bool cached = value_get(node, "cached")->boolean;
	buf_printf(out, "%-12s %s", value_text(value_get(node, "id")),
		   cached ? "cached" : "runs    ");
	if (!cached)
		print_reasons(out, value_get(node, "reasons"));
	buf_puts(out, "\n");
}

static void print_job(struct inquiry *inquiry, const struct job *job, const struct value *nodes)
{
	struct buf *out = &inquiry->out;
	bool first = !inquiry->shown++;
	if (inquiry->json) {
		buf_puts(out, first ? "" : ",");
		json_write_pretty(out, nodes, 2);
		return;
	}
	if (inquiry->asked_for > 1)
		buf_printf(out, "%s:\n", job->name);
	for (size_t i = 0; i < nodes->list.len; i++)
		print_node(out, nodes->list.items[i]);
}

static int explain_job(struct inquiry *inquiry, struct job *job, struct error *err)
{
	auto_arena struct arena arena = {0};
	__attribute__((cleanup(plan_free))) struct plan plan = {0};
	if (job_plan(&inquiry->shop, job, &plan, err) < 0)
		return -1;
	if (job_is_asked_for(&inquiry->shop, job)) {
		struct record *record = record_open(job->manifest);
		print_job(inquiry, job, reasons_of_plan(&plan, record, &arena));
		inquiry->stale |= !plan_is_cached(&plan);
		record_free(record);
	}
	if (plan_is_cached(&plan))
		job->outcome.image = STEAL(plan.resume.image);
	return 0;
}

/* Each cell of a matrix is a graph of its own: one behind the other, in JSON a list of them. */
static int explain(struct inquiry *inquiry, const char *path, struct error *err)
{
	struct workshop *shop = &inquiry->shop;
	struct buf *out = &inquiry->out;
	if (workshop_read(shop, path, err) < 0)
		return -1;
	for (size_t i = 0; i < shop->job_count; i++)
		inquiry->asked_for += job_is_asked_for(shop, &shop->jobs[i]);
	bool list = inquiry->json && inquiry->asked_for > 1;
	buf_puts(out, list ? "[" : "");
	for (size_t i = 0; i < shop->job_count; i++)
		if (explain_job(inquiry, &shop->jobs[i], err) < 0)
			return -1;
	buf_puts(out, list ? "]\n" : inquiry->json ? "\n" : "");
	return 0;
}

static int run(struct settings *settings, struct inquiry *inquiry, const char *path,
	       struct error *err)
{
	struct workshop *shop = &inquiry->shop;
	if (workshop_open(shop, settings, err) < 0 || explain(inquiry, path, err) < 0)
		return -1;
	fputs(buf_text(&inquiry->out), stdout);
	return inquiry->stale ? EXIT_STALE : EXIT_OK;
}

static int why(void *options, int argc, char **argv, struct error *err)
{
	struct why_command *command = options;
	const char *format = command->format;
	struct inquiry inquiry = {.shop = {.signals = -1, .is_spread = true, .wants_all = true},
				  .json = format && strcmp(format, "json") == 0};
	if (argc != 2)
		return commands_misused(&command_why, "name one manifest", err);
	int status = run(&command->settings, &inquiry, argv[1], err);
	buf_free(&inquiry.out);
	return workshop_close(&inquiry.shop, status, err);
}

static const struct option why_options[] = {
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "text (default) or json",
	 .choices = "text json",
	 OPTION_INTO(struct why_command, format)},
	{0},
};

const struct command command_why = {
	.name = "why",
	.summary = "tell what a build would run, and which input has changed",
	.usage = "why MANIFEST [OPTION]...",
	.text = "Tells for each node of a build whether its result is there from an earlier one,\n"
		"and if not, which of its inputs has changed since the manifest's last build.\n"
		"Runs nothing. Ends with 0 where all is there, with 12 where a build would have\n"
		"something to run.",
	.options = {why_options, settings_manifest_options, settings_values_options,
		    settings_engine_options, settings_build_options},
	.words = WORD_MANIFEST,
	.size = sizeof(struct why_command),
	.run = why,
};
