#include "host/commands/telling.h"

#include "common/json.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/explain/codes.h"

static struct value *or_null(struct arena *arena, const char *text)
{
	return text ? value_string(arena, text) : value_null(arena);
}

static struct value *number_of(struct arena *arena, const struct manifest_problem *problem)
{
	return value_string(arena,
			    arena_printf(arena, "F%04d", (int)explain_problem(problem->code)));
}

static void add_json(struct telling *telling, const struct manifest_problem *problem)
{
	struct arena *arena = &telling->arena;
	struct value *map = value_map(arena);
	value_set(arena, map, "file", or_null(arena, problem->at.file));
	value_set(arena, map, "line", value_int(arena, problem->at.line));
	value_set(arena, map, "column", value_int(arena, problem->at.column));
	value_set(arena, map, "code", value_string(arena, problem->code));
	value_set(arena, map, "number", number_of(arena, problem));
	value_set(arena, map, "message", value_string(arena, problem->message));
	value_set(arena, map, "hint", or_null(arena, problem->hint));
	value_append(arena, telling->list, map);
}

static void print_problem(const struct manifest_problem *problem)
{
	fputs("factory: ", stderr);
	if (problem->at.file)
		fprintf(stderr, "%s:", problem->at.file);
	if (problem->at.line)
		fprintf(stderr, "%u:%u:", problem->at.line, problem->at.column);
	fprintf(stderr, "%s%s%s%s [F%04d]\n", problem->at.file || problem->at.line ? " " : "",
		problem->message, problem->hint ? ": " : "", problem->hint ? problem->hint : "",
		(int)explain_problem(problem->code));
}

int telling_print(void (*make)(struct buf *out))
{
	auto_buf struct buf out = {0};
	make(&out);
	fputs(buf_text(&out), stdout);
	return EXIT_OK;
}

void telling_add(struct telling *telling, const struct manifest_problems *problems)
{
	if (!telling->list)
		telling->list = value_list(&telling->arena);
	for (size_t i = 0; i < problems->count; i++)
		if (telling->json)
			add_json(telling, &problems->items[i]);
		else
			print_problem(&problems->items[i]);
	if (problems->more && !telling->json)
		fprintf(stderr, "factory: there are more: only the first %zu are shown\n",
			problems->count);
}

void telling_end(struct telling *telling, bool print)
{
	if (print && telling->json) {
		auto_buf struct buf out = {0};
		const struct value *all =
			telling->list ? telling->list : value_list(&telling->arena);
		json_write_pretty(&out, all, 2);
		puts(buf_text(&out));
	}
	arena_free(&telling->arena);
}
