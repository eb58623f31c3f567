#include "host/sbom/statement.h"

#include "common/version.h"
#include "host/build/provenance.h"
#include "host/lock/lock.h"
#include "host/modules/source.h"
#include "host/moment.h"

#include <string.h>

static void set(struct arena *arena, struct value *map, const char *key, const char *text)
{
	value_set(arena, map, key, value_string(arena, text));
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* {"ALGORITHM": "HEX"} of "ALGORITHM:HEX", whatever stands before it. */
static struct value *digest_of(struct arena *arena, const char *algorithm, const char *text)
{
	struct value *digest = value_map(arena);
	const char *colon = strrchr(text, ':');
	set(arena, digest, algorithm, colon ? colon + 1 : text);
	return digest;
}

static void add_material(struct arena *arena, struct value *list, const char *uri,
			 struct value *digest)
{
	struct value *material = value_map(arena);
	set(arena, material, "uri", uri);
	value_set(arena, material, "digest", digest);
	value_append(arena, list, material);
}

static void add_base(struct arena *arena, const struct manifest *manifest, const struct value *base,
		     struct value *list)
{
	const char *name = manifest->image_named ? manifest->image_named : manifest->image;
	const char *pinned = provenance_digest(base, manifest->image);
	/* What it stands on by `from` has an id, but no name. */
	add_material(arena, list,
		     manifest->from ? arena_printf(arena, "manifest:%s", base_name(manifest->from))
				    : arena_printf(arena, "docker-image:%s", name),
		     digest_of(arena, "sha256", pinned));
}

static int add_file(struct arena *arena, const char *kind, const char *path, struct value *list,
		    struct error *err)
{
	const char *hex;
	int status = provenance_file(arena, path, &hex, err);
	if (status == 0 && hex)
		add_material(arena, list, arena_printf(arena, "%s:%s", kind, base_name(path)),
			     digest_of(arena, "sha256", hex));
	return status;
}

/* A digest of the files of its directory, as in factory.lock: none of a file's bytes. */
static int add_modules(struct arena *arena, const struct manifest *manifest, struct value *list,
		       struct error *err)
{
	for (size_t i = 0; i < manifest->module_count; i++) {
		const struct module_use *use = &manifest->modules[i];
		const char *digest;
		if (module_digest(use->directory, arena, &digest, err) < 0)
			return -1;
		add_material(arena, list, arena_printf(arena, "module:%s", use->source.text),
			     digest_of(arena, "dirHash", digest));
	}
	return 0;
}

static struct value *materials(struct arena *arena, const struct manifest *manifest,
			       const struct value *base, struct error *err)
{
	struct value *list = value_list(arena);
	add_base(arena, manifest, base, list);
	if (add_file(arena, "manifest", manifest->path, list, err) < 0 ||
	    add_file(arena, "lock", lock_path(manifest->path, arena), list, err) < 0 ||
	    add_modules(arena, manifest, list, err) < 0)
		return NULL;
	return list;
}

static struct value *definition(struct arena *arena, const struct manifest *manifest,
				struct value *list)
{
	struct value *map = value_map(arena), *parameters = value_map(arena);
	set(arena, parameters, "manifest", base_name(manifest->path));
	if (manifest->cell)
		set(arena, parameters, "cell", manifest->cell);
	set(arena, map, "buildType", "urn:factory:build:v1");
	value_set(arena, map, "externalParameters", parameters);
	value_set(arena, map, "resolvedDependencies", list);
	return map;
}

static struct value *details(struct arena *arena)
{
	struct value *map = value_map(arena), *builder = value_map(arena);
	struct value *version = value_map(arena), *metadata = value_map(arena);
	set(arena, version, "factory", FACTORY_VERSION);
	set(arena, builder, "id", "urn:factory:builder");
	value_set(arena, builder, "version", version);
	value_set(arena, map, "builder", builder);
	if (moment_given()) {
		set(arena, metadata, "finishedOn", moment_text(arena, moment_of_epoch()));
		value_set(arena, map, "metadata", metadata);
	}
	return map;
}

struct value *statement_make(struct arena *arena, const struct manifest *manifest, const char *name,
			     const char *id, const struct value *base, struct error *err)
{
	struct value *statement = value_map(arena), *predicate = value_map(arena);
	struct value *subject = value_map(arena), *subjects = value_list(arena);
	struct value *list = materials(arena, manifest, base, err);
	if (!list)
		return NULL;
	set(arena, subject, "name", name);
	value_set(arena, subject, "digest", digest_of(arena, "sha256", id));
	value_append(arena, subjects, subject);
	value_set(arena, predicate, "buildDefinition", definition(arena, manifest, list));
	value_set(arena, predicate, "runDetails", details(arena));
	set(arena, statement, "_type", "https://in-toto.io/Statement/v1");
	value_set(arena, statement, "subject", subjects);
	set(arena, statement, "predicateType", "https://slsa.dev/provenance/v1");
	value_set(arena, statement, "predicate", predicate);
	return statement;
}
