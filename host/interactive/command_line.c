#include "host/interactive/command_line.h"

#include "common/own.h"

#include <stdbool.h>
#include <string.h>

static const char blanks[] = " \t\r";

static const struct {
	const char *name, *argument, *help;
	bool takes, needs; /* an argument */
} commands[VERB_COUNT] = {
	[VERB_RUN] = {"run", "", "run this step (Enter alone does it too)", false, false},
	[VERB_SKIP] = {"skip", "", "go on behind this step", false, false},
	[VERB_EDIT] = {"edit", "[COMMAND]", "change this step's command", true, false},
	[VERB_DO] = {"do", "COMMAND", "run something else; !COMMAND is the same", true, true},
	[VERB_SHELL] = {"shell", "", "open a shell in the container", false, false},
	[VERB_LS] = {"ls", "[PATH]", "list a directory", true, false},
	[VERB_CAT] = {"cat", "PATH", "print a file", true, true},
	[VERB_FACTS] = {"facts", "[NAME...]", "print facts of the container", true, false},
	[VERB_LIST] = {"list", "", "list the steps, and what became of them", false, false},
	[VERB_BREAK] = {"break", "[STEP]", "stop before this step; alone: list them", true, false},
	[VERB_CONTINUE] = {"continue", "", "run on, up to a break or a failure", false, false},
	[VERB_CHECKPOINT] = {"checkpoint", "", "keep this state, for `back`", false, false},
	[VERB_BACK] = {"back", "", "start again from the last checkpoint, or the base", false,
		       false},
	[VERB_SAVE] = {"save", "", "write what was done into the manifest", false, false},
	[VERB_QUIT] = {"quit", "[keep]", "end the build; keep: as an image of this state", true,
		       false},
	[VERB_HELP] = {"help", "", "print this", false, false},
};

static int find(const char *word, size_t len, enum verb *verb, struct error *err)
{
	size_t found = 0;
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		if (strncmp(commands[i].name, word, len) != 0)
			continue;
		*verb = (enum verb)i;
		found++;
		if (!commands[i].name[len])
			return 0;
	}
	if (found == 1)
		return 0;
	return error_set(err, "'%.*s' %s: `help` lists the commands", (int)len, word,
			 found ? "may be several" : "is no command");
}

static int check_rest(const struct command_line *command, struct error *err)
{
	const char *name = commands[command->verb].name;
	if (*command->rest && !commands[command->verb].takes)
		return error_set(err, "'%s' takes nothing behind it, not '%s'", name,
				 command->rest);
	if (!*command->rest && commands[command->verb].needs)
		return error_set(err, "'%s' needs a %s", name, commands[command->verb].argument);
	return 0;
}

int command_line_read(const char *line, struct command_line *command, struct error *err)
{
	const char *word = line + strspn(line, blanks);
	size_t len = strcspn(word, blanks);
	if (!len) {
		*command = (struct command_line){VERB_RUN, ""};
		return 0;
	}
	if (*word == '!')
		len = 1;
	const char *rest = word + len;
	command->rest = rest + strspn(rest, blanks);
	if (*word == '!')
		command->verb = VERB_DO;
	else if (find(word, len, &command->verb, err) < 0)
		return -1;
	return check_rest(command, err);
}

void command_line_help(struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		buf_printf(out, "  %-10s %-10s %s\n", commands[i].name, commands[i].argument,
			   commands[i].help);
}
