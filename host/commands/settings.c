#include "host/commands/settings.h"

#include "common/file.h"
#include "common/json.h"
#include "common/own.h"
#include "common/yaml.h"
#include "host/exit_codes.h"
#include "host/home.h"
#include "host/tree/epoch.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Text that reads as a whole number, true, false or null, and lists and maps in brackets, are what
 * they look like; anything else is a string, "3.10" too. */
static struct value *property_value(struct arena *arena, const char *text)
{
	auto_error struct error ignored = {0};
	struct value *value = yaml_parse(arena, "--set", text, strlen(text), &ignored);
	if (!value || value->kind == VALUE_FLOAT || value->kind == VALUE_STRING ||
	    (value->kind == VALUE_NULL && !*text) || (value->kind == VALUE_MAP && *text != '{') ||
	    (value->kind == VALUE_LIST && *text != '['))
		return value_string(arena, text);
	return value;
}

/* "app.name" names a map's entry. */
static void set_property(struct settings *settings, const char *key, size_t len,
			 struct value *value)
{
	struct value *map = settings->properties;
	for (const char *dot; (dot = memchr(key, '.', len));
	     len -= (size_t)(dot + 1 - key), key = dot + 1) {
		struct value *below = value_getn(map, key, (size_t)(dot - key));
		if (!value_is(below, VALUE_MAP)) {
			below = value_map(&settings->arena);
			value_setn(&settings->arena, map, key, (size_t)(dot - key), below);
		}
		map = below;
	}
	value_setn(&settings->arena, map, key, len, value);
}

static int on_set(void *target, const char *text, struct error *err)
{
	struct settings *settings = target;
	const char *equals = strchr(text, '=');
	if (!equals || equals == text)
		return error_set(err, "--set takes KEY=VALUE, not '%s'", text);
	set_property(settings, text, (size_t)(equals - text),
		     property_value(&settings->arena, equals + 1));
	return 0;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);
	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static struct value *read_map(struct arena *arena, const char *path, struct error *err)
{
	auto_buf struct buf text = {0};
	if (file_read(path, 0, &text, err) < 0)
		return NULL;
	struct value *map = ends_with(path, ".json")
				    ? json_parse(arena, path, buf_text(&text), text.len, err)
				    : yaml_parse(arena, path, buf_text(&text), text.len, err);
	if (map && map->kind == VALUE_NULL)
		return value_map(arena);
	if (map && map->kind != VALUE_MAP) {
		error_set_at(err, path, map->line, map->column, "this must be a map of names");
		return NULL;
	}
	return map;
}

static int on_values(void *target, const char *path, struct error *err)
{
	struct settings *settings = target;
	struct value *map = read_map(&settings->arena, path, err);
	if (!map)
		return -1;
	for (size_t i = 0; i < map->map.len; i++)
		value_setn(&settings->arena, settings->properties, map->map.entries[i].key,
			   map->map.entries[i].key_len, map->map.entries[i].value);
	return 0;
}

static int on_language(void *target, const char *text, struct error *err)
{
	struct settings *settings = target;
	const char *equals = strchr(text, '=');
	if (!equals || equals == text || !equals[1])
		return error_set(err, "--language takes NAME=IMAGE, not '%s'", text);
	value_setn(&settings->arena, settings->languages, text, (size_t)(equals - text),
		   value_string(&settings->arena, equals + 1));
	return 0;
}

const struct option settings_manifest_options[] = {
	{.name = "set",
	 .argument = "KEY=VALUE",
	 .help = "a property for the manifest's templates",
	 .each = on_set},
	{.name = "values",
	 .argument = "FILE",
	 .help = "properties from a YAML or JSON file",
	 .words = WORD_FILE,
	 .each = on_values},
	{.name = "language",
	 .argument = "NAME=IMAGE",
	 .help = "the base image of a language",
	 .each = on_language},
	{.name = "trim-blocks",
	 .help = "Jinja2: drop the newline behind a block",
	 OPTION_INTO(struct settings, trim_blocks)},
	{.name = "lstrip-blocks",
	 .help = "Jinja2: drop the blanks before a block",
	 OPTION_INTO(struct settings, lstrip_blocks)},
	{0},
};

const struct option settings_values_options[] = {
	{.name = "kv",
	 .argument = "FILE",
	 .help = "keys for templates, from a YAML or JSON file",
	 .words = WORD_FILE,
	 OPTION_INTO(struct settings, kv_file)},
	{.name = "consul",
	 .argument = "ADDR",
	 .help = "Consul's address (default: CONSUL_HTTP_ADDR, the manifest)",
	 OPTION_INTO(struct settings, consul)},
	{0},
};

static int on_endpoint(void *target, const char *text, struct error *err)
{
	struct settings *settings = target;
	if (!*text)
		return error_set(err, "--endpoint takes a URL");
	if (!settings->given_endpoints)
		settings->given_endpoints = value_list(&settings->arena);
	value_append(&settings->arena, settings->given_endpoints,
		     value_string(&settings->arena, text));
	return 0;
}

const struct option settings_build_options[] = {
	{.name = "traceless",
	 .help = "leave nothing of the build's own in the image, no mount point either",
	 OPTION_INTO(struct settings, traceless)},
	{0},
};

const struct option settings_engine_options[] = {
	{.name = "endpoint",
	 .argument = "URL",
	 .help = "the engine: unix://, tcp://, podman: or oci: (default: DOCKER_HOST); of "
		 "several, builds use all, and what cares for one engine the last",
	 .each = on_endpoint},
	{.name = "patience",
	 .argument = "SECONDS",
	 .help = "how long the engine, or a fleet's Consul, may be silent (default: 60)",
	 OPTION_INTO(struct settings, patience)},
	{.name = "toolbox",
	 .argument = "NAME",
	 .help = "the toolbox container's name",
	 .words = WORD_CONTAINER,
	 OPTION_INTO(struct settings, toolbox)},
	{.name = "quiet",
	 .letter = 'q',
	 .help = "print only failures",
	 OPTION_INTO(struct settings, quiet)},
	{0},
};

static int take_languages(struct settings *settings, struct value *value)
{
	settings->languages = value;
	return value->kind == VALUE_MAP ? 0 : -1;
}

/* One text, or a list of them. */
static int take_index(struct settings *settings, struct value *value)
{
	settings->index = value;
	if (value->kind == VALUE_STRING) {
		settings->index = value_list(&settings->arena);
		value_append(&settings->arena, settings->index, value);
	}
	if (settings->index->kind != VALUE_LIST)
		return -1;
	for (size_t i = 0; i < settings->index->list.len; i++)
		if (!value_text(settings->index->list.items[i]))
			return -1;
	return 0;
}

static int take_registry(struct settings *settings, struct value *value)
{
	const char *text = value_text(value), *slash = text ? strchr(text, '/') : NULL;
	settings->registry = text;
	return slash && slash > text && slash[1] && !strchr(slash, ':') && !strchr(slash, '@') ? 0
											       : -1;
}

static const struct {
	const char *name, *what;
	int (*take)(struct settings *settings, struct value *value);
} config_keys[] = {
	{"languages", "a map of languages to images", take_languages},
	{"index", "a list of URLs or paths", take_index},
	{"endpoints",
	 "a list of engines: addresses, or maps of `address`, `weight` (over 0, to 1000), `slots` "
	 "(1 "
	 "to 1000), `labels` (a list), `tls` (a directory, or a map of `ca`, `cert`, `key`, "
	 "`verify`)",
	 settings_take_endpoints},
	{"registry", "where images move through: HOST[:PORT]/REPOSITORY", take_registry},
	{"fleet", "`consul`, `none`, or a prefix of keys in Consul", settings_take_fleet},
};

static int take_config(struct settings *settings, const char *path, const struct value *config,
		       struct error *err)
{
	for (size_t i = 0; i < config->map.len; i++) {
		const struct value_entry *entry = &config->map.entries[i];
		size_t key = 0;
		while (key < COUNT_OF(config_keys) &&
		       strcmp(config_keys[key].name, entry->key) != 0)
			key++;
		if (key == COUNT_OF(config_keys))
			return error_set_at(err, path, entry->line, entry->column,
					    "'%s' is not known here: only `languages:`, `index:`, "
					    "`endpoints:`, `registry:` and `fleet:` are",
					    entry->key);
		if (config_keys[key].take(settings, entry->value) < 0)
			return error_set_at(err, path, entry->line, entry->column,
					    "'%s' must be %s", entry->key, config_keys[key].what);
	}
	return 0;
}

int settings_load(struct settings *settings, struct error *err)
{
	settings->properties = value_map(&settings->arena);
	settings->languages = value_map(&settings->arena);
	settings->toolbox = "toolbox";
	autofree char *path = home_config("config.yml");
	if (!path || access(path, F_OK) < 0)
		return 0;
	struct value *config = read_map(&settings->arena, path, err);
	return config ? take_config(settings, path, config, err) : -1;
}

/* What is not in the file, but of each build of it. */
static void take_circumstances(const struct settings *settings, const char *epoch,
			       struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->cell_count; i++) {
		struct manifest *cell = manifest->cells[i];
		cell->traceless |= settings->traceless;
		cell->epoch = epoch ? arena_strdup(&cell->arena, epoch) : NULL;
	}
}

struct manifest *settings_manifest(const struct settings *settings, const char *path,
				   const struct manifest_facts *facts, struct error *err)
{
	const char *epoch;
	struct manifest_options options = {.properties = settings->properties,
					   .languages = settings->languages,
					   .facts = facts,
					   .modules = settings->modules,
					   .trim_blocks = settings->trim_blocks,
					   .lstrip_blocks = settings->lstrip_blocks,
					   .testing = settings->testing,
					   .problems = settings->problems};
	if (epoch_read(&epoch, err) < 0)
		return NULL;
	struct manifest *manifest = manifest_read(path, &options, err);
	if (manifest)
		take_circumstances(settings, epoch, manifest);
	return manifest;
}

bool settings_is_manifest(const char *name)
{
	struct stat status;
	const char *end = strrchr(name, '.');
	return end && (strcmp(end, ".yml") == 0 || strcmp(end, ".yaml") == 0) &&
	       stat(name, &status) == 0 && S_ISREG(status.st_mode);
}

struct engine_address settings_address(const struct settings *settings,
				       const struct endpoint_setting *endpoint)
{
	return (struct engine_address){.url = endpoint->address,
				       .tls = endpoint->tls,
				       .patience_ms = (uint64_t)settings->patience * 1000};
}

int settings_engine(const struct settings *settings, struct loop **loop, struct engine **engine,
		    struct error *err)
{
	auto_arena struct arena arena = {0};
	const struct endpoint_setting endpoint = settings_endpoint(&arena, settings);
	const struct engine_address address = settings_address(settings, &endpoint);
	*loop = loop_new(err);
	if (!*loop)
		return -1;
	*engine = engine_open_at(*loop, &address, err);
	if (*engine)
		return 0;
	loop_free(STEAL(*loop));
	if (!err->exit_code)
		err->exit_code = EXIT_ENGINE;
	return -1;
}

bool settings_color(int fd)
{
	const char *no_color = getenv("NO_COLOR");
	return isatty(fd) && !(no_color && *no_color);
}

/* A terminal that can move its cursor. */
static bool is_capable(void)
{
	const char *term = getenv("TERM");
	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

bool settings_wants_json(const struct settings *settings)
{
	return !settings->quiet && settings->progress && strcmp(settings->progress, "json") == 0;
}

static int choose_sink(const struct settings *settings, struct loop *loop,
		       struct progress_sink *sink, struct error *err)
{
	bool color = settings_color(STDERR_FILENO);
	const char *mode = settings->quiet      ? "quiet"
			   : settings->progress ? settings->progress
			   : is_capable()       ? "tty"
						: "plain";
	if (strcmp(mode, "json") == 0)
		*sink = sink_json(stderr);
	else if (strcmp(mode, "tty") == 0 && loop)
		*sink = sink_live(loop, STDERR_FILENO, color);
	else if (strcmp(mode, "tty") == 0 || strcmp(mode, "plain") == 0)
		*sink = sink_plain(stderr, color, false);
	else if (strcmp(mode, "quiet") == 0)
		*sink = sink_plain(stderr, color, true);
	else {
		error_set(err, "--progress takes tty, plain, json or quiet, not '%s'", mode);
		err->exit_code = EXIT_USAGE;
		return -1;
	}
	return 0;
}

struct report *settings_report(const struct settings *settings, struct loop *loop,
			       struct error *err)
{
	struct progress_sink sink;
	if (choose_sink(settings, loop, &sink, err) < 0)
		return NULL;
	struct report *report = report_new();
	report_add_sink(report, sink);
	return report;
}
