#include "host/options.h"

#include "common/buffer.h"
#include "common/nearest.h"
#include "common/own.h"
#include "host/exit_codes.h"

#include <stdlib.h>
#include <string.h>

const struct option *options_next(const option_tables tables, struct option_at *at)
{
	for (; at->table < OPTION_TABLES && tables[at->table]; at->table++, at->row = 0)
		if (tables[at->table][at->row].name)
			return &tables[at->table][at->row++];
	return NULL;
}

static const struct option *find_long(const option_tables tables, const char *name, size_t len)
{
	struct option_at at = {0};
	for (const struct option *option; (option = options_next(tables, &at));)
		if (strlen(option->name) == len && strncmp(option->name, name, len) == 0)
			return option;
	return NULL;
}

static const struct option *find_letter(const option_tables tables, char letter)
{
	struct option_at at = {0};
	for (const struct option *option; (option = options_next(tables, &at));)
		if (option->letter == letter)
			return option;
	return NULL;
}

static int take_number(const struct option *option, const char *text, unsigned *to,
		       struct error *err)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	if (!*text || *end || *text == '-' || number < 1 || number > 100000)
		return error_set(err, "--%s takes a number from 1 to 100000, not '%s'",
				 option->name, text);
	*to = (unsigned)number;
	return 0;
}

static bool is_choice(const char *choices, const char *value)
{
	size_t len = strlen(value);
	if (!len || strchr(value, ' '))
		return false;
	for (const char *at = choices; (at = strstr(at, value)); at += len)
		if ((at == choices || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
			return true;
	return false;
}

static int refuse_choice(const struct option *option, const char *value, struct error *err)
{
	auto_buf struct buf list = {0};
	for (const char *at = option->choices; *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		buf_puts(&list, !list.len ? "" : at[len] ? ", " : " or ");
		buf_add(&list, at, len);
		at += len;
	}
	return error_set(err, "--%s takes %s, not '%s'", option->name, buf_text(&list), value);
}

static int take(const struct option *option, const char *value, void *target, struct error *err)
{
	void *to = (char *)target + option->offset;
	if (option->choices && !is_choice(option->choices, value))
		return refuse_choice(option, value, err);
	switch (option->takes) {
	case OPTION_FLAG:
		*(bool *)to = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)to = value;
		return 0;
	case OPTION_NUMBER:
		return take_number(option, value, to, err);
	case OPTION_NONE:
		break;
	}
	return option->each(target, value, err);
}

/* The arguments that are still to be read. */
struct words {
	int count, at;
	char **list;
	void *target;
};

static int take_argument(const struct option *option, const char *attached, struct words *words,
			 struct error *err)
{
	if (!option->argument && attached)
		return error_set(err, "--%s takes no value", option->name);
	if (!option->argument)
		return take(option, "", words->target, err);
	if (!attached && words->at + 1 >= words->count)
		return error_set(err, "--%s needs a value: %s", option->name, option->argument);
	return take(option, attached ? attached : words->list[++words->at], words->target, err);
}

static int unknown(const char *word, const option_tables tables, struct error *err)
{
	const char *names[100];
	size_t count = 0;
	struct option_at at = {0};
	for (const struct option *option; (option = options_next(tables, &at));)
		if (count < COUNT_OF(names))
			names[count++] = option->name;
	const char *near = nearest_name(word + strspn(word, "-"), names, count);
	if (near)
		error_set(err, "unknown option %s: did you mean --%s?", word, near);
	else
		error_set(err, "unknown option %s: --help lists them", word);
	return error_class(err, EXIT_USAGE, ERROR_OPTION_UNKNOWN);
}

static int take_option(const option_tables tables, struct words *words, struct error *err)
{
	const char *word = words->list[words->at], *attached;
	const struct option *option;
	if (word[1] != '-') {
		option = find_letter(tables, word[1]);
		attached = word[2] ? word + 2 : NULL;
	} else {
		size_t len = strcspn(word + 2, "=");
		option = find_long(tables, word + 2, len);
		attached = word[2 + len] ? word + 3 + len : NULL;
	}
	return option ? take_argument(option, attached, words, err) : unknown(word, tables, err);
}

static bool asks_for_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int options_parse(int *argc, char **argv, const option_tables tables, void *target,
		  struct error *err)
{
	int kept = 1;
	bool ended = false;
	struct words words = {.count = *argc, .at = 1, .list = argv, .target = target};
	for (; words.at < words.count; words.at++) {
		char *word = argv[words.at];
		if (ended || word[0] != '-' || !word[1]) {
			argv[kept++] = word;
		} else if (strcmp(word, "--") == 0) {
			ended = true;
		} else if (asks_for_help(word)) {
			return 1;
		} else if (take_option(tables, &words, err) < 0) {
			err->exit_code = EXIT_USAGE;
			err->code = err->code ? err->code : ERROR_OPTION_VALUE;
			return -1;
		}
	}
	argv[kept] = NULL;
	*argc = kept;
	return 0;
}
