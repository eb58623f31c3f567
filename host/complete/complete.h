/* What a shell may offer for the word that is being typed, from the table of commands. The shells'
 * scripts (host/complete/shells.c) hand over the words and show what comes back. */
#ifndef FACTORY_HOST_COMPLETE_COMPLETE_H
#define FACTORY_HOST_COMPLETE_COMPLETE_H

#include "common/buffer.h"

#include <stddef.h>

/* What the last word stands for, beside the candidates that are known at once. */
struct completion {
	unsigned words;     /* enum word_kind, or'ed */
	const char *prefix; /* what was typed of the word: a part of it, behind "--name=" */
	const char *lead;   /* the "--name=" before it, or "" */
	size_t lead_len;
	const char *endpoint; /* of the --endpoint among the words, or NULL */
};

/* words: what stands behind `factory`, the last one unfinished, maybe empty. Appends candidates,
 * each "WORD\tDESCRIPTION\n", and for what a shell knows better itself ":file", ":directory" or
 * ":manifest" with what stands before it behind a tab. */
void complete_words(size_t count, char **words, struct completion *completion, struct buf *out);

/* The names of images and of containers that run, where those are meant: silent where there is no
 * engine. */
void complete_from_engine(const struct completion *completion, struct buf *out);

/* Appends one candidate where it begins with what was typed. */
void complete_offer(const struct completion *completion, const char *word, size_t len,
		    const char *description, struct buf *out);

/* The script of "bash", "zsh" or "fish"; NULL for another. */
const char *complete_script(const char *shell);

#endif
