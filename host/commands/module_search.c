#include "host/commands/commands.h"
#include "host/commands/indices.h"
#include "host/exit_codes.h"

#include <string.h>

static bool matches(const struct index_module *module, const char *word)
{
	return strcasestr(module->name, word) || strcasestr(module->description, word);
}

static int width_of(const char *text, int width)
{
	int len = (int)strnlen(text, 40);
	return len > width ? len : width;
}

/* The next one that is shown: the first of its name is the newest. */
static const struct index_module *next(const struct index *index, const char *word, size_t *at)
{
	for (size_t i = *at; i < index->count; i++) {
		const struct index_module *module = &index->modules[i];
		bool newest = i == 0 || strcmp(index->modules[i - 1].name, module->name) != 0;
		*at = i + 1;
		if (newest && matches(module, word))
			return module;
	}
	return NULL;
}

static int print(const struct index *index, const char *word, struct error *err)
{
	const struct index_module *module;
	int name = 0, version = 0;
	for (size_t at = 0; (module = next(index, word, &at));) {
		name = width_of(module->name, name);
		version = width_of(module->version, version);
	}
	if (!name)
		return error_as(err, ERROR_NAME_UNKNOWN, "no module of the index has '%s'", word);
	for (size_t at = 0; (module = next(index, word, &at));)
		printf("%-*s  %-*s  %s\n", name, module->name, version, module->version,
		       module->description);
	return EXIT_OK;
}

static int search(void *options, int argc, char **argv, struct error *err)
{
	struct index index = {0};
	if (argc > 2)
		return commands_misused(&command_module_search, "name one word", err);
	if (indices_read(options, &index, err) < 0)
		return -1;
	return print(&index, argc == 2 ? argv[1] : "", err);
}

const struct command command_module_search = {
	.name = "module search",
	.summary = "look for modules in an index",
	.usage = "module search [WORD] [OPTION]...",
	.text = "Lists the modules of an index whose name or description has the word, whatever\n"
		"its case; without a word all of them. Of each only the newest version is shown.",
	.options = {indices_options},
	.size = sizeof(struct settings),
	.run = search,
};
