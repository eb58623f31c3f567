/* `services:` in a manifest and in a test. */
#include "common/own.h"
#include "host/manifest/services_parts.h"

#include <stddef.h>
#include <string.h>

#define AT(member)    offsetof(struct service, member)
#define READY(member) offsetof(struct service_check, member)

static int read_port(struct reader *reader, const struct value_entry *entry, void *target)
{
	if (reader_count(reader, entry, target) < 0)
		return -1;
	unsigned port = *(unsigned *)target;
	return port && port < 65536 ? 0
				    : reader_fail(reader, entry->value,
						  "'%s' is a port: 1 to 65535", entry->key);
}

static int read_http(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	*(const char **)target = text;
	return *text == '/' || *text == ':'
		       ? 0
		       : reader_fail(reader, entry->value,
				     "'http' is a path of the service, /PATH or :PORT/PATH");
}

static const struct reader_key ready_keys[] = {
	{.name = "run",
	 TAKES_TEXT,
	 READY(run),
	 reader_text,
	 "a command for the service's shell: it is ready when that ends with 0",
	 .pattern = "."},
	{.name = "tcp",
	 TAKES_COUNT,
	 READY(tcp),
	 read_port,
	 "a port: ready when it can be connected to"},
	{.name = "http",
	 TAKES_TEXT,
	 READY(http),
	 read_http,
	 "`/PATH` or `:PORT/PATH`: ready when that is answered with 2xx or 3xx",
	 .pattern = "^[/:]"},
	{.name = "interval",
	 TAKES_TIME,
	 READY(interval_ms),
	 reader_duration,
	 "between two tries; default: 200ms"},
	{.name = "timeout",
	 TAKES_TIME,
	 READY(timeout_ms),
	 reader_duration,
	 "how long it may take in all; default: 1m"},
};
const struct reader_section ready_section = {"'ready'", ready_keys, COUNT_OF(ready_keys), false};

/* A map, or what `run` would be. */
static int read_ready(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct service *service = target;
	struct service_check *check = &service->ready;
	check->at = reader_at(reader, entry->value);
	int status = entry->value->kind == VALUE_MAP
			     ? reader_map(reader, entry->value, &ready_section, check)
			     : reader_text(reader, entry, &check->run);
	service->has_check = check->run || check->tcp || check->http;
	return status;
}

static const char *const conditions[] = {
	[SERVICE_STARTED] = "started",
	[SERVICE_READY] = "ready",
	[SERVICE_COMPLETED] = "completed",
};

static int read_need(struct reader *reader, struct service *service,
		     const struct value_entry *entry)
{
	const char *text = reader_scalar(reader, entry);
	for (size_t i = 0; text && i < COUNT_OF(conditions); i++)
		if (strcmp(text, conditions[i]) == 0) {
			services_need(reader, service, entry->key, (enum service_condition)i,
				      entry->value);
			return 0;
		}
	return text ? reader_fail(reader, entry->value,
				  "a need is 'started', 'ready' or 'completed', not '%s'", text)
		    : -1;
}

/* Names, or a map of names and conditions. */
static int read_needs(struct reader *reader, const struct value_entry *entry, void *target)
{
	const struct value *from = entry->value;
	int status = 0;
	if (from->kind != VALUE_MAP)
		return services_need_each(reader, target, entry, SERVICE_READY);
	for (size_t i = 0; i < from->map.len; i++)
		if (read_need(reader, target, &from->map.entries[i]) < 0)
			status = -1;
	return status;
}

static const struct reader_key keys[] = {
	{.name = "name",
	 TAKES_TEXT,
	 0,
	 NULL,
	 "what it is called, by the test too; in a map of services the key says it"},
	{.name = "image", TAKES_TEXT, AT(image), reader_text, "pulled where the engine has none"},
	{.name = "env",
	 TAKES_NAMES | TAKES_LIST | TAKES_NOTHING,
	 AT(env),
	 reader_names,
	 "over the image's"},
	{.name = "command",
	 TAKES_TEXT | TAKES_LIST,
	 AT(command),
	 services_command,
	 "instead of the image's; a text is split in words, there is no shell"},
	{.name = "entrypoint",
	 TAKES_TEXT | TAKES_LIST,
	 AT(entrypoint),
	 services_command,
	 "likewise"},
	{.name = "user", TAKES_TEXT, AT(user), reader_text, "who runs it; default: the image's"},
	{.name = "workdir",
	 TAKES_TEXT,
	 AT(workdir),
	 reader_absolute,
	 "where it runs; default: the image's",
	 .pattern = "^/"},
	{.name = "ports",
	 TAKES_TEXT | TAKES_LIST,
	 0,
	 services_ports,
	 "where it listens, the one that tests are told first; default: what the image exposes"},
	{.name = "ready",
	 TAKES_TEXT | TAKES_MAP,
	 0,
	 read_ready,
	 "how to find out that it is ready: a command, or a map; default: the image's own check, "
	 "else that the first port can be connected to",
	 &ready_section},
	{.name = "needs",
	 TAKES_TEXT | TAKES_LIST | TAKES_TREE,
	 0,
	 read_needs,
	 "services that come before it: names, or `NAME: started`, `ready` or `completed`"},
	{.name = "volumes",
	 TAKES_TEXT | TAKES_LIST,
	 0,
	 services_mounts,
	 "`SOURCE:TARGET[:ro]`: a directory or file of the engine's machine"},
};
const struct reader_section service_section = {"a service", keys, COUNT_OF(keys), false};

static int read_service(struct reader *reader, struct service_set *set, const char *name,
			const struct value_entry *entry)
{
	const struct value *from = entry->value;
	struct service *service = services_add(reader, set, name, from);
	if (!service)
		return -1;
	if (from->kind != VALUE_MAP)
		return reader_text(reader, entry, &service->image);
	if (reader_map(reader, from, &service_section, service) < 0)
		return -1;
	return service->image ? 0
			      : reader_fail(reader, from,
					    "the service '%s' needs an image: `image: NAME`", name);
}

struct compose_choice {
	const char *path;
	const struct value *images;
};

static int read_path(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *text = reader_scalar(reader, entry);
	*(const char **)target = text ? reader_path(reader, entry->value, text) : NULL;
	return *(const char **)target ? 0 : -1;
}

static const struct reader_key compose_keys[] = {
	{.name = "compose",
	 TAKES_TEXT,
	 offsetof(struct compose_choice, path),
	 read_path,
	 "a compose file",
	 .pattern = "."},
	{.name = "images",
	 TAKES_NAMES,
	 offsetof(struct compose_choice, images),
	 reader_names,
	 "images of services that it builds: `NAME: IMAGE`"},
};
static const struct reader_section compose_section = {"a compose file's choice", compose_keys,
						      COUNT_OF(compose_keys), false};

static int read_compose(struct reader *reader, const struct value *from, struct service_set *set)
{
	struct compose_choice choice = {0};
	if (reader_map(reader, from, &compose_section, &choice) < 0)
		return -1;
	return compose_read(reader, from, choice.path, choice.images, set);
}

static int read_map(struct reader *reader, const struct value *from, struct service_set *set)
{
	int status = 0;
	const struct value *compose = value_get(from, "compose");
	if (compose && compose->kind != VALUE_MAP)
		return read_compose(reader, from, set);
	for (size_t i = 0; i < from->map.len; i++)
		if (read_service(reader, set, from->map.entries[i].key, &from->map.entries[i]) < 0)
			status = -1;
	return status;
}

static int read_item(struct reader *reader, struct value_entry *entry, struct service_set *set)
{
	const char *name = value_text(value_get(entry->value, "name"));
	if (!name)
		return reader_fail(reader, entry->value, "a service in a list needs its `name`");
	return read_service(reader, set, name, entry);
}

static bool is_file(const char *text)
{
	const char *dot = strrchr(text, '.');
	return dot && (strcmp(dot, ".yml") == 0 || strcmp(dot, ".yaml") == 0);
}

static int read_text(struct reader *reader, const struct value_entry *entry,
		     struct service_set *set, struct value *uses)
{
	const char *text = reader_scalar(reader, entry), *path = text;
	if (!text)
		return -1;
	if (is_file(text))
		return read_path(reader, entry, &path) < 0
			       ? -1
			       : compose_read(reader, entry->value, path, NULL, set);
	if (uses) {
		struct value *name = value_string(&reader->manifest->arena, text);
		name->line = entry->value->line;
		name->column = entry->value->column;
		value_append(&reader->manifest->arena, uses, name);
		return 0;
	}
	return reader_problem(reader, reader_at(reader, entry->value), "value",
			      "write `NAME: IMAGE`, or the name of a compose file",
			      "'%s' does not say what the service is made of", text);
}

/* uses: where names of the manifest's services go, or NULL. */
static int read_set(struct reader *reader, const struct value_entry *entry, struct service_set *set,
		    struct value *uses)
{
	const struct value *from = entry->value;
	int status = 0;
	if (from->kind == VALUE_MAP)
		return read_map(reader, from, set);
	for (size_t i = 0; i < (from->kind == VALUE_LIST ? from->list.len : 1); i++) {
		struct value_entry item = *entry;
		if (from->kind == VALUE_LIST)
			item.value = from->list.items[i];
		if ((item.value->kind == VALUE_MAP ? read_item(reader, &item, set)
						   : read_text(reader, &item, set, uses)) < 0)
			status = -1;
	}
	return status;
}

int services_of_manifest(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct manifest *manifest = target;
	if (manifest->travis)
		return reader_ignored(reader, entry, target);
	if (entry->value->kind == VALUE_NULL)
		return 0;
	if (read_set(reader, entry, &manifest->services, NULL) == 0)
		return 0;
	manifest->services.incomplete = true;
	return -1;
}

int services_of_step(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct step *step = target;
	struct arena *arena = &reader->manifest->arena;
	struct value *uses = value_list(arena);
	step->services = arena_alloc(arena, sizeof *step->services);
	step->services->at = reader_at(reader, entry->value);
	step->uses = uses;
	return entry->value->kind == VALUE_NULL ? 0 : read_set(reader, entry, step->services, uses);
}
