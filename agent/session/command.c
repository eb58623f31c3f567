#include "agent/session/command.h"

#include "agent/session/shells.h"
#include "agent/session/spawn.h"
#include "common/error_codes.h"

#include <limits.h>

enum { DEFAULT_UMASK = 022 };

static bool is_true(const struct value *request, const char *key)
{
	const struct value *value = value_get(request, key);
	return value_is(value, VALUE_BOOL) && value->boolean;
}

static int read_size(const struct value *asked, const char *key, unsigned short *number,
		     struct error *err)
{
	const struct value *value = value_get(asked, key);
	if (!value_is(value, VALUE_INT) || value->integer < 1 || value->integer > USHRT_MAX)
		return error_set(err, "a terminal's \"%s\" must be a number from 1 to %d", key,
				 USHRT_MAX);
	*number = (unsigned short)value->integer;
	return 0;
}

int command_read_size(const struct value *asked, struct winsize *size, struct error *err)
{
	return read_size(asked, "rows", &size->ws_row, err) < 0 ||
			       read_size(asked, "cols", &size->ws_col, err) < 0
		       ? -1
		       : 0;
}

/* For people, not for steps. */
static int read_shell(struct command *command, struct arena *arena, struct error *err)
{
	const char *const *shell = shells_for_people();
	if (!shell) {
		error_set(err, "the target has no shell, neither bash nor sh, and the toolbox has "
			       "no busybox: `factory toolbox create --with BUSYBOX` adds a static "
			       "one");
		err->code = ERROR_STEP_SHELL;
		return -1;
	}
	size_t count = 0;
	while (shell[count])
		count++;
	command->argv = arena_alloc(arena, (count + 1) * sizeof *command->argv);
	for (size_t i = 0; i < count; i++)
		command->argv[i] = arena_strdup(arena, shell[i]);
	return 0;
}

static int read_argv(const struct value *request, const char *shell, struct arena *arena,
		     struct command *command, struct error *err)
{
	const struct value *list = value_get(request, "argv");
	const char *line = value_text(value_get(request, "shell"));
	if (is_true(request, "interactive"))
		return read_shell(command, arena, err);
	if (line && !shell)
		return error_set(err, "the target has no shell: give the command as a list of the "
				      "program and its arguments");
	size_t count = line ? 3 : value_is(list, VALUE_LIST) ? list->list.len : 0;
	if (!count)
		return error_set(err, "a RUN request without a command");
	command->argv = arena_alloc(arena, (count + 1) * sizeof *command->argv);
	for (size_t i = 0; !line && i < count; i++) {
		const char *text = value_text(list->list.items[i]);
		if (!text)
			return error_set(err, "argument %zu of the command is no string", i);
		command->argv[i] = arena_strdup(arena, text);
	}
	for (size_t i = 0; line && i < count; i++)
		command->argv[i] = arena_strdup(arena, i == 0 ? shell : i == 1 ? "-c" : line);
	return 0;
}

static int read_env(const struct value *request, struct arena *arena, struct command *command,
		    struct error *err)
{
	const struct value *map = value_get(request, "env");
	size_t count = value_is(map, VALUE_MAP) ? map->map.len : 0;
	/* Room for HOME and the end. */
	command->env = arena_alloc(arena, (count + 2) * sizeof *command->env);
	for (size_t i = 0; i < count; i++) {
		const struct value_entry *entry = &map->map.entries[i];
		const char *text = value_text(entry->value);
		if (!text)
			return error_set(err, "the environment variable %s is no string",
					 entry->key);
		command->env[i] = arena_printf(arena, "%s=%s", entry->key, text);
	}
	return 0;
}

static int read_number(const struct value *request, const char *key, int64_t most, int64_t *number,
		       struct error *err)
{
	const struct value *value = value_get(request, key);
	if (!value)
		return 0;
	if (!value_is(value, VALUE_INT) || value->integer < 0 || value->integer > most)
		return error_set(err, "\"%s\" must be a number from 0 to %lld", key,
				 (long long)most);
	*number = value->integer;
	return 0;
}

int command_read(const struct value *request, const char *shell, struct arena *arena,
		 struct command *command, struct error *err)
{
	int64_t mask = DEFAULT_UMASK, timeout_ms = 0;
	const char *cwd = value_text(value_get(request, "cwd"));
	const struct value *terminal = value_get(request, "tty");
	if (read_argv(request, shell, arena, command, err) < 0 ||
	    read_env(request, arena, command, err) < 0 ||
	    read_number(request, "umask", 0777, &mask, err) < 0 ||
	    read_number(request, "timeout_ms", INT32_MAX, &timeout_ms, err) < 0 ||
	    (terminal && command_read_size(terminal, &command->size, err) < 0))
		return -1;
	command->cwd = cwd ? cwd : "/";
	command->user = value_text(value_get(request, "user"));
	command->umask = (mode_t)mask;
	command->timeout_us = (uint64_t)timeout_ms * 1000;
	command->input = is_true(request, "stdin");
	command->has_terminal = terminal != NULL;
	return 0;
}

void command_add_home(struct command *command, const char *home, struct arena *arena)
{
	char **end = command->env;
	if (spawn_env(command->env, "HOME"))
		return;
	while (*end)
		end++;
	*end = arena_printf(arena, "HOME=%s", home);
}
