#include "host/commands/indices.h"

#include "host/exit_codes.h"

#include <stdlib.h>
#include <string.h>

static int on_index(void *target, const char *text, struct error *err)
{
	struct settings *settings = target;
	struct arena *arena = &settings->arena;
	(void)err;
	if (!settings->given_index)
		settings->given_index = value_list(arena);
	value_append(arena, settings->given_index, value_string(arena, text));
	return 0;
}

const struct option indices_options[] = {
	{.name = "index",
	 .argument = "URL",
	 .help = "an index of modules, or its path (default: FACTORY_INDEX, the configuration "
		 "file's)",
	 .words = WORD_FILE,
	 .each = on_index},
	{0},
};

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

int indices_read(struct settings *settings, struct index *index, struct error *err)
{
	struct arena *arena = &settings->arena;
	const struct value *list =
		settings->given_index ? settings->given_index : from_environment(arena);
	if (!list)
		list = settings->index;
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
