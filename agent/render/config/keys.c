#include "agent/render/config/keys.h"

#include "common/nearest.h"

#include <string.h>

int config_fail(struct config *config, const struct value *value, const char *name,
		const char *what)
{
	return error_set_at(config->err, config->path, value->line, value->column, "'%s' %s", name,
			    what);
}

size_t config_block_count(const struct value *blocks)
{
	return blocks->kind == VALUE_LIST ? blocks->list.len : 1;
}

const struct value *config_block_at(const struct value *blocks, size_t i)
{
	return blocks->kind == VALUE_LIST ? blocks->list.items[i] : blocks;
}

static size_t count_keys(const struct config_key *keys)
{
	size_t count = 0;
	while (keys[count].name)
		count++;
	return count;
}

const struct config_key *config_find(struct config *config, const struct value_entry *entry,
				     const char *what, const struct config_key *keys)
{
	size_t count = count_keys(keys);
	const char **names = arena_alloc(config->arena, count * sizeof *names);
	for (size_t i = 0; i < count; i++) {
		names[i] = keys[i].name;
		if (strcmp(keys[i].name, entry->key) == 0)
			return &keys[i];
	}
	const char *near = nearest_name(entry->key, names, count);
	error_set_at(config->err, config->path, entry->line, entry->column,
		     "unknown key '%s' in %s%s%s%s", entry->key, what,
		     near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
	return NULL;
}

int config_read(struct config *config, const struct value *block, const char *what,
		const struct config_key *keys, void *target)
{
	if (block->kind != VALUE_MAP)
		return config_fail(config, block, what, "must be a block");
	for (size_t i = 0; i < block->map.len; i++) {
		const struct value_entry *entry = &block->map.entries[i];
		const struct config_key *key = config_find(config, entry, what, keys);
		if (!key || key->read(config, key, entry, target) < 0)
			return -1;
	}
	return 0;
}

/* A block that is there several times is read over itself. */
int config_block(struct config *config, const struct config_key *key,
		 const struct value_entry *entry, void *target)
{
	for (size_t i = 0; i < config_block_count(entry->value); i++)
		if (config_read(config, config_block_at(entry->value, i), key->why, key->keys,
				(char *)target + key->offset) < 0)
			return -1;
	return 0;
}

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
