#include "host/exam/exam.h"

#include "common/memory.h"
#include "host/exit_codes.h"
#include "host/interrupt.h"
#include "host/walk/trial.h"

#include <fnmatch.h>

/* A test that was begun. */
struct sitting {
	struct sitting *next;
	struct exam *exam;
	struct exam_case *of;
	struct trial *trial;
	uint64_t began_us;
};

struct exam {
	const struct exam_options *options;
	struct exam_result *result;
	struct container_setup setup;
	struct graph *graph;
	struct artifact *artifact;
	struct values *values;
	struct graph chosen; /* of the cases' nodes alone */
	size_t begun;
	struct sitting *sittings;
	int interrupted;      /* an exit code, or 0 */
	struct error failure; /* why no more can begin */
};

/* --- what the loop tells --- */

static void on_output(void *ctx, const char *data, size_t len)
{
	const struct sitting *sitting = ctx;
	exam_output(sitting->of, data, len);
}

static void on_ended(void *ctx, struct trial *trial, struct error *err)
{
	struct sitting *sitting = ctx;
	(void)trial;
	sitting->of->us = loop_now_us() - sitting->began_us;
	sitting->of->has_run = !err || !sitting->exam->interrupted;
	if (err && sitting->of->has_run)
		error_move(&sitting->of->failure, err);
	slots_give(&sitting->exam->options->site->slots);
}

static const struct trial_events handlers = {.ended = on_ended, .output = on_output};

static void on_signal(void *ctx, unsigned events)
{
	struct exam *exam = ctx;
	(void)events;
	exam->interrupted = interrupt_code(exam->options->signals);
	for (struct sitting *sitting = exam->sittings; sitting; sitting = sitting->next)
		trial_interrupt(sitting->trial, "interrupted", exam->interrupted);
}

/* --- the tests --- */

static void begin(struct exam *exam)
{
	size_t number = exam->begun++;
	struct sitting *sitting = mem_alloc(sizeof *sitting);
	sitting->exam = exam;
	sitting->of = &exam->result->cases[number];
	sitting->began_us = loop_now_us();
	sitting->next = exam->sittings;
	exam->sittings = sitting;
	sitting->trial = trial_start(&exam->setup, exam->options->image, exam->chosen.nodes[number],
				     &handlers, sitting);
}

static bool is_waiting(const struct exam *exam)
{
	return exam->begun < exam->result->count && !exam->interrupted &&
	       !error_is_set(&exam->failure);
}

/* As many as there are slots; and whenever there is one again. */
static void begin_more(void *ctx)
{
	struct exam *exam = ctx;
	struct slots *slots = &exam->options->site->slots;
	while (is_waiting(exam) && slots_take(slots))
		begin(exam);
	if (is_waiting(exam))
		slots_check(slots, &exam->failure);
}

static bool is_over(const struct exam *exam)
{
	if (is_waiting(exam))
		return false;
	for (const struct sitting *sitting = exam->sittings; sitting; sitting = sitting->next)
		if (!trial_is_over(sitting->trial))
			return false;
	return true;
}

static int turn(struct exam *exam, struct error *err)
{
	const struct exam_options *options = exam->options;
	begin_more(exam);
	while (!is_over(exam))
		if (loop_turn(options->site->loop, -1, err) < 0) {
			engine_abandon(options->site->engine);
			return -1;
		}
	if (!exam->interrupted && !error_is_set(&exam->failure))
		return 0;
	if (!exam->interrupted)
		return error_move(err, &exam->failure);
	return interrupt_error(exam->interrupted, err);
}

/* --- before and after --- */

static bool fits(const char *filter, const struct node *node)
{
	return !filter || fnmatch(filter, node->label, 0) == 0 || fnmatch(filter, node->id, 0) == 0;
}

static void choose(struct exam *exam)
{
	struct exam_result *result = exam->result;
	const struct graph *graph = exam->graph;
	exam->chosen.manifest = graph->manifest;
	exam->chosen.nodes = mem_resize(NULL, graph->count, sizeof *exam->chosen.nodes);
	result->cases = mem_alloc(graph->count * sizeof *result->cases);
	for (size_t i = 0; i < graph->count; i++) {
		struct node *node = graph->nodes[i];
		if (node->kind != NODE_TEST || !fits(exam->options->filter, node))
			continue;
		node->after_count = 0; /* what they come after has been done */
		exam->chosen.nodes[exam->chosen.count++] = node;
		result->cases[result->count++] = (struct exam_case){
			.id = mem_strdup(node->id), .name = mem_strdup(node->label)};
	}
}

static int prepare(struct exam *exam, struct error *err)
{
	const struct exam_options *options = exam->options;
	struct site *site = options->site;
	struct base *base =
		base_wait(site->loop, site->engine, options->base, options->report, err);
	if (!base)
		return -1;
	exam->artifact = artifact_new(options->manifest, base_inspected(base, err));
	base_free(base);
	exam->graph = graph_new(options->manifest);
	exam->values = values_new(site->loop, NULL, NULL, err);
	if (!exam->values || site_toolbox(site, options->report, err) < 0)
		return -1;
	exam->setup = (struct container_setup){.loop = site->loop,
					       .engine = site->engine,
					       .manifest = options->manifest,
					       .artifact = exam->artifact,
					       .values = exam->values,
					       .report = options->report,
					       .site = site,
					       .toolbox = site->toolbox};
	choose(exam);
	report_graph(options->report, &exam->chosen, engine_endpoint(options->site->engine));
	return 0;
}

static void release(struct exam *exam)
{
	while (exam->sittings) {
		struct sitting *sitting = exam->sittings;
		exam->sittings = sitting->next;
		trial_free(sitting->trial);
		free(sitting);
	}
	free(exam->chosen.nodes);
	graph_free(exam->graph);
	artifact_free(exam->artifact);
	values_free(exam->values);
	error_clear(&exam->failure);
}

int exam_run(const struct exam_options *options, struct exam_result *result, struct error *err)
{
	struct exam exam = {.options = options, .result = result};
	struct loop *loop = options->site->loop;
	struct slots *slots = &options->site->slots;
	uint64_t began_us = loop_now_us();
	int status = prepare(&exam, err);
	if (status == 0) {
		loop_watch(loop, options->signals, LOOP_READ, on_signal, &exam);
		slots->freed = begin_more;
		slots->ctx = &exam;
		status = turn(&exam, err);
		slots->freed = NULL;
		loop_unwatch(loop, options->signals);
	}
	result->us = loop_now_us() - began_us;
	release(&exam);
	return status;
}
