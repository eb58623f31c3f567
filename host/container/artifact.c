#include "host/container/artifact.h"

#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

/* A list of "K=V" as a map. */
static struct value *env_map(struct arena *arena, const struct value *list)
{
	struct value *map = value_map(arena);
	for (size_t i = 0; value_is(list, VALUE_LIST) && i < list->list.len; i++) {
		const char *text = value_text(list->list.items[i]);
		const char *equals = text ? strchr(text, '=') : NULL;
		if (equals)
			value_setn(arena, map, text, (size_t)(equals - text),
				   value_string(arena, equals + 1));
	}
	return map;
}

static struct value *env_list(struct arena *arena, const struct value *map)
{
	struct value *list = value_list(arena);
	for (size_t i = 0; i < map->map.len; i++) {
		const struct value_entry *entry = &map->map.entries[i];
		value_append(arena, list,
			     value_string(arena, arena_printf(arena, "%s=%s", entry->key,
							      value_text(entry->value))));
	}
	return list;
}

static void overlay(struct arena *arena, struct value *map, const struct value *over)
{
	for (size_t i = 0; over && i < over->map.len; i++) {
		const struct value_entry *entry = &over->map.entries[i];
		value_setn(arena, map, entry->key, entry->key_len, entry->value);
	}
}

/* Maps are merged key by key, everything else is replaced. */
static void apply(struct arena *arena, struct value *config, const struct value_entry *change)
{
	struct value *old = value_get(config, change->key);
	if (strcmp(change->key, "Env") == 0) {
		struct value *env = env_map(arena, old);
		overlay(arena, env, change->value);
		value_set(arena, config, "Env", env_list(arena, env));
	} else if (change->value->kind == VALUE_MAP) {
		struct value *merged =
			value_is(old, VALUE_MAP) ? value_copy(arena, old) : value_map(arena);
		overlay(arena, merged, change->value);
		value_set(arena, config, change->key, merged);
	} else {
		value_set(arena, config, change->key, change->value);
	}
}

static bool is_empty(const struct value *value)
{
	if (!value)
		return true;
	switch (value->kind) {
	case VALUE_NULL:
		return true;
	case VALUE_STRING:
		return value->string.len == 0;
	case VALUE_LIST:
		return value->list.len == 0;
	case VALUE_MAP:
		return value->map.len == 0;
	default:
		return false;
	}
}

/* As in a Dockerfile, a new entrypoint makes the base's command meaningless. */
static void drop_stale_command(struct arena *arena, struct value *config,
			       const struct value *changes)
{
	if (value_get(changes, "Entrypoint") && !value_get(changes, "Cmd"))
		value_set(arena, config, "Cmd", value_null(arena));
}

static struct value *artifact_config(struct arena *arena, const struct value *base,
				     const struct value *changes)
{
	struct value *config = value_copy(arena, base);
	for (size_t i = 0; changes && i < changes->map.len; i++)
		apply(arena, config, &changes->map.entries[i]);
	drop_stale_command(arena, config, changes);
	return config;
}

/* Whether the agent can take the place of the base's command. It is the better disguise, for a
 * base without an entrypoint then gets none, not even an empty one; but an artifact with neither
 * command nor entrypoint would get the agent as its command. */
static bool can_be_command(const struct value *base, const struct value *config)
{
	return is_empty(value_get(base, "Entrypoint")) && !is_empty(value_get(base, "Cmd")) &&
	       !(is_empty(value_get(config, "Cmd")) && is_empty(value_get(config, "Entrypoint")));
}

static const char *text_or(const struct value *value, const char *otherwise)
{
	return is_empty(value) || !value_text(value) ? otherwise : value_text(value);
}

/* An entrypoint that is missing would be the container's: the agent. */
static const struct value *closed_config(struct arena *arena, const struct value *config,
					 bool as_command)
{
	if (as_command || !is_empty(value_get(config, "Entrypoint")))
		return config;
	struct value *closed = value_copy(arena, config);
	value_set(arena, closed, "Entrypoint", value_list(arena));
	return closed;
}

struct artifact *artifact_new(const struct manifest *manifest, const struct value *inspected)
{
	static const char path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	struct artifact *artifact = mem_alloc(sizeof *artifact);
	struct arena *arena = &artifact->arena;
	const struct value *base = value_get(inspected, "Config");
	artifact->base_id = arena_strdup(arena, text_or(value_get(inspected, "Id"), ""));
	artifact->base_config =
		value_is(base, VALUE_MAP) ? value_copy(arena, base) : value_map(arena);
	const struct value *config =
		artifact_config(arena, artifact->base_config, manifest->config);
	artifact->as_command = can_be_command(artifact->base_config, config);
	artifact->config = closed_config(arena, config, artifact->as_command);
	artifact->checkpoint_config =
		closed_config(arena, artifact->base_config, artifact->as_command);
	artifact->user = manifest->user;
	if (!artifact->user)
		artifact->user = text_or(value_get(artifact->base_config, "User"), "0:0");
	artifact->workdir = manifest->workdir;
	if (!artifact->workdir)
		artifact->workdir = text_or(value_get(artifact->base_config, "WorkingDir"), "/");
	struct value *env = env_map(arena, value_get(artifact->base_config, "Env"));
	if (!value_get(env, "PATH"))
		value_set(arena, env, "PATH", value_string(arena, path));
	if (manifest->epoch)
		value_set(arena, env, "SOURCE_DATE_EPOCH", value_string(arena, manifest->epoch));
	overlay(arena, env, manifest->env);
	artifact->env = env;
	return artifact;
}

void artifact_free(struct artifact *artifact)
{
	if (!artifact)
		return;
	arena_free(&artifact->arena);
	free(artifact);
}

void artifact_disguise(const struct artifact *artifact, const char *const *agent,
		       struct engine_container *container)
{
	static const char *const nothing[] = {NULL};
	if (artifact->as_command) {
		container->command = agent;
	} else {
		container->entrypoint = agent;
		container->command = nothing;
	}
	/* The images that tests start from have the artifact's already. */
	if (!is_empty(value_get(artifact->base_config, "User")) ||
	    !is_empty(value_get(artifact->config, "User")))
		container->user = "0:0";
	container->no_healthcheck = !is_empty(value_get(artifact->base_config, "Healthcheck"));
}

const char *const *artifact_environment(const struct artifact *artifact, const struct step *step,
					const struct value *more, struct arena *arena)
{
	struct value *env = value_copy(arena, artifact->env);
	overlay(arena, env, step->env);
	overlay(arena, env, more);
	const char **list = arena_alloc(arena, (env->map.len + 1) * sizeof *list);
	for (size_t i = 0; i < env->map.len; i++) {
		const struct value_entry *entry = &env->map.entries[i];
		list[i] = arena_printf(arena, "%s=%s", entry->key, value_text(entry->value));
	}
	return list;
}
