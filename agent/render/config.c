/* consul-template's configuration (its README describes the stanzas) to templates. */
#include "agent/render/hcl.h"
#include "agent/render/render.h"
#include "common/file.h"
#include "common/json.h"
#include "common/nearest.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

struct config {
	struct arena *arena;
	const char *path;
	const char *directory; /* where relative sources are */
	struct render_template *templates;
	size_t count;
	const char *address, *token;
	struct error *err;
};

struct config_key {
	const char *name;
	int (*read)(struct config *config, const struct value_entry *entry,
		    struct render_template *tmpl);
};

static int fail(struct config *config, const struct value *value, const char *name,
		const char *what)
{
	return error_set_at(config->err, config->path, value->line, value->column, "'%s' %s", name,
			    what);
}

/* --- a template's keys --- */

static int read_text(struct config *config, const struct value_entry *entry, const char **text)
{
	*text = value_text(entry->value);
	return *text ? 0 : fail(config, entry->value, entry->key, "must be a string");
}

static int read_source(struct config *config, const struct value_entry *entry,
		       struct render_template *tmpl)
{
	if (read_text(config, entry, &tmpl->source) < 0)
		return -1;
	if (tmpl->source[0] != '/')
		tmpl->source = arena_printf(config->arena, "%s%s", config->directory, tmpl->source);
	return 0;
}

static int read_destination(struct config *config, const struct value_entry *entry,
			    struct render_template *tmpl)
{
	return read_text(config, entry, &tmpl->destination);
}

static int read_contents(struct config *config, const struct value_entry *entry,
			 struct render_template *tmpl)
{
	return read_text(config, entry, &tmpl->contents);
}

/* A list is joined: it is run by the shell either way. */
static int read_command(struct config *config, const struct value_entry *entry,
			struct render_template *tmpl)
{
	const struct value *value = entry->value;
	if (value->kind != VALUE_LIST)
		return read_text(config, entry, &tmpl->command);
	auto_buf struct buf line = {0};
	for (size_t i = 0; i < value->list.len; i++) {
		const char *word = value_text(value->list.items[i]);
		if (!word)
			return fail(config, value, entry->key, "must be a string or a list of them");
		buf_printf(&line, "%s%s", i ? " " : "", word);
	}
	tmpl->command = arena_strdup(config->arena, buf_text(&line));
	return 0;
}

/* Octal, as written: 0640 or "0640". */
static int read_perms(struct config *config, const struct value_entry *entry,
		      struct render_template *tmpl)
{
	const char *text = value_text(entry->value);
	char *end = NULL;
	if (!text)
		text = entry->value->source;
	long mode = text ? strtol(text, &end, 8) : -1;
	if (!text || !*text || *end || mode < 0 || mode > 07777)
		return fail(config, entry->value, entry->key, "must be octal, such as 0644");
	tmpl->perms = (int)mode;
	return 0;
}

static int read_left(struct config *config, const struct value_entry *entry,
		     struct render_template *tmpl)
{
	return read_text(config, entry, &tmpl->left);
}

static int read_right(struct config *config, const struct value_entry *entry,
		      struct render_template *tmpl)
{
	return read_text(config, entry, &tmpl->right);
}

static int read_user(struct config *config, const struct value_entry *entry,
		     struct render_template *tmpl)
{
	return read_text(config, entry, &tmpl->user);
}

static int read_group(struct config *config, const struct value_entry *entry,
		      struct render_template *tmpl)
{
	return read_text(config, entry, &tmpl->group);
}

static int read_flag(struct config *config, const struct value_entry *entry, bool *flag)
{
	if (entry->value->kind != VALUE_BOOL)
		return fail(config, entry->value, entry->key, "must be true or false");
	*flag = entry->value->boolean;
	return 0;
}

static int read_error_on_missing_key(struct config *config, const struct value_entry *entry,
				     struct render_template *tmpl)
{
	return read_flag(config, entry, &tmpl->error_on_missing_key);
}

static int read_create_dest_dirs(struct config *config, const struct value_entry *entry,
				 struct render_template *tmpl)
{
	return read_flag(config, entry, &tmpl->create_dest_dirs);
}

/* Known, and without a meaning for a single rendering. */
static int skip(struct config *config, const struct value_entry *entry,
		struct render_template *tmpl)
{
	(void)config;
	(void)entry;
	(void)tmpl;
	return 0;
}

static const struct config_key template_keys[] = {
	{"source", read_source},
	{"destination", read_destination},
	{"contents", read_contents},
	{"command", read_command},
	{"perms", read_perms},
	{"left_delimiter", read_left},
	{"right_delimiter", read_right},
	{"user", read_user},
	{"group", read_group},
	{"error_on_missing_key", read_error_on_missing_key},
	{"create_dest_dirs", read_create_dest_dirs},
	{"backup", skip},
	{"command_timeout", skip},
	{"error_fatal", skip},
	{"exec", skip},
	{"function_denylist", skip},
	{"sandbox_path", skip},
	{"uid", skip},
	{"gid", skip},
	{"wait", skip},
};

/* --- the top level --- */

static int read_keys(struct config *config, const struct value *map, const char *what,
		     const struct config_key *keys, size_t count, struct render_template *tmpl)
{
	const char *names[count];
	for (size_t k = 0; k < count; k++)
		names[k] = keys[k].name;
	for (size_t i = 0; i < map->map.len; i++) {
		const struct value_entry *entry = &map->map.entries[i];
		size_t k = 0;
		while (k < count && strcmp(keys[k].name, entry->key) != 0)
			k++;
		const char *near = nearest_name(entry->key, names, count);
		if (k == count)
			return error_set_at(config->err, config->path, entry->line, entry->column,
					    "unknown key '%s' in %s%s%s%s", entry->key, what,
					    near ? ": did you mean '" : "", near ? near : "",
					    near ? "'?" : "");
		if (keys[k].read(config, entry, tmpl) < 0)
			return -1;
	}
	return 0;
}

static int add_template(struct config *config, const struct value *block)
{
	struct render_template *tmpl = &config->templates[config->count];
	*tmpl = (struct render_template){.perms = -1, .create_dest_dirs = true};
	if (block->kind != VALUE_MAP)
		return fail(config, block, "template", "must be a block");
	if (read_keys(config, block, "a template", template_keys, COUNT_OF(template_keys), tmpl) < 0)
		return -1;
	if (!tmpl->source == !tmpl->contents)
		return fail(config, block, "template", "needs a source, or contents");
	if (!tmpl->destination)
		return fail(config, block, "template", "needs a destination");
	config->count++;
	return 0;
}

/* A block is a list of maps; JSON may have the map itself. */
static const struct value *block_at(const struct value *blocks, size_t i)
{
	return blocks->kind == VALUE_LIST ? blocks->list.items[i] : blocks;
}

static size_t block_count(const struct value *blocks)
{
	return blocks->kind == VALUE_LIST ? blocks->list.len : 1;
}

static int read_templates(struct config *config, const struct value_entry *entry,
			  struct render_template *tmpl)
{
	size_t count = block_count(entry->value);
	(void)tmpl;
	config->templates = arena_grow(config->arena, config->templates, config->count,
				       config->count + count, sizeof *config->templates);
	for (size_t i = 0; i < count; i++)
		if (add_template(config, block_at(entry->value, i)) < 0)
			return -1;
	return 0;
}

static int read_consul(struct config *config, const struct value_entry *entry,
		       struct render_template *tmpl)
{
	(void)tmpl;
	for (size_t i = 0; i < block_count(entry->value); i++) {
		const struct value *block = block_at(entry->value, i);
		const char *address = value_text(value_get(block, "address"));
		const char *token = value_text(value_get(block, "token"));
		config->address = address ? address : config->address;
		config->token = token ? token : config->token;
	}
	return 0;
}

static const struct config_key keys[] = {
	{"template", read_templates},
	{"consul", read_consul},
	{"block_query_wait", skip},
	{"deduplicate", skip},
	{"default_delimiters", skip},
	{"err_on_failed_lookup", skip},
	{"exec", skip},
	{"kill_signal", skip},
	{"log_file", skip},
	{"log_level", skip},
	{"max_stale", skip},
	{"nomad", skip},
	{"once", skip},
	{"parse_only", skip},
	{"pid_file", skip},
	{"reload_signal", skip},
	{"syslog", skip},
	{"template_error_fatal", skip},
	{"vault", skip},
	{"wait", skip},
};

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);
	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

int render_config(const char *path, struct arena *arena, struct render_template **templates,
		  size_t *count, const char **consul_address, const char **consul_token,
		  struct error *err)
{
	auto_buf struct buf text = {0};
	const char *slash = strrchr(path, '/');
	struct config config = {.arena = arena, .path = path, .err = err};
	config.directory = slash ? arena_strndup(arena, path, (size_t)(slash + 1 - path)) : "";
	if (file_read(path, 0, &text, err) < 0)
		return -1;
	const struct value *root =
		ends_with(path, ".json") ? json_parse(arena, path, buf_text(&text), text.len, err)
					 : hcl_parse(arena, path, buf_text(&text), text.len, err);
	if (!root || read_keys(&config, root, "the configuration", keys, COUNT_OF(keys), NULL) < 0)
		return -1;
	*templates = config.templates;
	*count = config.count;
	*consul_address = config.address ? config.address : *consul_address;
	*consul_token = config.token ? config.token : *consul_token;
	return 0;
}
