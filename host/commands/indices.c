#include "host/commands/indices.h"

#include "host/exit_codes.h"

#include <stdlib.h>
#include <string.h>

static int on_index(void *ctx, const char *text, struct error *err)
{
	struct indices *indices = ctx;
	struct arena *arena = &indices->settings->arena;
	(void)err;
	if (!indices->given)
		indices->given = value_list(arena);
	value_append(arena, indices->given, value_string(arena, text));
	return 0;
}

struct option_line indices_line(struct indices *indices)
{
	return (struct option_line){.name = "index",
				    .argument = "URL",
				    .help = "an index of modules, or its path (default: "
					    "FACTORY_INDEX, the configuration file's)",
				    .each = on_index,
				    .ctx = indices};
}

/* Blanks between them: a URL has none. */
static struct value *from_environment(struct arena *arena)
{
	const char *text = getenv("FACTORY_INDEX");
	struct value *list = value_list(arena);
	while (text && *(text += strspn(text, " \t\n"))) {
		size_t len = strcspn(text, " \t\n");
		value_append(arena, list, value_stringn(arena, text, len));
		text += len;
	}
	return list->list.len ? list : NULL;
}

int indices_read(const struct indices *indices, struct index *index, struct error *err)
{
	struct arena *arena = &indices->settings->arena;
	const struct value *list = indices->given ? indices->given : from_environment(arena);
	if (!list)
		list = indices->settings->index;
	if (!list || !list->list.len) {
		error_set(err,
			  "no index of modules: name one by --index, FACTORY_INDEX, or `index:` "
			  "in ~/.config/factory/config.yml");
		err->exit_code = EXIT_USAGE;
		return -1;
	}
	for (size_t i = 0; i < list->list.len; i++)
		if (index_read(index, value_text(list->list.items[i]), arena, err) < 0)
			return -1;
	return 0;
}
