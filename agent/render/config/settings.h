/* What a configuration and the flags say, with consul-template's defaults where they say nothing
 * (https://github.com/hashicorp/consul-template/blob/main/docs/configuration.md). Strings live in
 * the arena they were read into; times are milliseconds. */
#ifndef FACTORY_AGENT_RENDER_CONFIG_SETTINGS_H
#define FACTORY_AGENT_RENDER_CONFIG_SETTINGS_H

#include "agent/source/server.h"
#include "common/error.h"
#include "common/value.h"

#include <signal.h>

/* How long changes may gather before a rendering: from the first one at most `max`, and until
 * nothing has changed for `min`. */
struct wait_settings {
	bool enabled;
	uint32_t min_ms, max_ms;
};

/* What a command finds in its environment: NULL lists are empty; the lists hold globs. */
struct environment_settings {
	bool pristine; /* only `custom` */
	const char *const *custom, *const *allow, *const *deny;
};

struct exec_settings {
	bool enabled;
	const char *command;     /* as one line, or NULL */
	const char *const *argv; /* the command as a list: run without a shell; or NULL */
	struct environment_settings environment;
	int kill_signal, reload_signal; /* 0: none */
	uint32_t kill_timeout_ms, splay_ms;
	uint32_t timeout_ms; /* 0: none */
};

struct log_settings {
	const char *level, *file;
	uint64_t rotate_bytes; /* 0: never */
	uint32_t rotate_ms;    /* 0: never */
	int max_files;         /* old ones that are kept; 0: all, -1: none */
	bool syslog;
	const char *facility, *name;
};

struct dedup_settings {
	bool enabled;
	const char *prefix;
	uint32_t ttl_ms;
};

struct render_template {
	const char *source, *destination; /* paths; a relative source is beside its template.hcl */
	const char *contents;             /* instead of a source; NULL otherwise */
	struct exec_settings exec;        /* run after the file has changed */
	const char *check;                /* run before the file replaces the old one, or NULL */
	const char *left, *right;         /* delimiters; NULL: {{ and }} */
	int perms;                        /* -1: 0644, or those of the file that is there */
	const char *user, *group;         /* NULL: as it is made */
	bool error_on_missing_key, create_dest_dirs;
	bool error_fatal; /* false: a template that fails is logged, and the others go on */
	bool backup;      /* keeps the file that was there as DESTINATION.bak */
	struct wait_settings wait;
	bool own_wait;               /* it says something about waiting */
	const char *const *denylist; /* functions it may not call; NULL: none */
	const char *sandbox;         /* `file` stays below this directory; NULL: anywhere */
};

/* A tree of templates that is rendered into another tree. */
struct render_directory {
	const char *source, *destination;
	bool purge; /* files whose template is gone are removed */
	struct render_template each;
};

enum missing_policy {
	MISSING_DEFAULT, /* fail when rendering once, wait when watching */
	MISSING_FAIL,
	MISSING_WAIT,
	MISSING_EMPTY,
};

struct render_settings {
	struct render_template *templates;
	size_t count, room;
	struct render_directory *directories;
	size_t directory_count;
	const char *left, *right; /* default delimiters */
	struct server_settings consul, vault, nomad;
	struct exec_settings exec;  /* the child */
	struct exec_settings after; /* a command after all templates of a change */
	struct wait_settings wait;
	struct log_settings log;
	struct dedup_settings dedup;
	enum missing_policy missing;
	uint32_t max_stale_ms, block_query_wait_ms;
	int kill_signal, reload_signal; /* that the agent listens for; 0: none */
	const char *pid_file;
	const char *kv, *record; /* files of values: read instead of a server, written after one */
	bool once, dry, parse_only, explain, template_error_fatal, err_on_failed_lookup;
	struct value *ignored; /* list of warnings, one for each key that has no effect here */
};

/* The defaults, of everything and of a template. */
void render_settings_init(struct render_settings *settings, struct arena *arena);
void render_template_init(struct render_template *tmpl);
void render_directory_init(struct render_directory *directory);

/* Reads a configuration (HCL 1, or JSON by its ending) over what is set already. Everything is
 * in `arena`. */
int render_config(const char *path, struct arena *arena, struct render_settings *settings,
		  struct error *err);

/* Sets what a key of the configuration sets, from a flag's text: "consul.retry.attempts", "5".
 * `flag` is what errors name. */
int render_config_set(struct arena *arena, struct render_settings *settings, const char *path,
		      const char *flag, const char *text, struct error *err);

/* After all of them: what depends on others (default delimiters, waits); what is contradictory. */
int render_settings_finish(struct render_settings *settings, struct error *err);

void render_add_template(struct render_settings *settings, struct arena *arena,
			 const struct render_template *tmpl);

#endif
