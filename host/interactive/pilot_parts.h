/* What the pilot's files share: pilot.c asks, commands.c does what is answered. */
#ifndef FACTORY_HOST_INTERACTIVE_PILOT_PARTS_H
#define FACTORY_HOST_INTERACTIVE_PILOT_PARTS_H

#include "host/container/aside.h"
#include "host/interactive/choices.h"
#include "host/interactive/command_line.h"
#include "host/interactive/deeds.h"
#include "host/interactive/editor.h"
#include "host/interactive/pilot.h"
#include "host/interactive/prompt.h"
#include "host/interactive/shell.h"

struct pilot {
	struct arena arena;
	struct guide guide;
	struct loop *loop;
	struct report *report;
	const struct manifest *manifest;
	struct prompt *prompt;
	struct deeds *deeds;
	bool steps, stops_on_failure;
	const char **breaks;
	size_t break_count;

	/* Where it is: */
	struct walk *walk;
	struct container *container;
	const struct node *node;
	bool is_completing; /* the container was asked what a word could become */
	struct choices choices;
	struct buf answer;    /* to that, what has come of it */
	bool was_interrupted; /* what runs has had a SIGINT */
	bool is_decided; /* the next node is to run: it was asked about when it had no container */
	bool is_back;    /* the next node is where it has gone back to */
	bool quits;      /* once the state is kept */
	bool was_warned; /* that what was done is not saved, by the last command */
	struct shell *shell;
	struct editor *editor; /* it has the terminal, or NULL */
	struct buf line;       /* of an aside's output, what is not shown yet */
	const char *adding;    /* the command that is run beside the steps, or NULL */
};

void pilot_ask(struct pilot *pilot);
/* Says something, and asks again. */
void pilot_tell(struct pilot *pilot, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A command to be shown behind a colon: several lines stand below it. The caller frees it. */
char *pilot_command_text(const char *command);

bool pilot_knows(const struct manifest *manifest, const char *name);

/* completion.c */
void pilot_complete(void *ctx, const char *line);

/* commands.c */
void pilot_command(struct pilot *pilot, const struct command_line *command);
void pilot_kept(struct pilot *pilot, const char *image);

#endif
