/* A compose file as a set of services. */
#include "common/file.h"
#include "common/own.h"
#include "common/yaml.h"
#include "host/compose/parts.h"

enum { LARGEST = 1 << 20 };

struct compose {
	struct service_set *set;
	const struct value *images;
	struct compose_variables variables;
};

/* Files' variables first: those that the service names itself win. */
static const struct value *environment(struct arena *arena, const struct compose_service *compose)
{
	if (!compose->env_files || !compose->env)
		return compose->env ? compose->env : compose->env_files;
	struct value *map = value_copy(arena, compose->env_files);
	for (size_t i = 0; i < compose->env->map.len; i++)
		value_set(arena, map, compose->env->map.entries[i].key,
			  compose->env->map.entries[i].value);
	return map;
}

static int choose_image(struct reader *reader, const struct value_entry *entry,
			const struct compose *file, struct compose_service *compose)
{
	const char *given = value_text(value_get(file->images, entry->key));
	compose->service->image = given ? given : compose->image;
	if (compose->service->image)
		return 0;
	if (!compose->build)
		return reader_fail(reader, entry->value, "the service '%s' has no image",
				   entry->key);
	return reader_problem(reader, reader_at(reader, compose->build), "value",
			      "build it before, and name it: `services: {compose: FILE, images: "
			      "{NAME: IMAGE}}`",
			      "the service '%s' is built here: factory does not build it",
			      entry->key);
}

static int read_service(struct reader *reader, const struct value_entry *entry,
			const struct compose *file)
{
	struct compose_service compose = {.variables = &file->variables};
	compose.service = services_add(reader, file->set, entry->key, entry->value);
	if (!compose.service)
		return -1;
	if (reader_map(reader, entry->value, &compose_service_section, &compose) < 0)
		return -1;
	compose.service->env = environment(&reader->manifest->arena, &compose);
	compose.service->command = compose.command;
	compose.service->entrypoint = compose.entrypoint;
	return choose_image(reader, entry, file, &compose);
}

static int read_services(struct reader *reader, const struct value_entry *entry, void *target)
{
	int status = 0;
	const struct value *map = entry->value;
	for (size_t i = 0; i < map->map.len; i++)
		if (read_service(reader, &map->map.entries[i], target) < 0)
			status = -1;
	return status;
}

#define TOP(name_, read_)                                                                          \
	{                                                                                          \
		.name = name_, TAKES_TEXT | TAKES_LIST | TAKES_TREE | TAKES_NOTHING, 0, read_, ""  \
	}

static const struct reader_key keys[] = {
	{.name = "services", TAKES_TREE, 0, read_services, ""},
	TOP("version", NULL),
	TOP("name", NULL),
	TOP("networks", NULL),
	TOP("volumes", NULL),
	TOP("configs", compose_refused),
	TOP("include", compose_refused),
	TOP("models", compose_refused),
	TOP("secrets", compose_refused),
};
static const struct reader_section section = {"the compose file", keys, COUNT_OF(keys), true};

static void add_source(struct arena *arena, struct sources *sources, const char *path,
		       const struct buf *text)
{
	struct jinja_map map = {.pieces = arena_alloc(arena, sizeof *map.pieces), .len = 1};
	map.pieces[0] = (struct jinja_piece){.line = 1, .column = 1, .literal = true};
	struct buf kept = {.data = arena_strndup(arena, buf_text(text), text->len),
			   .len = text->len};
	sources_add(sources, path, &kept, &map);
}

/* Its lines are its own: the reader gets other sources for it. */
static int read_tree(struct reader *reader, const char *path, const struct buf *text,
		     struct compose *file)
{
	struct arena *arena = &reader->manifest->arena;
	auto_error struct error failure = {0};
	struct sources sources = {.arena = arena};
	struct reader inner = *reader;
	inner.sources = &sources;
	add_source(arena, &sources, path, text);
	struct value *tree = yaml_parse(arena, path, buf_text(text), text->len, &failure);
	if (!tree) {
		struct position at = {path, failure.line, failure.column};
		return reader_problem(reader, at, "yaml", NULL, "%s", failure.message);
	}
	if (compose_dotenv(&inner, path, &file->variables.file) < 0)
		return -1;
	tree = compose_interpolate(&inner, &file->variables, tree);
	if (!tree || reader_map(&inner, tree, &section, file) < 0)
		return -1;
	return file->set->count ? services_resolve(&inner, file->set, NULL)
				: reader_fail(&inner, tree, "there are no services");
}

int compose_read(struct reader *reader, const struct value *at, const char *path,
		 const struct value *images, struct service_set *set)
{
	auto_buf struct buf text = {0};
	auto_error struct error failure = {0};
	struct compose file = {.set = set, .images = images};
	if (file_read(path, LARGEST, &text, &failure) < 0)
		return reader_fail(reader, at, "%s", failure.message);
	return read_tree(reader, path, &text, &file);
}
