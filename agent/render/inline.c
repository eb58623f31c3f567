#include "agent/render/inline.h"

#include "agent/render/functions/functions.h"
#include "agent/source/source.h"

#include <string.h>

static int refuse(struct source *source, const struct want *want, struct arena *arena,
		  struct value **found, struct error *err)
{
	(void)source;
	(void)arena;
	(void)found;
	return error_set(err, "there is no source of values here: \"%s %s\" can't be asked for",
			 want->kind, want->name);
}

int render_inline(struct arena *arena, const char *name, const char *text, struct value *dot,
		  struct buf *out, struct error *err)
{
	struct source source = {.get = refuse};
	const struct template_parser_options options = {NULL, NULL, function_exists};
	const struct template_set *set =
		template_parse(arena, name, text, strlen(text), &options, err);
	if (!set)
		return -1;
	struct rendering rendering = {
		.arena = arena,
		.set = set,
		.source = &source,
		.facts = dot,
		.reads = value_list(arena),
		.answers = value_map(arena),
		.error_on_missing_key = true,
		.limits = {TEMPLATE_OUTPUT, TEMPLATE_MEMORY, TEMPLATE_ITERATIONS},
		.memory_before = arena->used,
		.nothing = value_null(arena),
		.err = err,
	};
	return template_run(&rendering, template_find(set, set->name), dot, out, 0);
}
