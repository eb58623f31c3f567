#include "agent/render/config/flags.h"

#include "common/buffer.h"
#include "common/memory.h"
#include "common/nearest.h"
#include "common/own.h"

#include <dirent.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct command_line {
	struct arena *arena;
	struct render_settings *settings;
	struct render_flags *flags;
	bool configs_now; /* the first walk reads configurations, the second one all else */
	struct error *err;
};

/* What a flag does: `key` is the configuration's key that it sets. */
struct flag {
	const char *name, *argument; /* NULL: it is true or false, true when it stands alone */
	const char *key;
	int (*take)(struct command_line *line, const struct flag *flag, const char *text);
	bool *(*decide)(struct command_line *line);
	const char *help;
};

static int fail(int code, struct error *err)
{
	err->exit_code = code;
	return -1;
}

/* --- configurations --- */

static int is_config(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');
	return dot && (strcmp(dot, ".hcl") == 0 || strcmp(dot, ".json") == 0);
}

static int read_directory(struct command_line *line, const char *path)
{
	autoentries struct entries names = {0};
	names.count = scandir(path, &names.items, is_config, alphasort);
	if (names.count < 0)
		return error_errno(line->err, "can't list %s", path);
	for (int i = 0; i < names.count; i++) {
		const char *file = arena_printf(line->arena, "%s/%s", path, names.items[i]->d_name);
		if (render_config(file, line->arena, line->settings, line->err) < 0)
			return -1;
	}
	return 0;
}

/* A directory stands for its .hcl and .json files, in order. */
static int take_config(struct command_line *line, const struct flag *flag, const char *path)
{
	struct stat info;
	(void)flag;
	if (!line->configs_now)
		return 0;
	bool directory = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
	int status = directory ? read_directory(line, path)
			       : render_config(path, line->arena, line->settings, line->err);
	return status < 0 ? fail(CODE_CONFIG, line->err) : 0;
}

/* --- flags --- */

/* "SOURCE:DESTINATION[:COMMAND]" */
static int take_template(struct command_line *line, const struct flag *flag, const char *text)
{
	struct render_template tmpl;
	(void)flag;
	if (line->configs_now)
		return 0;
	char *copy = arena_strdup(line->arena, text);
	char *destination = strchr(copy, ':');
	if (!destination || destination == copy || !destination[1]) {
		error_set(line->err, "-template takes SOURCE:DESTINATION[:COMMAND], not '%s'",
			  text);
		return fail(CODE_FLAGS, line->err);
	}
	*destination++ = '\0';
	char *command = strchr(destination, ':');
	if (command)
		*command++ = '\0';
	render_template_init(&tmpl);
	tmpl.source = copy;
	tmpl.destination = destination;
	tmpl.exec.command = command;
	render_add_template(line->settings, line->arena, &tmpl);
	return 0;
}

static int set_key(struct command_line *line, const struct flag *flag, const char *key,
		   const char *text)
{
	autofree char *name = mem_printf("-%s", flag->name);
	if (line->configs_now ||
	    render_config_set(line->arena, line->settings, key, arena_strdup(line->arena, name),
			      text, line->err) == 0)
		return 0;
	return fail(CODE_FLAGS, line->err);
}

static int take_key(struct command_line *line, const struct flag *flag, const char *text)
{
	return set_key(line, flag, flag->key, text);
}

/* A retry of old: how long to wait in between. */
static int take_retry(struct command_line *line, const struct flag *flag, const char *text)
{
	return set_key(line, flag, "consul.retry.backoff", text) < 0 ||
			       set_key(line, flag, "vault.retry.backoff", text) < 0
		       ? -1
		       : 0;
}

static bool *decides_help(struct command_line *line)
{
	return &line->flags->help;
}

static bool *decides_version(struct command_line *line)
{
	return &line->flags->version;
}

static bool *decides_dry(struct command_line *line)
{
	return &line->settings->dry;
}

static bool *decides_explain(struct command_line *line)
{
	return &line->settings->explain;
}

static int take_switch(struct command_line *line, const struct flag *flag, const char *text)
{
	bool no = strcmp(text, "false") == 0 || strcmp(text, "0") == 0;
	if (!no && strcmp(text, "true") != 0 && strcmp(text, "1") != 0) {
		error_set(line->err, "-%s is true or false, not '%s'", flag->name, text);
		return fail(CODE_FLAGS, line->err);
	}
	*flag->decide(line) = !no;
	return 0;
}

#define KEY(name, argument, key, help)                                                             \
	{                                                                                          \
		name, argument, key, take_key, NULL, help                                          \
	}
#define SWITCH(name, which, help)                                                                  \
	{                                                                                          \
		name, NULL, NULL, take_switch, decides_##which, help                               \
	}

/* Those that every server has. */
#define SERVER_FLAGS(s, called)                                                                    \
	KEY(#s "-retry", NULL, #s ".retry.enabled", "ask again when " called " fails (true)"),     \
		KEY(#s "-retry-attempts", "N", #s ".retry.attempts",                               \
		    "at most; 0: for ever (12; 3 with -once)"),                                    \
		KEY(#s "-retry-backoff", "TIME", #s ".retry.backoff", "at first (250ms)"),         \
		KEY(#s "-retry-max-backoff", "TIME", #s ".retry.max_backoff", "in the end (1m)"),  \
		KEY(#s "-ssl", NULL, #s ".ssl.enabled", "use TLS"),                                \
		KEY(#s "-ssl-ca-cert", "FILE", #s ".ssl.ca_cert", "authorities that are trusted"), \
		KEY(#s "-ssl-ca-path", "DIR", #s ".ssl.ca_path", "the same, a directory"),         \
		KEY(#s "-ssl-cert", "FILE", #s ".ssl.cert", "our certificate"),                    \
		KEY(#s "-ssl-key", "FILE", #s ".ssl.key", "its key"),                              \
		KEY(#s "-ssl-server-name", "NAME", #s ".ssl.server_name",                          \
		    "whose certificate is expected"),                                              \
		KEY(#s "-ssl-verify", NULL, #s ".ssl.verify",                                      \
		    "verify the server's certificate (true)"),                                     \
		KEY(#s "-transport-answer-timeout", "TIME", #s ".transport.answer_timeout",        \
		    "for an answer, beyond what a query asks for (60s)"),                          \
		KEY(#s "-transport-dial-keep-alive", "TIME", #s ".transport.dial_keep_alive",      \
		    "between probes of a connection (30s)"),                                       \
		KEY(#s "-transport-dial-timeout", "TIME", #s ".transport.dial_timeout",            \
		    "for connecting (30s)"),                                                       \
		KEY(#s "-transport-disable-keep-alives", NULL,                                     \
		    #s ".transport.disable_keep_alives", "a connection for each request"),         \
		KEY(#s "-transport-max-idle-conns-per-host", "N",                                  \
		    #s ".transport.max_idle_conns_per_host", "blocking queries at once"),          \
		KEY(#s "-transport-max-conns-per-host", "N", #s ".transport.max_conns_per_host",   \
		    "the same"),                                                                   \
		KEY(#s "-transport-tls-handshake-timeout", "TIME",                                 \
		    #s ".transport.tls_handshake_timeout", "for TLS (10s)")

static const struct flag flags[] = {
	{"config", "PATH", NULL, take_config, NULL,
	 "a configuration file, or a directory of them; may be repeated"},
	{"template", "SRC:DEST[:CMD]", NULL, take_template, NULL, "one template; may be repeated"},
	KEY("once", NULL, "once", "render once, then exit"),
	SWITCH("dry", dry, "print to standard output instead of writing files"),
	KEY("parse-only", NULL, "parse_only", "check configuration and templates, render nothing"),
	KEY("exec", "COMMAND", "exec.command", "run a child, and reload it when a file changed"),
	KEY("missing", "fail|wait|empty", "missing",
	    "what to do about a missing key (fail with -once, else wait)"),
	SWITCH("explain", explain, "list every value that was read, from where, and its index"),
	KEY("kv", "FILE", "kv",
	    "values from a YAML or JSON file, or a recording, instead of servers"),
	KEY("record", "FILE", "record", "record what the servers answer, for -kv"),
	KEY("wait", "MIN[:MAX]", "wait", "how long changes may gather before a rendering"),
	KEY("consul-addr", "ADDR", "consul.address", "where Consul is (CONSUL_HTTP_ADDR)"),
	KEY("consul", "ADDR", "consul.address", "the same, as in 2015"),
	KEY("consul-auth", "USER:PASSWORD", "consul.auth", "for a proxy before Consul"),
	KEY("consul-token", "TOKEN", "consul.token", "its token (CONSUL_HTTP_TOKEN)"),
	KEY("consul-token-file", "FILE", "consul.token_file", "its token, from a file"),
	KEY("consul-namespace", "NAME", "consul.namespace", "of Consul Enterprise"),
	SERVER_FLAGS(consul, "Consul"),
	KEY("auth", "USER:PASSWORD", "consul.auth", "as -consul-auth, of 2015"),
	KEY("token", "TOKEN", "consul.token", "as -consul-token, of 2015"),
	KEY("ssl", NULL, "consul.ssl.enabled", "as -consul-ssl, of 2015"),
	KEY("ssl-verify", NULL, "consul.ssl.verify", "as -consul-ssl-verify, of 2015"),
	{"retry", "TIME", NULL, take_retry, NULL, "between attempts, as in 2015"},
	KEY("vault-addr", "ADDR", "vault.address", "where Vault is (VAULT_ADDR)"),
	KEY("vault-token", "TOKEN", "vault.token", "its token (VAULT_TOKEN)"),
	KEY("vault-agent-token-file", "FILE", "vault.vault_agent_token_file",
	    "its token, from a file that may change"),
	KEY("vault-namespace", "NAME", "vault.namespace", "VAULT_NAMESPACE"),
	KEY("vault-renew-token", NULL, "vault.renew_token", "renew the token in time (true)"),
	KEY("vault-unwrap-token", NULL, "vault.unwrap_token", "the token is a wrapped one"),
	KEY("vault-client-user-agent", "TEXT", "vault.client_user_agent", "what Vault logs"),
	KEY("vault-default-lease-duration", "TIME", "vault.default_lease_duration",
	    "of secrets that have none (5m)"),
	SERVER_FLAGS(vault, "Vault"),
	KEY("nomad-addr", "ADDR", "nomad.address", "where Nomad is (NOMAD_ADDR)"),
	KEY("nomad-token", "TOKEN", "nomad.token", "its token (NOMAD_TOKEN)"),
	KEY("nomad-namespace", "NAME", "nomad.namespace", "NOMAD_NAMESPACE"),
	SERVER_FLAGS(nomad, "Nomad"),
	KEY("exec-kill-signal", "SIGNAL", "exec.kill_signal", "stops the child (SIGTERM)"),
	KEY("exec-kill-timeout", "TIME", "exec.kill_timeout", "until SIGKILL (30s)"),
	KEY("exec-reload-signal", "SIGNAL", "exec.reload_signal",
	    "tells it of a change; without it, it is restarted"),
	KEY("exec-splay", "TIME", "exec.splay", "a random delay of at most this before that"),
	KEY("exec-env-pristine", NULL, "exec.env.pristine", "only the custom variables"),
	KEY("exec-env-custom", "NAME=VALUE", "exec.env.custom", "one more; may be repeated"),
	KEY("exec-env-allowlist", "GLOB", "exec.env.allowlist", "variables that it gets"),
	KEY("exec-env-denylist", "GLOB", "exec.env.denylist", "variables that it does not get"),
	KEY("exec-env-whitelist", "GLOB", "exec.env.allowlist", "the same as -exec-env-allowlist"),
	KEY("exec-env-blacklist", "GLOB", "exec.env.denylist", "the same as -exec-env-denylist"),
	KEY("kill-signal", "SIGNAL", "kill_signal", "stops the agent (SIGINT; SIGTERM always)"),
	KEY("reload-signal", "SIGNAL", "reload_signal", "reads the configuration again (SIGHUP)"),
	KEY("pid-file", "FILE", "pid_file", "where the process id is written"),
	KEY("max-stale", "TIME", "max_stale", "how old a follower's answer may be (2s)"),
	KEY("block-query-wait", "TIME", "block_query_wait", "of one blocking query (1m)"),
	KEY("dedup", NULL, "deduplicate.enabled", "one of many agents asks, the others share"),
	KEY("facts-prefix", "PREFIX", "facts.prefix",
	    "keep facts of this system in Consul, at PREFIX/os.id and so on"),
	KEY("facts-node", "NAME", "facts.node", "and as metadata of this node of Consul's catalog"),
	KEY("facts-interval", "TIME", "facts.interval", "how often they are looked at (60s)"),
	KEY("facts-pattern", "PATTERN", "facts.patterns", "which facts; may be repeated"),
	KEY("facts-external-dir", "DIR", "facts.external_dirs",
	    "whose facts count too; may be repeated"),
	KEY("default-left-delimiter", "TEXT", "default_delimiters.left", "of templates ({{)"),
	KEY("default-right-delimiter", "TEXT", "default_delimiters.right", "of templates (}})"),
	KEY("template-error-fatal", NULL, "template_error_fatal",
	    "a template that fails ends everything (true)"),
	KEY("err-on-failed-lookup", NULL, "err_on_failed_lookup", "the same as -missing=fail"),
	KEY("log-level", "LEVEL", "log_level", "trace, debug, info, warn or err (warn)"),
	KEY("log-file", "FILE", "log_file.path", "besides standard error"),
	KEY("log-rotate-bytes", "N", "log_file.log_rotate_bytes", "a new file after so many"),
	KEY("log-rotate-duration", "TIME", "log_file.log_rotate_duration", "or after so long"),
	KEY("log-rotate-max-files", "N", "log_file.log_rotate_max_files",
	    "old ones that are kept (0: all)"),
	KEY("syslog", NULL, "syslog.enabled", "log to the system's log too"),
	KEY("syslog-facility", "NAME", "syslog.facility", "(LOCAL0)"),
	KEY("syslog-name", "NAME", "syslog.name", "(consul-template)"),
	SWITCH("version", version, "print the version"),
	SWITCH("v", version, "the same"),
	SWITCH("help", help, "print this"),
	SWITCH("h", help, "the same"),
};

static const struct flag *find_flag(const char *name, size_t len, struct error *err)
{
	const char *names[COUNT_OF(flags)];
	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		names[i] = flags[i].name;
		if (strlen(flags[i].name) == len && strncmp(flags[i].name, name, len) == 0)
			return &flags[i];
	}
	autofree char *word = mem_strndup(name, len);
	const char *near = nearest_name(word, names, COUNT_OF(names));
	error_set(err, "unknown flag -%s%s%s%s", word, near ? ": did you mean -" : "",
		  near ? near : "", near ? "?" : "");
	return NULL;
}

/* Of `agent init`: all words after "--". */
static int take_child(struct command_line *line, char **words)
{
	struct exec_settings *exec = &line->settings->exec;
	auto_buf struct buf text = {0};
	if (!words[0]) {
		error_set(line->err, "there is no command after --");
		return fail(CODE_FLAGS, line->err);
	}
	for (size_t i = 0; words[i]; i++)
		buf_printf(&text, "%s%s", i ? " " : "", words[i]);
	exec->command = arena_strdup(line->arena, buf_text(&text));
	exec->argv = (const char *const *)words;
	exec->enabled = exec->service = true;
	return 0;
}

/* "-name", "--name", "-name=value", "-name value". */
static int walk(struct command_line *line, int argc, char **argv)
{
	bool init = strcmp(argv[0], "init") == 0;
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		if (init && strcmp(word, "--") == 0)
			return take_child(line, argv + i + 1);
		if (word[0] != '-') {
			error_set(line->err, "unexpected argument '%s'", word);
			return fail(CODE_FLAGS, line->err);
		}
		word += word[1] == '-' ? 2 : 1;
		size_t len = strcspn(word, "=");
		const struct flag *flag = find_flag(word, len, line->err);
		if (!flag)
			return fail(CODE_FLAGS, line->err);
		const char *text = word[len] ? word + len + 1 : flag->argument ? argv[++i] : "true";
		if (!text) {
			error_set(line->err, "-%s needs a value: %s", flag->name, flag->argument);
			return fail(CODE_FLAGS, line->err);
		}
		if (flag->take(line, flag, text) < 0)
			return -1;
	}
	return 0;
}

int render_command_line(int argc, char **argv, struct arena *arena,
			struct render_settings *settings, struct render_flags *asked,
			struct error *err)
{
	struct command_line line = {arena, settings, asked, true, err};
	*asked = (struct render_flags){0};
	render_settings_init(settings, arena);
	if (walk(&line, argc, argv) < 0)
		return -1;
	line.configs_now = false;
	if (walk(&line, argc, argv) < 0)
		return -1;
	return render_settings_finish(settings, err) < 0 ? fail(CODE_FLAGS, err) : 0;
}

void render_print_flags(void)
{
	puts("flags:");
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		printf("  -%s%s%-*s %s\n", flags[i].name, flags[i].argument ? "=" : "",
		       (int)(40 - strlen(flags[i].name) - (flags[i].argument != NULL)),
		       flags[i].argument ? flags[i].argument : "", flags[i].help);
}

void render_print_help(void)
{
	puts("usage: agent render [FLAG]...\n\n"
	     "Renders templates as consul-template does, with values from Consul, Vault, Nomad or "
	     "a file:\nonce, or again whenever a value changes.\n");
	render_print_flags();
	puts("\nexit codes: 0 done, 11 rendering failed, 12 interrupted, 13 flags, 14 a template "
	     "or server can't be\nused, 15 configuration; with -exec, the child's own");
}
