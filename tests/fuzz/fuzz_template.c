/* Parses and runs any text as a template, with every function and a source that has an answer to
 * everything, under bounds small enough for a fuzzer. */
#include "agent/render/functions/functions.h"

#include "common/json.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int get_value(struct source *source, const struct want *want, struct arena *arena,
		     struct value **found, struct error *err)
{
	static const char pairs[] =
		"[{\"Path\":\"a/b/c\",\"Key\":\"b/c\",\"Value\":\"1\"},"
		"{\"Path\":\"a/d\",\"Key\":\"d\",\"Value\":\"{\\\"x\\\":[1,2]}\"}]";
	(void)source;
	*found = NULL;
	if (want->name[0] == 'm')
		return 0;
	if (want->name[0] == 'f')
		return error_set(err, "refused");
	if (strcmp(want->kind, "key") == 0)
		*found = value_string(arena, "value");
	else
		*found = json_parse(arena, "pairs", pairs, sizeof pairs - 1, err);
	return *found ? 0 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	auto_buf struct buf out = {0}, text = {0};
	struct source source = {.get = get_value};
	const struct template_parser_options options = {NULL, NULL, function_exists};
	buf_add(&text, data, size);
	const struct template_set *set =
		template_parse(&arena, "t", buf_text(&text), text.len, &options, &err);
	if (!set)
		return 0;
	struct rendering rendering = {
		.arena = &arena,
		.set = set,
		.source = &source,
		.facts = value_map(&arena),
		.reads = value_list(&arena),
		.answers = value_map(&arena),
		.error_on_missing_key = size % 2,
		.limits = {1 << 20, 32 << 20, 2000},
		.memory_before = arena.used,
		.nothing = value_null(&arena),
		.err = &err,
	};
	template_run(&rendering, template_find(set, "t"), rendering.nothing, &out, 0);
	return 0;
}
