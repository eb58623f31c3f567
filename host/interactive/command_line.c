#include "host/interactive/command_line.h"

#include "common/own.h"

#include <stdbool.h>
#include <string.h>

enum { WIDE = 62 }; /* columns that a line of the help takes */

static const char blanks[] = " \t\r";

static const char keys[] = "Words may be shortened; Tab completes.\n"
			   "A backslash at the end goes on below.\n"
			   "Ctrl-C ends the line, or what runs;\n"
			   "Ctrl-D quits; Ctrl-\\ ends it at once.\n";

static const struct {
	const char *name, *argument, *help;
	bool takes, needs; /* an argument */
	enum completion completion;
} commands[VERB_COUNT] = {
	[VERB_RUN] = {"run", "", "run this step; Enter does it too"},
	[VERB_SKIP] = {"skip", "", "go on behind it"},
	[VERB_EDIT] = {"edit", "[COMMAND]", "change its command", true, false, COMPLETE_WORD},
	[VERB_DO] = {"do", "COMMAND", "run something else; or !COMMAND", true, true, COMPLETE_WORD},
	[VERB_SHELL] = {"shell", "", "open a shell in the container"},
	[VERB_LS] = {"ls", "[PATH]", "list a directory", true, false, COMPLETE_PATH},
	[VERB_CAT] = {"cat", "PATH", "print a file", true, true, COMPLETE_PATH},
	[VERB_FACTS] = {"facts", "[NAME...]", "print facts of the container", true, false,
			COMPLETE_FACT},
	[VERB_LIST] = {"list", "", "the steps, and what became of them"},
	[VERB_BREAK] = {"break", "[STEP]", "stop before it; alone: the breaks", true, false,
			COMPLETE_STEP},
	[VERB_CONTINUE] = {"continue", "", "run on, up to a break or a failure"},
	[VERB_CHECKPOINT] = {"checkpoint", "", "keep this state for `back`"},
	[VERB_BACK] = {"back", "", "to the last checkpoint, or the base"},
	[VERB_SAVE] = {"save", "", "write what was done to the manifest"},
	[VERB_QUIT] = {"quit", "[keep]", "end; keep: this state as an image", true, false,
		       COMPLETE_KEEP},
	[VERB_HELP] = {"help", "", "print this"},
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

/* A command's words are a shell's: those that begin as paths may be some. */
static enum completion choose(enum completion completion, const char *rest, const char **stem)
{
	const char *last = rest;
	for (const char *c = rest; *c; c++)
		if (strchr(blanks, *c))
			last = c + 1;
	*stem = completion == COMPLETE_WORD || completion == COMPLETE_FACT ? last : rest;
	if (completion == COMPLETE_WORD)
		return *last == '/' ? COMPLETE_PATH : COMPLETE_NOTHING;
	return completion;
}

enum completion command_line_completion(const char *line, const char **stem)
{
	auto_error struct error ignored = {0};
	const char *word = line + strspn(line, blanks);
	size_t len = *word == '!' ? 1 : strcspn(word, blanks);
	enum verb verb = VERB_DO;
	*stem = word;
	if (*word != '!' && !word[len])
		return COMPLETE_COMMAND;
	if (*word != '!' && find(word, len, &verb, &ignored) < 0)
		return COMPLETE_NOTHING;
	return choose(commands[verb].completion, word + len + strspn(word + len, blanks), stem);
}

const char *command_line_name(enum verb verb)
{
	return commands[verb].name;
}

/* On a narrow terminal what it does stands below it. */
void command_line_help(unsigned columns, struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (columns < WIDE)
			buf_printf(out, "%s%s%s\n    %s\n", commands[i].name,
				   *commands[i].argument ? " " : "", commands[i].argument,
				   commands[i].help);
		else
			buf_printf(out, "  %-10s %-10s %s\n", commands[i].name,
				   commands[i].argument, commands[i].help);
	buf_puts(out, keys);
}
