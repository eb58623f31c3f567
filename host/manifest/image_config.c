/* The manifest's `config:` section, in the names of the Docker Engine API's ContainerConfig
 * (https://docs.docker.com/reference/api/engine/, ImageInspect and ImageCommit). */
#include "common/own.h"
#include "host/manifest/reader.h"

#include <string.h>

static struct value *string_list(struct reader *reader, const struct value_entry *entry)
{
	struct arena *arena = &reader->manifest->arena;
	struct value *list = value_list(arena);
	const struct value *from = entry->value;
	size_t count = from->kind == VALUE_LIST ? from->list.len : 1;
	for (size_t i = 0; i < count; i++) {
		struct value_entry item = *entry;
		if (from->kind == VALUE_LIST)
			item.value = from->list.items[i];
		const char *text = reader_scalar(reader, &item);
		if (!text)
			return NULL;
		value_append(arena, list, value_string(arena, text));
	}
	return list;
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
	if (entry->value->kind != VALUE_INT || entry->value->integer < 0)
		return reader_fail(reader, entry->value, "'retries' must be a number");
	return set(reader, target, "Retries", entry->value);
}

static const struct reader_key healthcheck_keys[] = {
	{"test", read_test},       {"interval", read_interval},         {"timeout", read_timeout},
	{"retries", read_retries}, {"start_period", read_start_period},
};

static int read_healthcheck(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct value *check = value_map(&reader->manifest->arena);
	if (reader_map(reader, entry->value, "a healthcheck", healthcheck_keys,
		       COUNT_OF(healthcheck_keys), check) < 0)
		return -1;
	return set(reader, target, "Healthcheck", check);
}

static const struct reader_key config_keys[] = {
	{"cmd", read_cmd},
	{"entrypoint", read_entrypoint},
	{"env", read_env},
	{"user", read_user},
	{"workdir", read_workdir},
	{"expose", read_expose},
	{"volumes", read_volumes},
	{"labels", read_labels},
	{"healthcheck", read_healthcheck},
	{"stopsignal", read_stopsignal},
};

int reader_image_config(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct value *config = value_map(&reader->manifest->arena);
	if (reader_map(reader, entry->value, "'config'", config_keys, COUNT_OF(config_keys),
		       config) < 0)
		return -1;
	((struct manifest *)target)->config = config;
	return 0;
}
