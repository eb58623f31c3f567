/* The Dockerfile lines that an import may have (https://docs.docker.com/reference/api/engine/,
 * ImageCreate), as far as a config has a field for them. */
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <string.h>

struct change {
	const char *field;
	void (*apply)(struct arena *arena, struct value *config, const char *field, char *text);
};

static struct value *collection(struct arena *arena, struct value *config, const char *field,
				struct value *(*make)(struct arena *arena))
{
	struct value *found = value_get(config, field);
	if (!found || found->kind == VALUE_NULL) {
		found = make(arena);
		value_set(arena, config, field, found);
	}
	return found;
}

static void set_text(struct arena *arena, struct value *config, const char *field, char *text)
{
	store_text(arena, config, field, text);
}

/* A list in JSON, else a line for the shell. */
static void set_command(struct arena *arena, struct value *config, const char *field, char *text)
{
	auto_error struct error ignored = {0};
	struct value *list = NULL;
	if (*text == '[')
		list = json_parse(arena, field, text, strlen(text), &ignored);
	if (!list) {
		list = value_list(arena);
		value_append(arena, list, value_string(arena, "/bin/sh"));
		value_append(arena, list, value_string(arena, "-c"));
		value_append(arena, list, value_string(arena, text));
	}
	value_set(arena, config, field, list);
}

static void add_variable(struct arena *arena, struct value *config, const char *field, char *text)
{
	value_append(arena, collection(arena, config, field, value_list),
		     value_string(arena, text));
}

static void add_label(struct arena *arena, struct value *config, const char *field, char *text)
{
	char *value = strchr(text, '=');
	if (value)
		*value++ = '\0';
	store_text(arena, collection(arena, config, field, value_map), text, value ? value : "");
}

static void add_key(struct arena *arena, struct value *config, const char *field, char *text)
{
	value_set(arena, collection(arena, config, field, value_map), text, value_map(arena));
}

int changes_apply(struct arena *arena, struct value *config, const char *const *changes,
		  struct error *err)
{
	static const struct {
		const char *word;
		struct change change;
	} known[] = {
		{"CMD", {"Cmd", set_command}},         {"ENTRYPOINT", {"Entrypoint", set_command}},
		{"ENV", {"Env", add_variable}},        {"EXPOSE", {"ExposedPorts", add_key}},
		{"LABEL", {"Labels", add_label}},      {"ONBUILD", {"OnBuild", add_variable}},
		{"USER", {"User", set_text}},          {"VOLUME", {"Volumes", add_key}},
		{"WORKDIR", {"WorkingDir", set_text}}, {"STOPSIGNAL", {"StopSignal", set_text}},
	};
	for (; changes && *changes; changes++) {
		size_t len = strcspn(*changes, " "), i = 0;
		while (i < COUNT_OF(known) &&
		       (strlen(known[i].word) != len || strncmp(known[i].word, *changes, len) != 0))
			i++;
		if (i == COUNT_OF(known) || !(*changes)[len])
			return error_set(err, "an image can't be changed by '%s'", *changes);
		autofree char *text = mem_strdup(*changes + len + 1);
		known[i].change.apply(arena, config, known[i].change.field, text);
	}
	return 0;
}
