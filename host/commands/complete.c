/* factory completion prints a shell's script; factory complete is what that script calls. */
#include "host/complete/complete.h"

#include "common/own.h"
#include "host/commands/commands.h"
#include "host/exit_codes.h"

#include <stdio.h>
#include <unistd.h>

/* Whoever presses the tabulator doesn't wait longer for an engine. */
enum { PATIENCE_SECONDS = 1 };

static int complete(void *options, int argc, char **argv, struct error *err)
{
	auto_buf struct buf out = {0};
	struct completion completion;
	(void)options;
	(void)err;
	complete_words((size_t)argc - 1, argv + 1, &completion, &out);
	fputs(buf_text(&out), stdout);
	fflush(stdout);
	buf_clear(&out);
	alarm(PATIENCE_SECONDS);
	complete_from_engine(&completion, &out);
	fputs(buf_text(&out), stdout);
	return EXIT_OK;
}

const struct command command_complete = {
	.name = "complete",
	.summary = "print what may stand in the last word's place",
	.usage = "complete -- WORD...",
	.text = "Prints what may stand in the place of the last word, for the scripts that\n"
		"`factory completion` prints.",
	.hidden = true,
	.run = complete,
};

static int completion(void *options, int argc, char **argv, struct error *err)
{
	(void)options;
	const char *script = argc == 2 ? complete_script(argv[1]) : NULL;
	if (!script)
		return commands_misused(&command_completion, "name a shell", err);
	fputs(script, stdout);
	return EXIT_OK;
}

const struct command command_completion = {
	.name = "completion",
	.summary = "print a script that completes words in a shell",
	.usage = "completion bash|zsh|fish",
	.text = "Prints a script that lets a shell complete factory's commands, options, files,\n"
		"images and containers. `make install` puts it where each shell looks. By hand:\n"
		"source <(factory completion bash) in ~/.bashrc, the same with zsh in ~/.zshrc\n"
		"behind compinit; factory completion fish >\n"
		"~/.config/fish/completions/factory.fish.",
	.choices = "bash zsh fish",
	.run = completion,
};
