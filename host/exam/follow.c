#include "host/exam/follow.h"

#include "common/memory.h"
#include "host/exit_codes.h"

#include <string.h>

/* Of several builds of one name the last counts: its endpoint was lost before. */
static struct exam_result *find_result(struct exam_results *results, const char *build)
{
	for (size_t i = results->count; i-- > 0;)
		if (strcmp(results->items[i].name, build) == 0)
			return &results->items[i];
	return NULL;
}

static struct exam_case *find_case(struct exam_results *results, const struct progress_event *event)
{
	struct exam_result *result = event->node ? find_result(results, event->build) : NULL;
	for (size_t i = 0; result && i < result->count; i++)
		if (strcmp(result->cases[i].id, event->node) == 0)
			return &result->cases[i];
	return NULL;
}

static struct exam_case *add_case(struct exam_result *result, const char *id, const char *name)
{
	result->cases = mem_resize(result->cases, result->count + 1, sizeof *result->cases);
	struct exam_case *test = &result->cases[result->count++];
	*test = (struct exam_case){.id = mem_strdup(id), .name = mem_strdup(name)};
	return test;
}

static void on_build(struct exam_results *results, const struct progress_event *event)
{
	const struct value *nodes = value_get(event->value, "nodes");
	struct exam_result *result = find_result(results, event->build);
	if (result)
		exam_result_clear(result);
	else
		result = exam_results_add(results, event->build);
	for (size_t i = 0; i < nodes->list.len; i++) {
		const struct value *node = nodes->list.items[i];
		if (strcmp(value_text(value_get(node, "kind")), node_kind_name(NODE_TEST)) == 0)
			add_case(result, value_text(value_get(node, "id")),
				 value_text(value_get(node, "label")));
	}
}

static void on_node(struct exam_results *results, const struct progress_event *event)
{
	struct exam_case *test = find_case(results, event);
	if (!test)
		return;
	test->us = event->at_us; /* until it is over */
	test->has_run = false;   /* a guide may have it run again */
	buf_clear(&test->output);
	error_clear(&test->failure);
}

static void on_output(struct exam_results *results, const struct progress_event *event)
{
	struct exam_case *test = find_case(results, event);
	if (!test)
		return;
	exam_output(test, event->text, event->text_len);
	exam_output(test, "\n", 1);
}

static struct exam_case *end_case(struct exam_results *results, const struct progress_event *event)
{
	struct exam_case *test = find_case(results, event);
	if (test)
		test->us = event->at_us - test->us;
	return test;
}

static void on_done(struct exam_results *results, const struct progress_event *event)
{
	struct exam_case *test = end_case(results, event);
	if (test)
		test->has_run = true;
}

static void on_failed(struct exam_results *results, const struct progress_event *event)
{
	struct exam_case *test = end_case(results, event);
	const struct error *failure = event->failure;
	if (!test || !error_is_set(failure) || failure->exit_code == EXIT_INTERRUPTED ||
	    failure->exit_code == EXIT_TERMINATED)
		return;
	test->has_run = true;
	error_copy(&test->failure, failure);
	error_place(&test->failure, failure->file, failure->line, failure->column);
}

static void on_cached(struct exam_results *results, const struct progress_event *event)
{
	static const char told[] = "passed in an earlier build of the same\n";
	struct exam_case *test = find_case(results, event);
	if (!test)
		return;
	test->has_run = true;
	exam_output(test, told, sizeof told - 1);
}

static void on_end(struct exam_results *results, const struct progress_event *event)
{
	const struct progress_summary *summary = event->summary;
	struct exam_result *result = find_result(results, event->build);
	if (!result) /* it failed before its graph was known */
		result = exam_results_add(results, event->build);
	result->us = summary->wall_us;
	if (summary->passed || exam_failures(result, false))
		return;
	struct exam_case *test = add_case(result, "build", "build");
	test->has_run = true;
	test->us = summary->wall_us;
	error_set(&test->failure, "%s", summary->failure ? summary->failure : "the build failed");
}

typedef void taker(struct exam_results *results, const struct progress_event *event);

static void take(void *ctx, const struct progress_event *event)
{
	static taker *const takers[PROGRESS_KINDS] = {
		[PROGRESS_BUILD] = on_build,   [PROGRESS_NODE] = on_node,
		[PROGRESS_OUTPUT] = on_output, [PROGRESS_DONE] = on_done,
		[PROGRESS_FAILED] = on_failed, [PROGRESS_CACHED] = on_cached,
		[PROGRESS_END] = on_end,
	};
	if (takers[event->kind])
		takers[event->kind](ctx, event);
}

struct progress_sink exam_follow(struct exam_results *results)
{
	return (struct progress_sink){take, NULL, NULL, results};
}
