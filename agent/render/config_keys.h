/* Reading a configuration's blocks by tables of their keys. */
#ifndef FACTORY_AGENT_RENDER_CONFIG_KEYS_H
#define FACTORY_AGENT_RENDER_CONFIG_KEYS_H

#include "agent/render/render.h"
#include "common/own.h"

struct config {
	struct arena *arena;
	const char *path;
	const char *directory;    /* where relative sources are: "" or with a slash at the end */
	const char *left, *right; /* default_delimiters; NULL: Go's */
	struct render_settings *settings;
	struct error *err;
};

/* One key of a block: how it is read, and where in the block's struct its value goes. */
struct config_key {
	const char *name;
	int (*read)(struct config *config, const struct config_key *key,
		    const struct value_entry *entry, void *target);
	size_t offset;
	const char *why; /* it is ignored or refused */
};

/* Sets an error at a value: "'NAME' WHAT". Returns -1. */
int config_fail(struct config *config, const struct value *value, const char *name,
		const char *what);

/* A block is a list of maps, one for each time it is there; JSON may have the map itself. */
size_t config_block_count(const struct value *blocks);
const struct value *config_block_at(const struct value *blocks, size_t i);

/* Reads one block, or all of an entry's, into `target`. `what` is what errors call it. An unknown
 * key is an error that names the nearest known one. */
int config_block(struct config *config, const struct value *block, const char *what,
		 const struct config_key *keys, size_t count, void *target);
int config_blocks(struct config *config, const struct value_entry *entry, const char *what,
		  const struct config_key *keys, size_t count, void *target);

/* Readers. config_text, config_contents, config_account and config_flag write at the key's offset;
 * config_command and config_perms into a struct render_template. */
typedef int config_reader(struct config *config, const struct config_key *key,
			  const struct value_entry *entry, void *target);
config_reader config_text, config_contents, config_account, config_flag, config_command,
	config_perms;
config_reader config_ignore; /* a warning */
config_reader config_refuse; /* an error: without it something else would happen */

#endif
