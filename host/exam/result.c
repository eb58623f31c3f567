#include "common/memory.h"
#include "common/own.h"
#include "host/exam/exam.h"
#include "host/exit_codes.h"

enum { LONGEST_OUTPUT = 1 << 20 };

struct exam_result *exam_results_add(struct exam_results *results, const char *name)
{
	results->items = mem_resize(results->items, results->count + 1, sizeof *results->items);
	struct exam_result *result = &results->items[results->count++];
	*result = (struct exam_result){.name = mem_strdup(name)};
	return result;
}

void exam_result_clear(struct exam_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		struct exam_case *test = &result->cases[i];
		error_clear(&test->failure);
		buf_free(&test->output);
		free(test->id);
		free(test->name);
	}
	free(STEAL(result->cases));
	result->count = 0;
}

void exam_results_free(struct exam_results *results)
{
	for (size_t i = 0; i < results->count; i++) {
		exam_result_clear(&results->items[i]);
		free(results->items[i].name);
	}
	free(results->items);
}

void exam_output(struct exam_case *test, const char *data, size_t len)
{
	buf_add_end(&test->output, data, len, LONGEST_OUTPUT);
}

bool exam_is_own(const struct error *failure)
{
	return failure->exit_code == EXIT_STEP && failure->code != ERROR_STEP_SERVICE;
}

size_t exam_failures(const struct exam_result *result, bool only_own)
{
	size_t count = 0;
	for (size_t i = 0; i < result->count; i++) {
		const struct error *failure = &result->cases[i].failure;
		count += error_is_set(failure) && (!only_own || exam_is_own(failure));
	}
	return count;
}

size_t exam_skipped(const struct exam_result *result)
{
	size_t count = 0;
	for (size_t i = 0; i < result->count; i++)
		count += !result->cases[i].has_run;
	return count;
}
