/* Where a service's variables come from: `environment`, files, and the file .env beside the compose
 * file. */
#include "common/file.h"
#include "common/own.h"
#include "host/compose/dotenv.h"
#include "host/compose/parts.h"

#include <string.h>
#include <unistd.h>

enum { LARGEST = 1 << 20 };

int compose_dotenv(struct reader *reader, const char *compose_path, const struct value **variables)
{
	auto_buf struct buf text = {0};
	auto_error struct error failure = {0};
	struct arena *arena = &reader->manifest->arena;
	const struct compose_variables none = {0};
	const char *path = arena_printf(arena, "%s/.env", sources_directory(arena, compose_path));
	struct value *map = value_map(arena);
	*variables = map;
	if (access(path, F_OK) < 0)
		return 0;
	path += strncmp(path, "./", 2) == 0 ? 2 : 0;
	const struct position at = {path, 0, 0};
	if (file_read(path, LARGEST, &text, &failure) < 0)
		return reader_problem(reader, at, "unreadable", NULL, "%s", failure.message);
	return dotenv_read(reader, &none, path, buf_text(&text), DOTENV_COMPOSE, map);
}

/* --- env_file --- */

struct env_file {
	const char *path;
	bool required;
	enum dotenv_format format;
};

static int read_format(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *name = reader_scalar(reader, entry);
	if (name && strcmp(name, "raw") == 0)
		*(enum dotenv_format *)target = DOTENV_RAW;
	else if (name)
		return reader_fail(reader, entry->value, "the one format is 'raw', not '%s'", name);
	return name ? 0 : -1;
}

static const struct reader_key keys[] = {
	{.name = "path", TAKES_TEXT, offsetof(struct env_file, path), reader_text, ""},
	{.name = "required", TAKES_FLAG, offsetof(struct env_file, required), reader_flag, ""},
	{.name = "format", TAKES_TEXT, offsetof(struct env_file, format), read_format, ""},
};
static const struct reader_section section = {"an env_file", keys, COUNT_OF(keys), false};

static int add_file(struct reader *reader, const struct compose_service *compose,
		    const struct value *at, const struct env_file *file, struct value *map)
{
	auto_buf struct buf text = {0};
	auto_error struct error failure = {0};
	const char *path = reader_path(reader, at, file->path);
	if (!path)
		return -1;
	if (!file->required && access(path, F_OK) < 0)
		return 0;
	if (file_read(path, LARGEST, &text, &failure) < 0)
		return reader_problem(reader, reader_at(reader, at), "unreadable", NULL, "%s",
				      failure.message);
	return dotenv_read(reader, compose->variables, path, buf_text(&text), file->format, map);
}

/* A path, or a map with one. */
static int add_item(struct reader *reader, const struct value_entry *entry,
		    const struct compose_service *compose, struct value *map)
{
	struct env_file file = {.required = true};
	bool is_map = entry->value->kind == VALUE_MAP;
	if (is_map && reader_map(reader, entry->value, &section, &file) < 0)
		return -1;
	if (!is_map && !(file.path = reader_scalar(reader, entry)))
		return -1;
	if (!file.path)
		return reader_fail(reader, entry->value, "an env_file needs its `path`");
	return add_file(reader, compose, entry->value, &file, map);
}

int compose_env_files(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct compose_service *compose = target;
	const struct value *from = entry->value;
	struct value *map = value_map(&reader->manifest->arena);
	size_t count = from->kind == VALUE_LIST ? from->list.len : 1;
	for (size_t i = 0; i < count; i++) {
		struct value_entry item = *entry;
		if (from->kind == VALUE_LIST)
			item.value = from->list.items[i];
		if (add_item(reader, &item, compose, map) < 0)
			return -1;
	}
	compose->env_files = map;
	return 0;
}

/* --- environment --- */

/* One that is only named has the value it has outside, if any. */
static void inherit(struct reader *reader, const struct compose_service *compose, const char *name,
		    struct value *map)
{
	struct arena *arena = &reader->manifest->arena;
	const char *value = compose_variable(compose->variables, name);
	if (value)
		value_set(arena, map, name, value_string(arena, value));
}

static int add_pair(struct reader *reader, const struct compose_service *compose,
		    const struct value_entry *pair, struct value *map)
{
	struct arena *arena = &reader->manifest->arena;
	if (pair->value->kind == VALUE_NULL) {
		inherit(reader, compose, pair->key, map);
		return 0;
	}
	const char *text = reader_scalar(reader, pair);
	if (text)
		value_setn(arena, map, pair->key, pair->key_len, value_string(arena, text));
	return text ? 0 : -1;
}

/* "NAME=VALUE", or a name. */
static int add_text(struct reader *reader, const struct compose_service *compose,
		    const struct value_entry *entry, struct value *map)
{
	struct arena *arena = &reader->manifest->arena;
	const char *text = reader_scalar(reader, entry);
	const char *equals = text ? strchr(text, '=') : NULL;
	if (!text)
		return -1;
	if (!*text || equals == text)
		return reader_fail(reader, entry->value, "a variable has a name: NAME=VALUE");
	if (equals)
		value_setn(arena, map, text, (size_t)(equals - text),
			   value_string(arena, equals + 1));
	else
		inherit(reader, compose, text, map);
	return 0;
}

int compose_environment(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct compose_service *compose = target;
	const struct value *from = entry->value;
	struct value *map = value_map(&reader->manifest->arena);
	int status = 0;
	for (size_t i = 0; from->kind == VALUE_MAP && i < from->map.len; i++)
		status |= add_pair(reader, compose, &from->map.entries[i], map);
	for (size_t i = 0; from->kind == VALUE_LIST && i < from->list.len; i++) {
		struct value_entry item = *entry;
		item.value = from->list.items[i];
		status |= add_text(reader, compose, &item, map);
	}
	compose->env = map;
	return status;
}
