/* consul-template's configuration: its keys, and ours. */
#include "agent/render/config/hcl.h"
#include "agent/render/config/keys.h"
#include "common/file.h"
#include "common/json.h"

#include <string.h>

#define END                                                                                        \
	{                                                                                          \
		NULL, NULL, 0, NULL, NULL                                                          \
	}

/* --- what servers share --- */

#define RETRY(field) offsetof(struct retry_settings, field)

static const struct config_key retry_keys[] = {
	{"enabled", config_flag, RETRY(enabled), NULL, NULL},
	{"attempts", config_count, RETRY(attempts), NULL, NULL},
	{"backoff", config_duration, RETRY(backoff_ms), NULL, NULL},
	{"max_backoff", config_duration, RETRY(max_backoff_ms), NULL, NULL},
	END,
};

#define TLS(field) offsetof(struct tls_settings, field)

static const struct config_key ssl_keys[] = {
	{"enabled", config_flag, TLS(enabled), NULL, NULL},
	{"verify", config_flag, TLS(verify), NULL, NULL},
	{"ca_cert", config_text, TLS(ca_cert), NULL, NULL},
	{"ca_path", config_text, TLS(ca_path), NULL, NULL},
	{"cert", config_text, TLS(cert), NULL, NULL},
	{"key", config_text, TLS(key), NULL, NULL},
	{"server_name", config_text, TLS(server_name), NULL, NULL},
	END,
};

#define TRANSPORT(field) offsetof(struct transport_settings, field)

static const struct config_key transport_keys[] = {
	{"answer_timeout", config_duration, TRANSPORT(answer_timeout_ms), NULL, NULL},
	{"dial_keep_alive", config_duration, TRANSPORT(dial_keep_alive_ms), NULL, NULL},
	{"dial_timeout", config_duration, TRANSPORT(dial_timeout_ms), NULL, NULL},
	{"disable_keep_alives", config_flag, TRANSPORT(disable_keep_alives), NULL, NULL},
	{"idle_conn_timeout", config_ignore, 0, "idle connections are kept", NULL},
	{"max_idle_conns", config_ignore, 0, "connections are shared and few", NULL},
	{"max_idle_conns_per_host", config_count, TRANSPORT(max_connections), NULL, NULL},
	{"max_conns_per_host", config_count, TRANSPORT(max_connections), NULL, NULL},
	{"tls_handshake_timeout", config_duration, TRANSPORT(tls_handshake_timeout_ms), NULL, NULL},
	END,
};

#define SERVER(field) offsetof(struct server_settings, field)

static const struct config_key auth_keys[] = {
	{"enabled", config_flag, SERVER(auth_enabled), NULL, NULL},
	{"username", config_text, SERVER(username), NULL, NULL},
	{"password", config_text, SERVER(password), NULL, NULL},
	END,
};

/* A block, or "USER:PASSWORD". */
static int read_auth(struct config *config, const struct config_key *key,
		     const struct value_entry *entry, void *target)
{
	struct server_settings *server = target;
	const char *text = value_text(entry->value);
	server->auth_enabled = true;
	if (!text)
		return config_block(config, key, entry, target);
	size_t len = strcspn(text, ":");
	server->username = arena_strndup(config->arena, text, len);
	server->password = text[len] ? arena_strdup(config->arena, text + len + 1) : NULL;
	return 0;
}

/* That it is there means that it is on. */
static int read_ssl(struct config *config, const struct config_key *key,
		    const struct value_entry *entry, void *target)
{
	((struct tls_settings *)((char *)target + key->offset))->enabled = true;
	return config_block(config, key, entry, target);
}

#define SERVER_KEYS                                                                                \
	{"address", config_text, SERVER(address), NULL, NULL},                                     \
		{"token", config_text, SERVER(token), NULL, NULL},                                 \
		{"token_file", config_text, SERVER(token_file), NULL, NULL},                       \
		{"namespace", config_text, SERVER(namespace), NULL, NULL},                         \
		{"retry", config_block, SERVER(retry), "a retry block", retry_keys},               \
		{"ssl", read_ssl, SERVER(tls), "an ssl block", ssl_keys},                          \
	{                                                                                          \
		"transport", config_block, SERVER(transport), "a transport block", transport_keys  \
	}

static const struct config_key consul_keys[] = {
	SERVER_KEYS,
	{"auth", read_auth, 0, "an auth block", auth_keys},
	END,
};

static const struct config_key vault_keys[] = {
	SERVER_KEYS,
	{"client_user_agent", config_text, SERVER(user_agent), NULL, NULL},
	{"default_lease_duration", config_duration, SERVER(default_lease_ms), NULL, NULL},
	{"enabled", config_ignore, 0, "Vault is asked when a template wants a secret", NULL},
	{"grace", config_ignore, 0, "leases are renewed after two thirds of their time", NULL},
	{"k8s_auth_role_name", config_refuse, 0, "log in by another program and use token_file",
	 NULL},
	{"k8s_service_account_token", config_refuse, 0, "use token_file", NULL},
	{"k8s_service_account_token_path", config_refuse, 0, "use token_file", NULL},
	{"k8s_service_mount_path", config_refuse, 0, "use token_file", NULL},
	{"lease_renewal_threshold", config_ignore, 0,
	 "leases are renewed after two thirds of their time", NULL},
	{"renew_token", config_flag, SERVER(renew_token), NULL, NULL},
	{"unwrap_token", config_flag, SERVER(unwrap_token), NULL, NULL},
	{"vault_agent_token_file", config_text, SERVER(token_file), NULL, NULL},
	END,
};

static const struct config_key nomad_keys[] = {
	SERVER_KEYS,
	{"auth_password", config_text, SERVER(password), NULL, NULL},
	{"auth_username", config_text, SERVER(username), NULL, NULL},
	{"enabled", config_ignore, 0, "Nomad is asked when a template wants something of it", NULL},
	{"region", config_text, SERVER(region), NULL, NULL},
	END,
};

/* Old configurations have the address alone. */
static int read_consul(struct config *config, const struct config_key *key,
		       const struct value_entry *entry, void *target)
{
	const struct config_key address = {.name = "consul",
					   .offset = key->offset + SERVER(address)};
	if (value_is(entry->value, VALUE_STRING))
		return config_text(config, &address, entry, target);
	return config_block(config, key, entry, target);
}

/* --- commands --- */

#define ENVIRONMENT(field) offsetof(struct environment_settings, field)

static const struct config_key environment_keys[] = {
	{"pristine", config_flag, ENVIRONMENT(pristine), NULL, NULL},
	{"custom", config_strings, ENVIRONMENT(custom), NULL, NULL},
	{"allowlist", config_strings, ENVIRONMENT(allow), NULL, NULL},
	{"denylist", config_strings, ENVIRONMENT(deny), NULL, NULL},
	{"whitelist", config_strings, ENVIRONMENT(allow), NULL, NULL},
	{"blacklist", config_strings, ENVIRONMENT(deny), NULL, NULL},
	END,
};

#define EXEC(field) offsetof(struct exec_settings, field)

static const struct config_key exec_keys[] = {
	{"command", config_command, 0, NULL, NULL},
	{"enabled", config_flag, EXEC(enabled), NULL, NULL},
	{"env", config_block, EXEC(environment), "an env block", environment_keys},
	{"kill_signal", config_signal, EXEC(kill_signal), NULL, NULL},
	{"kill_timeout", config_duration, EXEC(kill_timeout_ms), NULL, NULL},
	{"reload_signal", config_signal, EXEC(reload_signal), NULL, NULL},
	{"splay", config_duration, EXEC(splay_ms), NULL, NULL},
	{"timeout", config_duration, EXEC(timeout_ms), NULL, NULL},
	END,
};

#define WAIT(field) offsetof(struct wait_settings, field)

const struct config_key config_wait_keys[] = {
	{"enabled", config_flag, WAIT(enabled), NULL, NULL},
	{"min", config_duration, WAIT(min_ms), NULL, NULL},
	{"max", config_duration, WAIT(max_ms), NULL, NULL},
	END,
};

/* --- templates --- */

#define TEMPLATE(field) offsetof(struct render_template, field)
#define EACH(field)     (offsetof(struct render_directory, each) + TEMPLATE(field))

/* What a template may say, and a directory for each of its templates. */
#define TEMPLATE_KEYS(AT)                                                                          \
	{"command", config_command, AT(exec), NULL, NULL},                                         \
		{"command_timeout", config_duration, AT(exec.timeout_ms), NULL, NULL},             \
		{"exec", config_block, AT(exec), "an exec", exec_keys},                            \
		{"check", config_text, AT(check), NULL, NULL},                                     \
		{"perms", config_perms, AT(perms), NULL, NULL},                                    \
		{"left_delimiter", config_text, AT(left), NULL, NULL},                             \
		{"right_delimiter", config_text, AT(right), NULL, NULL},                           \
		{"user", config_account, AT(user), NULL, NULL},                                    \
		{"uid", config_account, AT(user), NULL, NULL},                                     \
		{"group", config_account, AT(group), NULL, NULL},                                  \
		{"gid", config_account, AT(group), NULL, NULL},                                    \
		{"error_on_missing_key", config_flag, AT(error_on_missing_key), NULL, NULL},       \
		{"error_fatal", config_flag, AT(error_fatal), NULL, NULL},                         \
		{"create_dest_dirs", config_flag, AT(create_dest_dirs), NULL, NULL},               \
		{"backup", config_flag, AT(backup), NULL, NULL},                                   \
		{"function_denylist", config_strings, AT(denylist), NULL, NULL},                   \
		{"function_blacklist", config_strings, AT(denylist), NULL, NULL},                  \
	{                                                                                          \
		"sandbox_path", config_text, AT(sandbox), NULL, NULL                               \
	}

/* As consul-template, where the process runs; else beside the file that names it. */
static int read_source(struct config *config, const struct config_key *key,
		       const struct value_entry *entry, void *target)
{
	const char **source = (const char **)((char *)target + key->offset);
	if (config_text(config, key, entry, target) < 0)
		return -1;
	if (*source && **source != '/' && access(*source, F_OK) < 0)
		*source = arena_printf(config->arena, "%s%s", config->directory, *source);
	return 0;
}

static int read_own_wait(struct config *config, const struct config_key *key,
			 const struct value_entry *entry, void *target)
{
	((struct render_template *)target)->own_wait = true;
	return config_wait(config, key, entry, target);
}

const struct config_key config_template_keys[] = {
	{"source", read_source, TEMPLATE(source), NULL, NULL},
	{"destination", config_text, TEMPLATE(destination), NULL, NULL},
	{"contents", config_contents, TEMPLATE(contents), NULL, NULL},
	{"wait", read_own_wait, TEMPLATE(wait), NULL, NULL},
	TEMPLATE_KEYS(TEMPLATE),
	END,
};

#define DIRECTORY(field) offsetof(struct render_directory, field)

static const struct config_key directory_keys[] = {
	{"source", read_source, DIRECTORY(source), NULL, NULL},
	{"destination", config_text, DIRECTORY(destination), NULL, NULL},
	{"purge", config_flag, DIRECTORY(purge), NULL, NULL},
	TEMPLATE_KEYS(EACH),
	END,
};

static int add_template(struct config *config, const struct value *block)
{
	struct render_template tmpl;
	render_template_init(&tmpl);
	if (config_read(config, block, "a template", config_template_keys, &tmpl) < 0)
		return -1;
	if (!tmpl.source && !tmpl.contents)
		return config_fail(config, block, "template", "needs a source, or contents");
	if (tmpl.source && tmpl.contents)
		return config_fail(config, block, "template", "has a source and contents: which?");
	if (!tmpl.destination)
		return config_fail(config, block, "template", "needs a destination");
	render_add_template(config->settings, config->arena, &tmpl);
	return 0;
}

static int add_directory(struct config *config, const struct value *block)
{
	struct render_settings *settings = config->settings;
	struct render_directory directory;
	render_directory_init(&directory);
	if (config_read(config, block, "a directory", directory_keys, &directory) < 0)
		return -1;
	if (!directory.source || !directory.destination)
		return config_fail(config, block, "directory", "needs a source and a destination");
	settings->directories =
		arena_grow(config->arena, settings->directories, settings->directory_count,
			   settings->directory_count + 1, sizeof directory);
	settings->directories[settings->directory_count++] = directory;
	return 0;
}

static int read_templates(struct config *config, const struct config_key *key,
			  const struct value_entry *entry, void *target)
{
	(void)target;
	bool directory = strcmp(key->name, "directory") == 0;
	for (size_t i = 0; i < config_block_count(entry->value); i++) {
		const struct value *block = config_block_at(entry->value, i);
		if ((directory ? add_directory : add_template)(config, block) < 0)
			return -1;
	}
	return 0;
}

/* --- all --- */

#define SETTINGS(field) offsetof(struct render_settings, field)

static const struct config_key delimiter_keys[] = {
	{"left", config_text, SETTINGS(left), NULL, NULL},
	{"right", config_text, SETTINGS(right), NULL, NULL},
	END,
};

static const struct config_key log_file_keys[] = {
	{"path", config_text, SETTINGS(log.file), NULL, NULL},
	{"log_rotate_bytes", config_size, SETTINGS(log.rotate_bytes), NULL, NULL},
	{"log_rotate_duration", config_duration, SETTINGS(log.rotate_ms), NULL, NULL},
	{"log_rotate_max_files", config_number, SETTINGS(log.max_files), NULL, NULL},
	END,
};

static const struct config_key syslog_keys[] = {
	{"enabled", config_flag, SETTINGS(log.syslog), NULL, NULL},
	{"facility", config_text, SETTINGS(log.facility), NULL, NULL},
	{"name", config_text, SETTINGS(log.name), NULL, NULL},
	END,
};

static const struct config_key dedup_keys[] = {
	{"enabled", config_flag, SETTINGS(dedup.enabled), NULL, NULL},
	{"prefix", config_text, SETTINGS(dedup.prefix), NULL, NULL},
	{"ttl", config_duration, SETTINGS(dedup.ttl_ms), NULL, NULL},
	{"block_query_wait", config_ignore, 0, "that of the configuration is used", NULL},
	{"max_stale", config_ignore, 0, "that of the configuration is used", NULL},
	END,
};

const struct config_key config_keys[] = {
	{"template", read_templates, 0, NULL, NULL},
	{"directory", read_templates, 0, NULL, NULL},
	{"consul", read_consul, SETTINGS(consul), "the consul block", consul_keys},
	{"vault", config_block, SETTINGS(vault), "the vault block", vault_keys},
	{"nomad", config_block, SETTINGS(nomad), "the nomad block", nomad_keys},
	{"token", config_text, SETTINGS(consul.token), NULL, NULL},
	{"auth", read_auth, SETTINGS(consul), "an auth block", auth_keys},
	{"ssl", read_ssl, SETTINGS(consul.tls), "an ssl block", ssl_keys},
	{"exec", config_block, SETTINGS(exec), "an exec", exec_keys},
	{"after", config_block, SETTINGS(after), "the after block", exec_keys},
	{"default_delimiters", config_block, 0, "default_delimiters", delimiter_keys},
	{"wait", config_wait, SETTINGS(wait), NULL, NULL},
	{"log_level", config_text, SETTINGS(log.level), NULL, NULL},
	{"log_file", config_block, 0, "the log_file block", log_file_keys},
	{"syslog", config_block, 0, "the syslog block", syslog_keys},
	{"deduplicate", config_block, 0, "the deduplicate block", dedup_keys},
	{"facts", config_block, SETTINGS(facts), "the facts block", config_facts_keys},
	{"max_stale", config_duration, SETTINGS(max_stale_ms), NULL, NULL},
	{"block_query_wait", config_duration, SETTINGS(block_query_wait_ms), NULL, NULL},
	{"kill_signal", config_signal, SETTINGS(kill_signal), NULL, NULL},
	{"reload_signal", config_signal, SETTINGS(reload_signal), NULL, NULL},
	{"pid_file", config_text, SETTINGS(pid_file), NULL, NULL},
	{"once", config_flag, SETTINGS(once), NULL, NULL},
	{"parse_only", config_flag, SETTINGS(parse_only), NULL, NULL},
	{"template_error_fatal", config_flag, SETTINGS(template_error_fatal), NULL, NULL},
	{"err_on_failed_lookup", config_flag, SETTINGS(err_on_failed_lookup), NULL, NULL},
	{"missing", config_missing, SETTINGS(missing), NULL, NULL},
	{"kv", config_text, SETTINGS(kv), NULL, NULL},
	{"record", config_text, SETTINGS(record), NULL, NULL},
	END,
};

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
	if (file_read(path, 0, &text, err) < 0)
		return -1;
	const struct value *root = is_json(path)
					   ? json_parse(arena, path, buf_text(&text), text.len, err)
					   : hcl_parse(arena, path, buf_text(&text), text.len, err);
	return root ? config_read(&config, root, "the configuration", config_keys, settings) : -1;
}

/* The flag's key has no position: errors say "-FLAG" for the file, and the flag for the key. */
int render_config_set(struct arena *arena, struct render_settings *settings, const char *path,
		      const char *flag, const char *text, struct error *err)
{
	struct config config = {
		.arena = arena, .path = flag, .directory = "", .settings = settings, .err = err};
	const struct config_key *keys = config_keys;
	char *target = (char *)settings;
	for (;;) {
		size_t len = strcspn(path, ".");
		struct value_entry entry = {.key = arena_strndup(arena, path, len),
					    .value = value_string(arena, text)};
		const struct config_key *key = config_find(&config, &entry, flag, keys);
		if (!key || !path[len])
			return key ? key->read(&config, key, &entry, target) : -1;
		keys = key->keys;
		target += key->offset;
		path += len + 1;
	}
}
