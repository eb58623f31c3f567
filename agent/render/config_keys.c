#include "agent/render/config_keys.h"

#include "common/nearest.h"

#include <string.h>

int config_fail(struct config *config, const struct value *value, const char *name,
		const char *what)
{
	return error_set_at(config->err, config->path, value->line, value->column, "'%s' %s", name,
			    what);
}

/* --- blocks --- */

size_t config_block_count(const struct value *blocks)
{
	return blocks->kind == VALUE_LIST ? blocks->list.len : 1;
}

const struct value *config_block_at(const struct value *blocks, size_t i)
{
	return blocks->kind == VALUE_LIST ? blocks->list.items[i] : blocks;
}

static int unknown_key(struct config *config, const struct value_entry *entry, const char *what,
		       const struct config_key *keys, size_t count)
{
	const char **names = arena_alloc(config->arena, count * sizeof *names);
	for (size_t i = 0; i < count; i++)
		names[i] = keys[i].name;
	const char *near = nearest_name(entry->key, names, count);
	return error_set_at(config->err, config->path, entry->line, entry->column,
			    "unknown key '%s' in %s%s%s%s", entry->key, what,
			    near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
}

int config_block(struct config *config, const struct value *block, const char *what,
		 const struct config_key *keys, size_t count, void *target)
{
	if (block->kind != VALUE_MAP)
		return config_fail(config, block, what, "must be a block");
	for (size_t i = 0; i < block->map.len; i++) {
		const struct value_entry *entry = &block->map.entries[i];
		size_t k = 0;
		while (k < count && strcmp(keys[k].name, entry->key) != 0)
			k++;
		if (k == count)
			return unknown_key(config, entry, what, keys, count);
		if (keys[k].read(config, &keys[k], entry, target) < 0)
			return -1;
	}
	return 0;
}

int config_blocks(struct config *config, const struct value_entry *entry, const char *what,
		  const struct config_key *keys, size_t count, void *target)
{
	for (size_t i = 0; i < config_block_count(entry->value); i++)
		if (config_block(config, config_block_at(entry->value, i), what, keys, count,
				 target) < 0)
			return -1;
	return 0;
}

/* --- values --- */

static const char **text_at(const struct config_key *key, void *target)
{
	return (const char **)((char *)target + key->offset);
}

/* NULL, with the error set, for what is no text. */
static const char *text_of(struct config *config, const struct value_entry *entry)
{
	const char *text = value_text(entry->value);
	if (text && strlen(text) == entry->value->string.len)
		return text;
	config_fail(config, entry->value, entry->key,
		    text ? "must not hold a NUL" : "must be a string");
	return NULL;
}

int config_text(struct config *config, const struct config_key *key,
		const struct value_entry *entry, void *target)
{
	const char *text = text_of(config, entry);
	if (!text)
		return -1;
	*text_at(key, target) = *text ? text : NULL;
	return 0;
}

/* Contents may be empty. */
int config_contents(struct config *config, const struct config_key *key,
		    const struct value_entry *entry, void *target)
{
	*text_at(key, target) = text_of(config, entry);
	return *text_at(key, target) ? 0 : -1;
}

int config_account(struct config *config, const struct config_key *key,
		   const struct value_entry *entry, void *target)
{
	const struct value *value = entry->value;
	if (value->kind != VALUE_INT)
		return config_text(config, key, entry, target);
	*text_at(key, target) = arena_printf(config->arena, "%lld", (long long)value->integer);
	return 0;
}

int config_flag(struct config *config, const struct config_key *key,
		const struct value_entry *entry, void *target)
{
	if (entry->value->kind != VALUE_BOOL)
		return config_fail(config, entry->value, entry->key, "must be true or false");
	*(bool *)((char *)target + key->offset) = entry->value->boolean;
	return 0;
}

static int command_list(struct config *config, const struct value_entry *entry,
			struct render_template *tmpl)
{
	const struct value *list = entry->value;
	const char **argv = arena_alloc(config->arena, (list->list.len + 1) * sizeof *argv);
	auto_buf struct buf line = {0};
	for (size_t i = 0; i < list->list.len; i++) {
		const struct value_entry word = {.key = entry->key, .value = list->list.items[i]};
		argv[i] = text_of(config, &word);
		if (!argv[i])
			return -1;
		buf_printf(&line, "%s%s", i ? " " : "", argv[i]);
	}
	tmpl->command = line.len ? arena_strdup(config->arena, line.data) : NULL;
	tmpl->argv = list->list.len > 1 ? argv : NULL;
	return 0;
}

/* A list of one is a shell's line, as in consul-template. */
int config_command(struct config *config, const struct config_key *key,
		   const struct value_entry *entry, void *target)
{
	struct render_template *tmpl = target;
	(void)key;
	if (entry->value->kind == VALUE_LIST)
		return command_list(config, entry, tmpl);
	const char *text = text_of(config, entry);
	tmpl->command = text && *text ? text : NULL;
	tmpl->argv = NULL;
	return text ? 0 : -1;
}

/* Octal: "0640", or the number 0640. 640 would be another mode in Go, and JSON has no octal: such
 * a number is most likely a mistake. 0 stands for the default. */
int config_perms(struct config *config, const struct config_key *key,
		 const struct value_entry *entry, void *target)
{
	const struct value *value = entry->value;
	const char *text = value_text(value);
	char *end = NULL;
	(void)key;
	if (!text && value->kind == VALUE_INT && value->source && *value->source == '0')
		text = value->source;
	long mode = text && *text >= '0' && *text <= '7' ? strtol(text, &end, 8) : -1;
	if (mode < 0 || *end || mode > 07777)
		return config_fail(config, value, entry->key, "must be octal: \"0640\"");
	((struct render_template *)target)->perms = mode ? (int)mode : -1;
	return 0;
}

/* --- what has no effect --- */

int config_ignore(struct config *config, const struct config_key *key,
		  const struct value_entry *entry, void *target)
{
	(void)target;
	auto_error struct error warning = {0};
	error_set_at(&warning, config->path, entry->line, entry->column, "'%s' is ignored: %s",
		     key->name, key->why);
	autofree char *text = error_text(&warning);
	value_append(config->arena, config->settings->ignored, value_string(config->arena, text));
	return 0;
}

int config_refuse(struct config *config, const struct config_key *key,
		  const struct value_entry *entry, void *target)
{
	(void)target;
	return error_set_at(config->err, config->path, entry->line, entry->column,
			    "'%s' is not supported: %s", key->name, key->why);
}
