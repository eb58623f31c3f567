#include "common/own.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/explain/codes.h"

#include <stdio.h>

struct explain_command {
	struct settings settings;
	bool markdown;
};

static void list(struct buf *out)
{
	for (size_t i = 0; i < explanation_count; i++)
		buf_printf(out, "F%04d  %s\n", (int)explanations[i].code, explanations[i].title);
}

static int explain(void *options, int argc, char **argv, struct error *err)
{
	const struct explain_command *command = options;
	auto_buf struct buf out = {0};
	if (argc > 2 || (command->markdown && argc > 1))
		return commands_misused(&command_explain, "name one error", err);
	const struct explanation *explanation = argc == 2 ? explain_named(argv[1]) : NULL;
	if (argc == 2 && !explanation) {
		error_set(err, "there is no error %s: `factory explain` lists them", argv[1]);
		err->exit_code = EXIT_USAGE;
		return -1;
	}
	if (explanation)
		explain_write(explanation, &out);
	else if (command->markdown)
		explain_write_all(&out);
	else
		list(&out);
	fputs(buf_text(&out), stdout);
	return EXIT_OK;
}

static const struct option explain_options[] = {
	{.name = "markdown",
	 .help = "print all of them in Markdown",
	 OPTION_INTO(struct explain_command, markdown)},
	{0},
};

const struct command command_explain = {
	.name = "explain",
	.summary = "tell what an error means and what to do",
	.usage = "explain [CODE]\n"
		 "explain --markdown",
	.text = "Tells about an error what it means and what to do. Its code is what stands in\n"
		"brackets behind the message: F0301. Without one it lists them all.",
	.options = {explain_options},
	.words = WORD_ERROR,
	.size = sizeof(struct explain_command),
	.run = explain,
};
