/* A step's `secrets`: where each comes from on the host, and how the step gets it. The manifest
 * never holds the value, so nothing that is made of the manifest can leak it. */
#include "host/manifest/reader.h"

#include "common/own.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* The host's variable or file; of a short form `NAME: ENVIRONMENT`, the variable. */
struct origin {
	const char *environment, *file, *as;
};

static int read_file(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *text = reader_scalar(reader, entry);
	const char *path = text ? reader_path(reader, entry->value, text) : NULL;
	*(const char **)target = path;
	return path ? 0 : -1;
}

static const char *const forms[] = {"env", "file", NULL};

static const struct reader_key keys[] = {
	{.name = "env",
	 TAKES_TEXT,
	 offsetof(struct origin, environment),
	 reader_text,
	 "the variable of factory's own environment that holds it",
	 .pattern = "."},
	{.name = "file",
	 TAKES_TEXT,
	 offsetof(struct origin, file),
	 read_file,
	 "the file on the host that holds it",
	 .pattern = "."},
	{.name = "as",
	 TAKES_TEXT,
	 offsetof(struct origin, as),
	 reader_text,
	 "`env` (default): the step's variable holds the value; `file`: it holds the path of a "
	 "file "
	 "on a tmpfs that is removed after the step",
	 .choices = forms},
};
const struct reader_section secret_section = {"a secret", keys, COUNT_OF(keys), false};

static bool is_name(const char *name)
{
	if (!*name || isdigit((unsigned char)*name))
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

static int read_secret(struct reader *reader, const struct value_entry *entry,
		       struct secret *secret)
{
	struct origin origin = {0};
	const struct value *from = entry->value;
	struct position at = reader_position(reader, entry->line, entry->column);
	if (!is_name(entry->key))
		return reader_problem(reader, at, "value", NULL,
				      "a secret is named like a variable, not '%s'", entry->key);
	if (from->kind == VALUE_NULL)
		origin.environment = entry->key;
	else if (from->kind != VALUE_MAP && reader_text(reader, entry, &origin.environment) < 0)
		return -1;
	else if (from->kind == VALUE_MAP && reader_map(reader, from, &secret_section, &origin) < 0)
		return -1;
	if (!origin.environment == !origin.file)
		return reader_fail(reader, from, "a secret comes from one place: `env` or `file`");
	*secret = (struct secret){.name = entry->key,
				  .environment = origin.environment,
				  .file = origin.file,
				  .as_file = origin.as && strcmp(origin.as, "file") == 0,
				  .at = at};
	return 0;
}

int reader_secrets(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct secrets *secrets = target;
	const struct value *from = entry->value;
	int status = 0;
	if (from->kind != VALUE_MAP)
		return reader_fail(reader, from, "'secrets' must be a map of names");
	secrets->items =
		arena_alloc(&reader->manifest->arena, (from->map.len + 1) * sizeof *secrets->items);
	for (size_t i = 0; i < from->map.len; i++)
		if (read_secret(reader, &from->map.entries[i], &secrets->items[secrets->count]) < 0)
			status = -1;
		else
			secrets->count++;
	return status;
}
