#include "host/complete/complete.h"

#include "common/fact_names.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/explain/codes.h"

#include <string.h>

void complete_offer(const struct completion *completion, const char *word, size_t len,
		    const char *description, struct buf *out)
{
	size_t typed = strlen(completion->prefix);
	if (typed > len || memcmp(word, completion->prefix, typed) != 0)
		return;
	buf_add(out, completion->lead, completion->lead_len);
	buf_add(out, word, len);
	buf_printf(out, "\t%s\n", description);
}

static void offer_text(const struct completion *completion, const char *word,
		       const char *description, struct buf *out)
{
	complete_offer(completion, word, strlen(word), description, out);
}

/* The first words of all commands, each once; behind a group its own. */
static void offer_commands(const struct completion *completion, const char *group, struct buf *out)
{
	size_t before = 0, skip = group ? strlen(group) + 1 : 0;
	const char *last = "";
	for (size_t i = 0; commands[i]; i++) {
		const struct command *command = commands[i];
		if (command->hidden || (group && !commands_in_group(command, group, skip - 1)))
			continue;
		const char *word = command->name + skip;
		size_t len = strcspn(word, " ");
		if (len != before || strncmp(last, word, len) != 0)
			complete_offer(completion, word, len, word[len] ? "" : command->summary,
				       out);
		last = word;
		before = len;
	}
}

static void offer_choices(const struct completion *completion, const char *choices, struct buf *out)
{
	for (const char *at = choices; at && *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		complete_offer(completion, at, len, "", out);
		at += len;
	}
}

static void offer_options(const struct completion *completion, const struct command *command,
			  struct buf *out)
{
	struct option_at at = {0};
	for (const struct option *option; (option = options_next(command->options, &at));) {
		autofree char *name = mem_printf("--%s", option->name);
		offer_text(completion, name, option->help, out);
	}
	offer_text(completion, "--help", "print this", out);
}

/* What the word may be; files are for the shell to find. */
static void offer_kinds(struct completion *completion, unsigned words, const char *choices,
			struct buf *out)
{
	static const struct {
		unsigned word;
		const char *name;
	} files[] = {
		{WORD_FILE, "file"}, {WORD_DIRECTORY, "directory"}, {WORD_MANIFEST, "manifest"}};
	completion->words = words;
	offer_choices(completion, choices, out);
	if (words & WORD_COMMAND)
		offer_commands(completion, NULL, out);
	for (size_t i = 0; words & WORD_FACT && i < fact_name_count; i++)
		offer_text(completion, fact_names[i], "fact", out);
	for (size_t i = 0; words & WORD_ERROR && i < explanation_count; i++) {
		autofree char *code = mem_printf("F%04d", (int)explanations[i].code);
		offer_text(completion, code, explanations[i].title, out);
	}
	for (size_t i = 0; i < COUNT_OF(files); i++)
		if (words & files[i].word)
			buf_printf(out, ":%s\t%.*s\n", files[i].name, (int)completion->lead_len,
				   completion->lead);
}

/* "--name", "--name=..." or "-n" alone. */
static const struct option *find_option(const struct command *command, const char *word)
{
	struct option_at at = {0};
	size_t len = strcspn(word, "=");
	for (const struct option *option; (option = options_next(command->options, &at));)
		if ((strncmp(word, "--", 2) == 0 && strlen(option->name) == len - 2 &&
		     strncmp(option->name, word + 2, len - 2) == 0) ||
		    (option->letter && word[0] == '-' && word[1] == option->letter && !word[2]))
			return option;
	return NULL;
}

static void complete_option(struct completion *completion, const struct command *command,
			    char *word, struct buf *out)
{
	const char *equals = strchr(word, '=');
	const struct option *option = equals ? find_option(command, word) : NULL;
	if (!equals) {
		offer_options(completion, command, out);
	} else if (option && option->argument) {
		completion->lead = word;
		completion->lead_len = (size_t)(equals + 1 - word);
		completion->prefix = equals + 1;
		offer_kinds(completion, option->words, option->choices, out);
	}
}

/* Behind a command's name. */
static void complete_in(struct completion *completion, const struct command *command, size_t count,
			char **words, struct buf *out)
{
	const struct option *pending = NULL;
	bool ended = false;
	for (size_t i = 0; i + 1 < count; i++) {
		if (pending && strcmp(pending->name, "endpoint") == 0)
			completion->endpoint = words[i];
		const struct option *option =
			pending || ended ? NULL : find_option(command, words[i]);
		ended |= !pending && strcmp(words[i], "--") == 0;
		pending = option && option->argument && !strchr(words[i], '=') ? option : NULL;
	}
	if (pending)
		offer_kinds(completion, pending->words, pending->choices, out);
	else if (!ended && words[count - 1][0] == '-')
		complete_option(completion, command, words[count - 1], out);
	else
		offer_kinds(completion, command->words, command->choices, out);
}

static bool is_called(const struct command *command, const char *word, const char *next)
{
	size_t len = strlen(word);
	return strcmp(command->name, word) == 0 || (next && commands_in_group(command, word, len) &&
						    strcmp(command->name + len + 1, next) == 0);
}

void complete_words(size_t count, char **words, struct completion *completion, struct buf *out)
{
	*completion = (struct completion){.prefix = count ? words[count - 1] : "", .lead = ""};
	if (count < 2) {
		offer_commands(completion, NULL, out);
		return;
	}
	for (size_t i = 0; commands[i]; i++) {
		const char *next = count > 2 ? words[1] : NULL;
		size_t taken = strchr(commands[i]->name, ' ') ? 2 : 1;
		if (is_called(commands[i], words[0], next)) {
			complete_in(completion, commands[i], count - taken, words + taken, out);
			return;
		}
	}
	if (count == 2)
		offer_commands(completion, words[0], out);
}
