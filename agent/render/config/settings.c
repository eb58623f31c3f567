#include "agent/render/config/settings.h"

#include <limits.h>

enum { COMMAND_TIMEOUT_MS = 30000, KILL_TIMEOUT_MS = 30000, LEASE_MS = 300000 };
enum { FACTS_INTERVAL_MS = 60000 };

/* Whoever renders once wants to know soon that there is no server; a service that runs is not
 * ended because one is away. */
enum { ATTEMPTS = 12, ATTEMPTS_ONCE = 3 };
static const unsigned attempts_unsaid = UINT_MAX;

static const struct server_settings server_defaults = {
	.renew_token = true,
	.default_lease_ms = LEASE_MS,
	.retry = {.enabled = true,
		  .attempts = UINT_MAX,
		  .backoff_ms = 250,
		  .max_backoff_ms = 60000},
	.tls = {.verify = true},
	.transport = {.dial_keep_alive_ms = 30000,
		      .dial_timeout_ms = 30000,
		      .tls_handshake_timeout_ms = 10000,
		      .answer_timeout_ms = 60000},
};

static const struct exec_settings exec_defaults = {
	.enabled = true, .kill_signal = SIGTERM, .kill_timeout_ms = KILL_TIMEOUT_MS};

void render_settings_init(struct render_settings *settings, struct arena *arena)
{
	*settings = (struct render_settings){
		.consul = server_defaults,
		.vault = server_defaults,
		.nomad = server_defaults,
		.exec = exec_defaults,
		.after = exec_defaults,
		.log = {.level = "WARN", .facility = "LOCAL0", .name = "consul-template"},
		.dedup = {.prefix = "consul-template/dedup/", .ttl_ms = 15000},
		.facts = {.interval_ms = FACTS_INTERVAL_MS},
		.max_stale_ms = 2000,
		.block_query_wait_ms = 60000,
		.kill_signal = SIGINT,
		.reload_signal = SIGHUP,
		.template_error_fatal = true,
		.ignored = value_list(arena),
	};
	settings->after.timeout_ms = COMMAND_TIMEOUT_MS;
}

void render_template_init(struct render_template *tmpl)
{
	*tmpl = (struct render_template){
		.exec = exec_defaults, .perms = -1, .create_dest_dirs = true, .error_fatal = true};
	tmpl->exec.timeout_ms = COMMAND_TIMEOUT_MS;
}

void render_directory_init(struct render_directory *directory)
{
	*directory = (struct render_directory){0};
	render_template_init(&directory->each);
}

void render_add_template(struct render_settings *settings, struct arena *arena,
			 const struct render_template *tmpl)
{
	if (settings->count == settings->room) {
		settings->room = settings->room ? 2 * settings->room : 8;
		settings->templates = arena_grow(arena, settings->templates, settings->count,
						 settings->room, sizeof *tmpl);
	}
	settings->templates[settings->count++] = *tmpl;
}

/* A template's own words come first, then the configuration's. */
static void complete(const struct render_settings *settings, struct render_template *tmpl)
{
	tmpl->left = tmpl->left ? tmpl->left : settings->left;
	tmpl->right = tmpl->right ? tmpl->right : settings->right;
	tmpl->error_fatal = tmpl->error_fatal && settings->template_error_fatal;
	if (!tmpl->own_wait)
		tmpl->wait = settings->wait;
}

static void set_attempts(const struct render_settings *settings, struct retry_settings *retry)
{
	if (retry->attempts == attempts_unsaid)
		retry->attempts = settings->once           ? ATTEMPTS_ONCE
				  : settings->exec.service ? 0
							   : ATTEMPTS;
}

bool render_registers(const struct render_settings *settings)
{
	return settings->facts.prefix || settings->facts.node;
}

int render_settings_finish(struct render_settings *settings, struct error *err)
{
	for (size_t i = 0; i < settings->count; i++)
		complete(settings, &settings->templates[i]);
	for (size_t i = 0; i < settings->directory_count; i++)
		complete(settings, &settings->directories[i].each);
	set_attempts(settings, &settings->consul.retry);
	set_attempts(settings, &settings->vault.retry);
	set_attempts(settings, &settings->nomad.retry);
	if (render_registers(settings) && !settings->facts.interval_ms)
		return error_set(err, "the interval of facts must be longer than 0s");
	if (settings->missing == MISSING_DEFAULT)
		settings->missing = settings->once || settings->dry ? MISSING_FAIL : MISSING_WAIT;
	if (settings->err_on_failed_lookup)
		settings->missing = MISSING_FAIL;
	if (settings->kv && settings->consul.address)
		return error_set(err, "keys come from kv or from Consul, not from both");
	if (settings->kv && settings->record)
		return error_set(err, "there is nothing to record when values come from a file");
	return 0;
}
