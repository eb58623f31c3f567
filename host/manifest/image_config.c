/* The manifest's `config:` section, in the names of the Docker Engine API's ContainerConfig
 * (https://docs.docker.com/reference/api/engine/, ImageInspect and ImageCommit). */
#include "common/own.h"
#include "host/manifest/reader.h"

#include <string.h>

static struct value *string_list(struct reader *reader, const struct value_entry *entry)
{
	struct value *list = NULL;
	return reader_texts(reader, entry, &list) < 0 ? NULL : list;
}

static int set(struct reader *reader, void *target, const char *name, struct value *value)
{
	if (!value)
		return -1;
	value_set(&reader->manifest->arena, target, name, value);
	return 0;
}

/* A string is a line for the shell, as in a Dockerfile's shell form; a list is an argv. */
static struct value *command(struct reader *reader, const struct value_entry *entry)
{
	struct arena *arena = &reader->manifest->arena;
	struct value *list = string_list(reader, entry);
	if (!list || entry->value->kind == VALUE_LIST)
		return list;
	struct value *shell = value_list(arena);
	value_append(arena, shell, value_string(arena, "/bin/sh"));
	value_append(arena, shell, value_string(arena, "-c"));
	value_append(arena, shell, list->list.items[0]);
	return shell;
}

static int read_cmd(struct reader *reader, const struct value_entry *entry, void *target)
{
	return set(reader, target, "Cmd", command(reader, entry));
}

static int read_entrypoint(struct reader *reader, const struct value_entry *entry, void *target)
{
	return set(reader, target, "Entrypoint", command(reader, entry));
}

static int read_env(struct reader *reader, const struct value_entry *entry, void *target)
{
	return set(reader, target, "Env", reader_strings(reader, entry));
}

static int read_labels(struct reader *reader, const struct value_entry *entry, void *target)
{
	return set(reader, target, "Labels", reader_strings(reader, entry));
}

static int read_word(struct reader *reader, const struct value_entry *entry, void *target,
		     const char *name)
{
	const char *text = reader_scalar(reader, entry);
	return text ? set(reader, target, name, value_string(&reader->manifest->arena, text)) : -1;
}

static int read_user(struct reader *reader, const struct value_entry *entry, void *target)
{
	return read_word(reader, entry, target, "User");
}

static int read_workdir(struct reader *reader, const struct value_entry *entry, void *target)
{
	return read_word(reader, entry, target, "WorkingDir");
}

static int read_stopsignal(struct reader *reader, const struct value_entry *entry, void *target)
{
	return read_word(reader, entry, target, "StopSignal");
}

/* Sets as the API writes them: {"8080/tcp":{}}. */
static struct value *set_of(struct reader *reader, const struct value_entry *entry,
			    const char *suffix)
{
	struct arena *arena = &reader->manifest->arena;
	struct value *list = string_list(reader, entry);
	struct value *map = list ? value_map(arena) : NULL;
	for (size_t i = 0; list && i < list->list.len; i++) {
		const char *item = value_text(list->list.items[i]);
		const char *key = suffix && !strchr(item, '/')
					  ? arena_printf(arena, "%s%s", item, suffix)
					  : item;
		value_set(arena, map, key, value_map(arena));
	}
	return map;
}

static int read_expose(struct reader *reader, const struct value_entry *entry, void *target)
{
	return set(reader, target, "ExposedPorts", set_of(reader, entry, "/tcp"));
}

static int read_volumes(struct reader *reader, const struct value_entry *entry, void *target)
{
	return set(reader, target, "Volumes", set_of(reader, entry, NULL));
}

static int read_test(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct arena *arena = &reader->manifest->arena;
	struct value *words = string_list(reader, entry);
	if (!words)
		return -1;
	struct value *test = value_list(arena);
	bool shell = entry->value->kind != VALUE_LIST;
	value_append(arena, test, value_string(arena, shell ? "CMD-SHELL" : "CMD"));
	for (size_t i = 0; i < words->list.len; i++)
		value_append(arena, test, words->list.items[i]);
	return set(reader, target, "Test", test);
}

/* The API counts in nanoseconds. */
static int read_time(struct reader *reader, const struct value_entry *entry, void *target,
		     const char *name)
{
	uint64_t ms = 0;
	if (reader_duration(reader, entry, &ms) < 0)
		return -1;
	return set(reader, target, name,
		   value_int(&reader->manifest->arena, (int64_t)ms * 1000000));
}

static int read_interval(struct reader *reader, const struct value_entry *entry, void *target)
{
	return read_time(reader, entry, target, "Interval");
}

static int read_timeout(struct reader *reader, const struct value_entry *entry, void *target)
{
	return read_time(reader, entry, target, "Timeout");
}

static int read_start_period(struct reader *reader, const struct value_entry *entry, void *target)
{
	return read_time(reader, entry, target, "StartPeriod");
}

static int read_retries(struct reader *reader, const struct value_entry *entry, void *target)
{
	unsigned number;
	if (reader_count(reader, entry, &number) < 0)
		return -1;
	return set(reader, target, "Retries", entry->value);
}

static const struct reader_key healthcheck_keys[] = {
	{.name = "test", TAKES_TEXT | TAKES_LIST, 0, read_test, "a line for the shell, or an argv"},
	{.name = "interval", TAKES_TIME, 0, read_interval, "between two checks"},
	{.name = "timeout", TAKES_TIME, 0, read_timeout, "of one check"},
	{.name = "retries", TAKES_COUNT, 0, read_retries, "failures until it counts as unhealthy"},
	{.name = "start_period",
	 TAKES_TIME,
	 0,
	 read_start_period,
	 "in which failures do not count"},
};
static const struct reader_section healthcheck_section = {"a healthcheck", healthcheck_keys,
							  COUNT_OF(healthcheck_keys), false};

static int read_healthcheck(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct value *check = value_map(&reader->manifest->arena);
	if (reader_map(reader, entry->value, &healthcheck_section, check) < 0)
		return -1;
	return set(reader, target, "Healthcheck", check);
}

static const struct reader_key config_keys[] = {
	{.name = "cmd",
	 TAKES_TEXT | TAKES_LIST,
	 0,
	 read_cmd,
	 "a line for `/bin/sh -c`, or an argv"},
	{.name = "entrypoint",
	 TAKES_TEXT | TAKES_LIST,
	 0,
	 read_entrypoint,
	 "likewise; a new one drops the base's `cmd`"},
	{.name = "env",
	 TAKES_NAMES | TAKES_LIST | TAKES_NOTHING,
	 0,
	 read_env,
	 "merged with the base's"},
	{.name = "user", TAKES_TEXT, 0, read_user, "who the command runs as"},
	{.name = "workdir", TAKES_TEXT, 0, read_workdir, "where it runs"},
	{.name = "expose", TAKES_TEXT | TAKES_LIST, 0, read_expose, "ports: `80`, `53/udp`"},
	{.name = "volumes", TAKES_TEXT | TAKES_LIST, 0, read_volumes, "paths, added to the base's"},
	{.name = "labels",
	 TAKES_NAMES | TAKES_LIST | TAKES_NOTHING,
	 0,
	 read_labels,
	 "merged with the base's"},
	{.name = "healthcheck",
	 TAKES_MAP,
	 0,
	 read_healthcheck,
	 "what is not given stays the base's",
	 &healthcheck_section},
	{.name = "stopsignal", TAKES_TEXT, 0, read_stopsignal, "`SIGTERM`, `9`"},
};
const struct reader_section config_section = {"'config'", config_keys, COUNT_OF(config_keys),
					      false};

int reader_image_config(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct value *config = value_map(&reader->manifest->arena);
	if (reader_map(reader, entry->value, &config_section, config) < 0)
		return -1;
	((struct manifest *)target)->config = config;
	return 0;
}
