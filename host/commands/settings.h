/* The options that several subcommands share, and what they come to. */
#ifndef FACTORY_HOST_COMMANDS_SETTINGS_H
#define FACTORY_HOST_COMMANDS_SETTINGS_H

#include "common/consul.h"
#include "common/error.h"
#include "host/commands/commands.h"
#include "host/progress/report.h"
#include "host/engine/engine.h"
#include "host/manifest/manifest.h"

struct settings {
	struct arena arena;
	struct value *properties; /* map: --values files, then --set */
	struct value *languages;  /* map: the configuration file's, then --language */
	struct value *index; /* list: where indices of modules are, by the configuration file */
	struct value *given_index; /* likewise, by --index; or NULL */
	struct value
		*endpoints; /* list of maps and addresses, by the configuration file; or NULL */
	struct value *given_endpoints; /* list of addresses, by --endpoint; or NULL */
	const char *registry; /* that images move through, by the configuration file; or NULL */
	unsigned patience;    /* seconds; 0: the default */
	const char *toolbox;
	const char *kv_file;
	const char *consul;              /* --consul */
	const char *fleet, *given_fleet; /* by the configuration file, and by --fleet; or NULL */
	const char *progress;            /* --progress; NULL: as fits */
	bool trim_blocks, lstrip_blocks, quiet;
	bool traceless;                         /* --traceless */
	const struct manifest_modules *modules; /* NULL: as they are found */
	const struct manifest_testing *testing; /* of modules; else NULL */
	struct manifest_problems
		*problems; /* where a manifest's go; NULL: the first is the error */
};

/* Rows of a command whose struct begins with these settings: --set, --values, --language,
 * --trim-blocks, --lstrip-blocks; --endpoint, --patience, --toolbox, --quiet; --kv, --consul;
 * what a build is like, as its keys have it: --traceless; and of what starts containers: --fleet.
 */
extern const struct option settings_manifest_options[], settings_engine_options[],
	settings_values_options[], settings_build_options[], settings_fleet_options[];

/* Fills zeroed settings with what they start from: ~/.config/factory/config.yml (under
 * XDG_CONFIG_HOME where that is set). Whoever asked releases the arena, on failure too. */
int settings_load(struct settings *settings, struct error *err);

/* Reads a manifest with these settings. facts may be NULL. */
struct manifest *settings_manifest(const struct settings *settings, const char *path,
				   const struct manifest_facts *facts, struct error *err);

/* All endpoints there are for builds, one at least: by --endpoint, else DOCKER_HOST, else those of
 * the configuration file, which also tells what it knows of those by --endpoint. In the arena. */
struct endpoint_setting {
	const char *address;          /* NULL: the default */
	double weight;                /* 1 where it has none */
	unsigned slots;               /* 0: by --jobs */
	const char *const *labels;    /* NULL-terminated, or NULL */
	const struct engine_tls *tls; /* or NULL */
};
const struct endpoint_setting *settings_endpoints(struct arena *arena,
						  const struct settings *settings, size_t *count);

/* The one of a command that wants no more: the last by --endpoint, else DOCKER_HOST's, else the
 * configuration file's first, else the default. In the arena. */
struct endpoint_setting settings_endpoint(struct arena *arena, const struct settings *settings);

/* The prefix of the keys that the drivers of the fleet share in Consul: by --fleet, else by the
 * configuration file; NULL: there is no fleet. */
const char *settings_fleet(const struct settings *settings);

/* What a row of --fleet does, and `fleet:` of the configuration file: -1 where that
 * is no prefix. */
int settings_give_fleet(void *target, const char *text, struct error *err);
int settings_take_fleet(struct settings *settings, struct value *value);

/* Takes `endpoints:` of the configuration file; -1 where it is not what it must be. */
int settings_take_endpoints(struct settings *settings, struct value *value);

/* A manifest is a file, by its name's end. */
bool settings_is_manifest(const char *name);

/* How an endpoint is opened: as patient as --patience says. */
struct engine_address settings_address(const struct settings *settings,
				       const struct endpoint_setting *endpoint);

/* Opens the endpoint on a loop of its own. */
int settings_engine(const struct settings *settings, struct loop **loop, struct engine **engine,
		    struct error *err);

/* Is there a terminal, and NO_COLOR not set? */
bool settings_color(int fd);

/* A report to standard error, as --progress says, in colour where that is a terminal and NO_COLOR
 * is not set. Without a loop (NULL) there is no live view. NULL for a name that is none. */
struct report *settings_report(const struct settings *settings, struct loop *loop,
			       struct error *err);
bool settings_wants_json(const struct settings *settings);

#endif
