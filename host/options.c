#include "host/options.h"

#include "common/memory.h"
#include "common/nearest.h"
#include "common/own.h"
#include "host/exit_codes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_help(const struct option_line *options, size_t count,
		       const struct option_usage *usage)
{
	printf("usage: %s\n\n%s\n\noptions:\n", usage->line, usage->text);
	for (size_t i = 0; i < count; i++) {
		const struct option_line *option = &options[i];
		autofree char *name =
			mem_printf("--%s%s%s", option->name, option->argument ? " " : "",
				   option->argument ? option->argument : "");
		if (option->letter)
			printf("  -%c, %-26s %s\n", option->letter, name, option->help);
		else
			printf("      %-26s %s\n", name, option->help);
	}
	printf("  -h, %-26s %s\n", "--help", "print this");
}

static const struct option_line *find_long(const struct option_line *options, size_t count,
					   const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(options[i].name) == len && strncmp(options[i].name, name, len) == 0)
			return &options[i];
	return NULL;
}

static const struct option_line *find_letter(const struct option_line *options, size_t count,
					     char letter)
{
	for (size_t i = 0; i < count; i++)
		if (options[i].letter == letter)
			return &options[i];
	return NULL;
}

static int take_number(const struct option_line *option, const char *text, struct error *err)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	if (!*text || *end || *text == '-' || number < 1 || number > 100000)
		return error_set(err, "--%s takes a number from 1 to 100000, not '%s'",
				 option->name, text);
	*option->number = (unsigned)number;
	return 0;
}

static int take(const struct option_line *option, const char *value, struct error *err)
{
	if (option->flag)
		*option->flag = true;
	else if (option->text)
		*option->text = value;
	else if (option->number && value)
		return take_number(option, value, err);
	else
		return option->each(option->ctx, value, err);
	return 0;
}

/* The arguments that are still to be read. */
struct words {
	int count, at;
	char **list;
};

static int take_argument(const struct option_line *option, const char *attached,
			 struct words *words, struct error *err)
{
	if (!option->argument && attached)
		return error_set(err, "--%s takes no value", option->name);
	if (!option->argument)
		return take(option, NULL, err);
	if (!attached && words->at + 1 >= words->count)
		return error_set(err, "--%s needs a value: %s", option->name, option->argument);
	return take(option, attached ? attached : words->list[++words->at], err);
}

static int unknown(const char *word, const struct option_line *options, size_t count,
		   struct error *err)
{
	const char *names[count];
	for (size_t i = 0; i < count; i++)
		names[i] = options[i].name;
	const char *near = nearest_name(word + strspn(word, "-"), names, count);
	if (near)
		return error_set(err, "unknown option %s: did you mean --%s?", word, near);
	return error_set(err, "unknown option %s: --help lists them", word);
}

static int take_option(const struct option_line *options, size_t count, struct words *words,
		       struct error *err)
{
	const char *word = words->list[words->at];
	if (word[1] != '-') {
		const struct option_line *option = find_letter(options, count, word[1]);
		const char *attached = word[2] ? word + 2 : NULL;
		return option ? take_argument(option, attached, words, err)
			      : unknown(word, options, count, err);
	}
	size_t len = strcspn(word + 2, "=");
	const struct option_line *option = find_long(options, count, word + 2, len);
	const char *attached = word[2 + len] ? word + 3 + len : NULL;
	return option ? take_argument(option, attached, words, err)
		      : unknown(word, options, count, err);
}

static bool asks_for_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int options_parse(int *argc, char **argv, const struct option_line *options, size_t count,
		  const struct option_usage *usage, struct error *err)
{
	int kept = 1;
	bool ended = false;
	struct words words = {.count = *argc, .at = 1, .list = argv};
	for (; words.at < words.count; words.at++) {
		char *word = argv[words.at];
		if (ended || word[0] != '-' || !word[1]) {
			argv[kept++] = word;
		} else if (strcmp(word, "--") == 0) {
			ended = true;
		} else if (asks_for_help(word)) {
			print_help(options, count, usage);
			return 1;
		} else if (take_option(options, count, &words, err) < 0) {
			err->exit_code = EXIT_USAGE;
			return -1;
		}
	}
	argv[kept] = NULL;
	*argc = kept;
	return 0;
}
