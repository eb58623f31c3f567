/* Reading a configuration's blocks by tables of their keys. */
#ifndef FACTORY_AGENT_RENDER_CONFIG_KEYS_H
#define FACTORY_AGENT_RENDER_CONFIG_KEYS_H

#include "agent/render/config/settings.h"
#include "common/own.h"

struct config {
	struct arena *arena;
	const char *path;      /* the file, or the flag */
	const char *directory; /* of the file: "" or with a slash at the end */
	struct render_settings *settings;
	struct error *err;
};

/* One key of a block: how it is read, and where in the block's struct its value goes. A table ends
 * with an entry without a name. */
struct config_key {
	const char *name;
	int (*read)(struct config *config, const struct config_key *key,
		    const struct value_entry *entry, void *target);
	size_t offset;
	const char *why;               /* it is ignored; of a block: what errors call it */
	const struct config_key *keys; /* of a block */
};

/* Sets an error at a value: "'NAME' WHAT". Returns -1. */
int config_fail(struct config *config, const struct value *value, const char *name,
		const char *what);

/* A block is a list of maps, one for each time it is there; JSON may have the map itself. */
size_t config_block_count(const struct value *blocks);
const struct value *config_block_at(const struct value *blocks, size_t i);

/* Reads one block into `target`. `what` is what errors call it. An unknown key is an error that
 * names the nearest known one. */
int config_read(struct config *config, const struct value *block, const char *what,
		const struct config_key *keys, void *target);

/* The key, or NULL with an error at the entry. */
const struct config_key *config_find(struct config *config, const struct value_entry *entry,
				     const char *what, const struct config_key *keys);

/* Readers; each writes at the key's offset. A flag's value comes as a string: flags, numbers and
 * lists are read from text too. */
typedef int config_reader(struct config *config, const struct config_key *key,
			  const struct value_entry *entry, void *target);
config_reader config_block;    /* a struct at the offset, by key->keys */
config_reader config_text;     /* const char *; "" is NULL */
config_reader config_contents; /* const char *; may be empty */
config_reader config_account;  /* const char *: a name, or a number */
config_reader config_flag;     /* bool */
config_reader config_count;    /* unsigned */
config_reader config_number;   /* int, -1 and more */
config_reader config_size;     /* uint64_t */
config_reader config_duration; /* uint32_t, milliseconds; "1m30s" */
config_reader config_signal;   /* int; "" is none */
config_reader config_strings;  /* const char *const *, ends with NULL */
config_reader config_command;  /* struct exec_settings: command and argv */
config_reader config_perms;    /* int */
config_reader config_wait;     /* struct wait_settings: a block, or "MIN:MAX" */
config_reader config_missing;  /* enum missing_policy */
config_reader config_ignore;   /* a warning */
config_reader config_refuse;   /* an error: without it something else would happen */

/* The keys of a wait block, of a template, and of the configuration. */
extern const struct config_key config_wait_keys[], config_template_keys[], config_keys[];

#endif
