/* What can be typed at the prompt. */
#ifndef FACTORY_HOST_INTERACTIVE_COMMAND_LINE_H
#define FACTORY_HOST_INTERACTIVE_COMMAND_LINE_H

#include "common/buffer.h"
#include "common/error.h"

enum verb {
	VERB_RUN,
	VERB_SKIP,
	VERB_EDIT,
	VERB_DO,
	VERB_SHELL,
	VERB_LS,
	VERB_CAT,
	VERB_FACTS,
	VERB_LIST,
	VERB_BREAK,
	VERB_CONTINUE,
	VERB_CHECKPOINT,
	VERB_BACK,
	VERB_SAVE,
	VERB_QUIT,
	VERB_HELP,
	VERB_COUNT
};

struct command_line {
	enum verb verb;
	const char *rest; /* behind the word, in the line, without blanks before it; "" */
};

/* Enter alone is "run", "!COMMAND" is "do COMMAND"; words may be shortened as long as one command
 * is meant. */
int command_line_read(const char *line, struct command_line *command, struct error *err);

/* What the word before the cursor may become. */
enum completion {
	COMPLETE_NOTHING,
	COMPLETE_COMMAND, /* a word of ours */
	COMPLETE_STEP,    /* its name */
	COMPLETE_PATH,    /* in the container */
	COMPLETE_FACT,    /* its name */
	COMPLETE_KEEP,    /* "keep" */
	COMPLETE_WORD,    /* of a command for the shell; not for callers */
};

/* Of a line up to the cursor; the word begins at *stem, in the line. */
enum completion command_line_completion(const char *line, const char **stem);

const char *command_line_name(enum verb verb);

/* All of them, and the keys, for a terminal of so many columns. */
void command_line_help(unsigned columns, struct buf *out);

#endif
