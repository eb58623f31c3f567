/* The list of what is wrong: bounded, in order of position. */
#include "host/manifest/problems.h"

#include "host/exit_codes.h"
#include "host/explain/codes.h"

#include <string.h>

enum { MOST = 500 };

void manifest_problems_add(struct manifest_problems *problems, struct position at, const char *code,
			   const char *message, const char *hint)
{
	struct arena *arena = &problems->arena;
	if (problems->count == MOST) {
		problems->more = true;
		return;
	}
	if (problems->count == problems->cap) {
		size_t cap = problems->cap ? 2 * problems->cap : 8;
		problems->items = arena_grow(arena, problems->items, problems->count, cap,
					     sizeof *problems->items);
		problems->cap = cap;
	}
	at.file = at.file ? arena_strdup(arena, at.file) : NULL;
	message = arena_strdup(arena, message);
	hint = hint ? arena_strdup(arena, hint) : NULL;
	problems->items[problems->count++] = (struct manifest_problem){at, code, message, hint};
}

static int compare(const void *a, const void *b)
{
	const struct manifest_problem *one = a, *two = b;
	int files = strcmp(one->at.file ? one->at.file : "", two->at.file ? two->at.file : "");
	if (files)
		return files;
	if (one->at.line != two->at.line)
		return one->at.line < two->at.line ? -1 : 1;
	if (one->at.column != two->at.column)
		return one->at.column < two->at.column ? -1 : 1;
	return strcmp(one->message, two->message);
}

void manifest_problems_sort(struct manifest_problems *problems)
{
	size_t kept = 0;
	if (problems->count)
		qsort(problems->items, problems->count, sizeof *problems->items, compare);
	for (size_t i = 0; i < problems->count; i++)
		if (!kept || compare(&problems->items[kept - 1], &problems->items[i]) != 0)
			problems->items[kept++] = problems->items[i];
	problems->count = kept;
}

void manifest_problems_free(struct manifest_problems *problems)
{
	arena_free(&problems->arena);
	*problems = (struct manifest_problems){0};
}

int problems_error(const struct manifest_problem *problem, struct error *err)
{
	error_set_at(err, problem->at.file, problem->at.line, problem->at.column, "%s%s%s",
		     problem->message, problem->hint ? ": " : "",
		     problem->hint ? problem->hint : "");
	return error_class(err, EXIT_MANIFEST, explain_problem(problem->code));
}
