#include "tests/unit/check.h"

#include "host/commands/commands.h"
#include "host/commands/settings.h"

/* What is wrong with the tables is told with the command's and the option's name. */
#define expect(command, option, holds)                                                             \
	do {                                                                                       \
		if (!(holds))                                                                      \
			fail_msg("%s %s: not so: %s", (command)->name, option, #holds);            \
	} while (0)

static size_t size_of(enum option_takes takes)
{
	static const size_t sizes[] = {[OPTION_FLAG] = sizeof(bool),
				       [OPTION_TEXT] = sizeof(char *),
				       [OPTION_NUMBER] = sizeof(unsigned)};
	return sizes[takes];
}

static void check_option(const struct command *command, const struct option *option)
{
	expect(command, option->name, option->help);
	expect(command, option->name, (option->takes == OPTION_NONE) == (option->each != NULL));
	expect(command, option->name, (option->takes == OPTION_FLAG) == !option->argument);
	expect(command, option->name, !option->choices || option->takes == OPTION_TEXT);
	expect(command, option->name,
	       option->offset + size_of(option->takes) <= command->size || option->each);
	expect(command, option->name, option->letter != 'h' && strcmp(option->name, "help") != 0);
}

static void check_twins(const struct command *command, struct option_at at,
			const struct option *option)
{
	for (const struct option *other; (other = options_next(command->options, &at));) {
		expect(command, option->name, strcmp(other->name, option->name) != 0);
		expect(command, option->name, !option->letter || other->letter != option->letter);
	}
}

static void options_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		struct option_at at = {0};
		for (const struct option *option;
		     (option = options_next(commands[i]->options, &at));) {
			check_option(commands[i], option);
			check_twins(commands[i], at, option);
		}
	}
}

static bool lines_fit(const char *text)
{
	for (size_t len; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (len > 80)
			return false;
	}
	return true;
}

/* "build MANIFEST" for "build": each way to call it begins with its name. */
static bool usage_fits(const struct command *command)
{
	for (const char *line = command->usage; line;) {
		size_t len = strlen(command->name);
		if (strncmp(line, command->name, len) != 0 || !strchr(" \n", line[len]))
			return false;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return true;
}

static void commands_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		const struct command *command = commands[i];
		expect(command, "", command->run && command->summary && command->text);
		expect(command, "", command->usage && usage_fits(command));
		expect(command, "", lines_fit(command->text));
		expect(command, "", command->text[strlen(command->text) - 1] == '.');
		expect(command, "", strlen(command->summary) <= 60);
		expect(command, "", !command->size || command->size >= sizeof(struct settings));
		expect(command, "", command->size || !command->options[0]);
		for (size_t k = 0; k < i; k++)
			expect(command, "", strcmp(command->name, commands[k]->name) != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_whole),
		cmocka_unit_test(commands_are_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
