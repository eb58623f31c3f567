/* consul-template's configuration (its docs/configuration.md describes the stanzas) to templates.
 */
#include "agent/render/config_keys.h"
#include "agent/render/hcl.h"
#include "common/file.h"
#include "common/json.h"

#include <string.h>

static const struct config_key exec_keys[] = {
	{"command", config_command, 0, NULL},
	{"enabled", config_ignore, 0, "a command runs when it is there"},
	{"env", config_refuse, 0, "commands have the agent's environment"},
	{"kill_signal", config_ignore, 0, "commands are waited for"},
	{"kill_timeout", config_ignore, 0, "commands are waited for"},
	{"reload_signal", config_ignore, 0, "commands are waited for"},
	{"splay", config_ignore, 0, "commands are waited for"},
	{"timeout", config_ignore, 0, "commands may take as long as they need"},
};

static int read_exec(struct config *config, const struct config_key *key,
		     const struct value_entry *entry, void *target)
{
	(void)key;
	return config_blocks(config, entry, "an exec", exec_keys, COUNT_OF(exec_keys), target);
}

/* Beside the file that names it. */
static int read_source(struct config *config, const struct config_key *key,
		       const struct value_entry *entry, void *target)
{
	struct render_template *tmpl = target;
	if (config_text(config, key, entry, target) < 0)
		return -1;
	if (tmpl->source && tmpl->source[0] != '/')
		tmpl->source = arena_printf(config->arena, "%s%s", config->directory, tmpl->source);
	return 0;
}

#define TEMPLATE(field) offsetof(struct render_template, field)

static const struct config_key template_keys[] = {
	{"source", read_source, TEMPLATE(source), NULL},
	{"destination", config_text, TEMPLATE(destination), NULL},
	{"contents", config_contents, TEMPLATE(contents), NULL},
	{"command", config_command, 0, NULL},
	{"exec", read_exec, 0, NULL},
	{"perms", config_perms, 0, NULL},
	{"left_delimiter", config_text, TEMPLATE(left), NULL},
	{"right_delimiter", config_text, TEMPLATE(right), NULL},
	{"user", config_account, TEMPLATE(user), NULL},
	{"uid", config_account, TEMPLATE(user), NULL},
	{"group", config_account, TEMPLATE(group), NULL},
	{"gid", config_account, TEMPLATE(group), NULL},
	{"error_on_missing_key", config_flag, TEMPLATE(error_on_missing_key), NULL},
	{"create_dest_dirs", config_flag, TEMPLATE(create_dest_dirs), NULL},
	{"backup", config_flag, TEMPLATE(backup), NULL},
	{"command_timeout", config_ignore, 0, "commands may take as long as they need"},
	{"error_fatal", config_ignore, 0, "an error always is"},
	{"function_blacklist", config_refuse, 0, "functions can't be forbidden yet"},
	{"function_denylist", config_refuse, 0, "functions can't be forbidden yet"},
	{"sandbox_path", config_refuse, 0, "files can't be confined yet"},
	{"wait", config_ignore, 0, "it is for watching"},
};

static int add_template(struct config *config, const struct value *block)
{
	struct render_template *tmpl = &config->settings->templates[config->settings->count];
	*tmpl = (struct render_template){.perms = -1, .create_dest_dirs = true};
	if (config_block(config, block, "a template", template_keys, COUNT_OF(template_keys),
			 tmpl) < 0)
		return -1;
	if (!tmpl->source && !tmpl->contents)
		return config_fail(config, block, "template", "needs a source, or contents");
	if (tmpl->source && tmpl->contents)
		return config_fail(config, block, "template", "has a source and contents: which?");
	if (!tmpl->destination)
		return config_fail(config, block, "template", "needs a destination");
	config->settings->count++;
	return 0;
}

static int read_templates(struct config *config, const struct config_key *key,
			  const struct value_entry *entry, void *target)
{
	struct render_settings *settings = target;
	size_t count = config_block_count(entry->value);
	(void)key;
	settings->templates = arena_grow(config->arena, settings->templates, settings->count,
					 settings->count + count, sizeof *settings->templates);
	for (size_t i = 0; i < count; i++)
		if (add_template(config, config_block_at(entry->value, i)) < 0)
			return -1;
	return 0;
}

/* "enabled = false" is what there is. */
static int read_ssl(struct config *config, const struct config_key *key,
		    const struct value_entry *entry, void *target)
{
	for (size_t i = 0; i < config_block_count(entry->value); i++) {
		const struct value *enabled =
			value_get(config_block_at(entry->value, i), "enabled");
		if (!value_is(enabled, VALUE_BOOL) || enabled->boolean)
			return config_refuse(config, key, entry, target);
	}
	return 0;
}

#define SETTINGS(field) offsetof(struct render_settings, field)

static const struct config_key consul_keys[] = {
	{"address", config_text, SETTINGS(consul_address), NULL},
	{"token", config_text, SETTINGS(consul_token), NULL},
	{"auth", config_refuse, 0, "use a token"},
	{"namespace", config_refuse, 0, "there is one namespace"},
	{"retry", config_ignore, 0, "a request that failed is an error"},
	{"ssl", read_ssl, 0, "use an address with https:// and CONSUL_CACERT"},
	{"transport", config_ignore, 0, "one connection is kept open"},
};

static int read_consul(struct config *config, const struct config_key *key,
		       const struct value_entry *entry, void *target)
{
	static const struct config_key address = {"consul", config_text, SETTINGS(consul_address),
						  NULL};
	(void)key;
	if (value_is(entry->value, VALUE_STRING)) /* of old configurations */
		return config_text(config, &address, entry, target);
	return config_blocks(config, entry, "the consul block", consul_keys, COUNT_OF(consul_keys),
			     target);
}

static const struct config_key delimiter_keys[] = {
	{"left", config_text, offsetof(struct config, left), NULL},
	{"right", config_text, offsetof(struct config, right), NULL},
};

static int read_delimiters(struct config *config, const struct config_key *key,
			   const struct value_entry *entry, void *target)
{
	(void)key;
	(void)target;
	return config_blocks(config, entry, "default_delimiters", delimiter_keys,
			     COUNT_OF(delimiter_keys), config);
}

static const struct config_key keys[] = {
	{"template", read_templates, 0, NULL},
	{"consul", read_consul, 0, NULL},
	{"default_delimiters", read_delimiters, 0, NULL},
	{"once", config_flag, SETTINGS(once), NULL},
	{"block_query_wait", config_ignore, 0, "it is for watching"},
	{"deduplicate", config_ignore, 0, "it is for watching"},
	{"err_on_failed_lookup", config_ignore, 0, "a missing key always is an error"},
	{"exec", config_refuse, 0, "children are not run yet: use a template's command"},
	{"kill_signal", config_ignore, 0, "it is for watching"},
	{"log_file", config_ignore, 0, "there is no log yet"},
	{"log_level", config_ignore, 0, "there is no log yet"},
	{"max_stale", config_ignore, 0, "the leader is asked"},
	{"nomad", config_ignore, 0, "Nomad is not asked yet"},
	{"parse_only", config_refuse, 0, "use -dry"},
	{"pid_file", config_ignore, 0, "it is for watching"},
	{"reload_signal", config_ignore, 0, "it is for watching"},
	{"syslog", config_ignore, 0, "there is no log yet"},
	{"template_error_fatal", config_ignore, 0, "an error always is"},
	{"vault", config_ignore, 0, "Vault is not asked yet"},
	{"wait", config_ignore, 0, "it is for watching"},
};

/* Where a template says nothing, or "". */
static void set_delimiters(const struct config *config)
{
	for (size_t i = 0; i < config->settings->count; i++) {
		struct render_template *tmpl = &config->settings->templates[i];
		tmpl->left = tmpl->left && *tmpl->left ? tmpl->left : config->left;
		tmpl->right = tmpl->right && *tmpl->right ? tmpl->right : config->right;
	}
}

static bool is_json(const char *path)
{
	size_t len = strlen(path);
	return len > 5 && strcmp(path + len - 5, ".json") == 0;
}

int render_config(const char *path, struct arena *arena, struct render_settings *settings,
		  struct error *err)
{
	auto_buf struct buf text = {0};
	const char *slash = strrchr(path, '/');
	struct config config = {.arena = arena, .path = path, .settings = settings, .err = err};
	config.directory = slash ? arena_strndup(arena, path, (size_t)(slash + 1 - path)) : "";
	*settings = (struct render_settings){.ignored = value_list(arena)};
	if (file_read(path, 0, &text, err) < 0)
		return -1;
	const struct value *root = is_json(path)
					   ? json_parse(arena, path, buf_text(&text), text.len, err)
					   : hcl_parse(arena, path, buf_text(&text), text.len, err);
	if (!root ||
	    config_block(&config, root, "the configuration", keys, COUNT_OF(keys), settings) < 0)
		return -1;
	set_delimiters(&config);
	return 0;
}
