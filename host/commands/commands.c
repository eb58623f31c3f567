#include "host/commands/commands.h"

#include "common/memory.h"
#include "common/nearest.h"
#include "common/own.h"
#include "host/commands/settings.h"
#include "host/describe/help.h"
#include "host/exit_codes.h"

#include <string.h>

/* clang-format off */
const struct command *const commands[] = {
	&command_build,
	&command_check,
	&command_complete,
	&command_completion,
	&command_diff,
	&command_doctor,
	&command_explain,
	&command_export,
	&command_facts,
	&command_gc,
	&command_graph,
	&command_history,
	&command_import,
	&command_init,
	&command_lock,
	&command_ls,
	&command_man,
	&command_module_check,
	&command_module_init,
	&command_module_install,
	&command_module_list,
	&command_module_pack,
	&command_module_search,
	&command_module_test,
	&command_render,
	&command_report,
	&command_rm,
	&command_sbom,
	&command_shell,
	&command_test,
	&command_toolbox_create,
	&command_ui,
	&command_verify,
	&command_version,
	&command_why,
	&command_help,
	NULL,
};
/* clang-format on */

static const struct {
	const char *called, *command;
} aliases[] = {
	{"--help", "help"},
	{"-h", "help"},
	{"--version", "version"},
};

bool commands_in_group(const struct command *command, const char *group, size_t len)
{
	return strncmp(command->name, group, len) == 0 && command->name[len] == ' ';
}

static bool is_group(const char *word)
{
	for (size_t i = 0; commands[i]; i++)
		if (commands_in_group(commands[i], word, strlen(word)))
			return true;
	return false;
}

static const struct command *find_name(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(aliases); i++)
		if (strcmp(aliases[i].called, name) == 0)
			name = aliases[i].command;
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static const struct command *unknown(const char *group, const char *word, struct error *err)
{
	const char *names[COUNT_OF(commands)];
	size_t count = 0, len = strlen(group);
	for (size_t i = 0; commands[i]; i++)
		if (commands[i]->hidden)
			continue;
		else if (!len)
			names[count++] = commands[i]->name;
		else if (commands_in_group(commands[i], group, len))
			names[count++] = commands[i]->name + len + 1;
	const char *near = word ? nearest_name(word, names, count) : NULL;
	const char *space = len ? " " : "";
	if (near)
		error_set(err, "unknown command '%s%s%s': did you mean `factory %s%s%s`?", group,
			  space, word, group, space, near);
	else if (word)
		error_set(err, "unknown command '%s%s%s': `factory %s%s%s` lists them", group,
			  space, word, len ? group : "help", space, len ? "--help" : "");
	else
		error_set(err, "`factory %s` needs a command: `factory %s --help` lists them",
			  group, group);
	error_class(err, EXIT_USAGE, ERROR_COMMAND_UNKNOWN);
	return NULL;
}

/* The command that argv[1], or argv[1] and argv[2], name; *words becomes how many those are. */
static const struct command *find(int argc, char **argv, int *words, struct error *err)
{
	const struct command *command = find_name(argv[1]);
	*words = 1;
	if (command || !is_group(argv[1]))
		return command ? command : unknown("", argv[1], err);
	if (argc < 3)
		return unknown(argv[1], NULL, err);
	autofree char *name = mem_printf("%s %s", argv[1], argv[2]);
	*words = 2;
	command = find_name(name);
	return command ? command : unknown(argv[1], argv[2], err);
}

static int run(const struct command *command, void *options, int argc, char **argv,
	       struct error *err)
{
	int status = command->size ? settings_load(options, err) : 0;
	if (status == 0)
		status = options_parse(&argc, argv, command->options, options, err);
	if (status == 1) {
		describe_help(command, stdout);
		return EXIT_OK;
	}
	if (status < 0)
		return -1;
	if (argc > 1 && !*argv[1]) /* an unset variable in somebody's script, most likely */
		return commands_misused(command, "the first argument is empty", err);
	return command->run(options, argc, argv, err);
}

int commands_run(int argc, char **argv, struct error *err)
{
	int words;
	if (argc == 3 && is_group(argv[1]) && find_name(argv[2]) == &command_help) {
		describe_commands(argv[1], stdout);
		return EXIT_OK;
	}
	const struct command *command = find(argc, argv, &words, err);
	if (!command)
		return -1;
	autofree struct settings *options = command->size ? mem_alloc(command->size) : NULL;
	int code = run(command, options, argc - words, argv + words, err);
	if (options)
		arena_free(&options->arena);
	return code;
}

int commands_misused(const struct command *command, const char *what, struct error *err)
{
	error_set(err, "%s: factory %.*s", what, (int)strcspn(command->usage, "\n"),
		  command->usage);
	err->exit_code = EXIT_USAGE;
	return -1;
}
