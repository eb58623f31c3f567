/* Any text as a template, with a few variables to find. */
#include "common/arena.h"
#include "common/buffer.h"
#include "host/jinja/jinja.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct value *variables(struct arena *arena)
{
	struct value *context = value_map(arena), *list = value_list(arena),
		     *map = value_map(arena);
	value_append(arena, list, value_int(arena, 3));
	value_append(arena, list, value_string(arena, "x"));
	value_set(arena, map, "a", list);
	value_set(arena, context, "name", value_string(arena, "World"));
	value_set(arena, context, "list", list);
	value_set(arena, context, "map", map);
	value_set(arena, context, "facts", jinja_placeholder(arena));
	return context;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf out = {0};
	auto_error struct error err = {0};
	if (size < 1 || size > 4096)
		return 0;
	struct jinja_options options = {.trim_blocks = data[0] & 1,
					.lstrip_blocks = data[0] & 2,
					.include_path = "tests/fixtures/jinja/include"};
	struct jinja_map map = {0};
	struct jinja_template *tmpl =
		jinja_parse(&arena, "fuzz", (const char *)data + 1, size - 1, &options, &err);
	if (tmpl && jinja_render(tmpl, variables(&arena), &arena, &out, &map, &err) == 0) {
		unsigned line, column;
		jinja_locate(&map, &out, data[0], 3, &line, &column);
	}
	return 0;
}
