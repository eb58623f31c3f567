#include "host/build/provenance.h"

#include "common/hash.h"
#include "common/version.h"
#include "host/lock/lock.h"

#include <string.h>
#include <unistd.h>

static bool has_repository(const char *pinned, const char *image)
{
	size_t len = strcspn(pinned, "@"), name = strlen(image);
	const char *slash = strrchr(image, '/'), *at = strchr(image, '@');
	const char *colon = strchr(slash ? slash : image, ':');
	name = at ? (size_t)(at - image) : colon ? (size_t)(colon - image) : name;
	return len >= name && memcmp(pinned + len - name, image, name) == 0 &&
	       (len == name || pinned[len - name - 1] == '/');
}

const char *provenance_digest(const struct value *inspected, const char *image)
{
	const struct value *digests = value_get(inspected, "RepoDigests");
	for (size_t i = 0; value_is(digests, VALUE_LIST) && i < digests->list.len; i++) {
		const char *pinned = value_text(digests->list.items[i]);
		if (pinned && has_repository(pinned, image))
			return pinned;
	}
	const char *id = value_text(value_get(inspected, "Id"));
	return id ? id : "";
}

static void add(struct arena *arena, struct value *labels, const char *name, const char *text)
{
	if (*text && !value_get(labels, name))
		value_set(arena, labels, name, value_string(arena, text));
}

/* Standard input can't be read again. */
int provenance_file(struct arena *arena, const char *path, const char **hex, struct error *err)
{
	char digest[HASH_HEX];
	*hex = NULL;
	if (strcmp(path, "-") == 0 || access(path, F_OK) < 0)
		return 0;
	if (hash_file(path, digest, err) < 0)
		return -1;
	*hex = arena_strdup(arena, digest);
	return 0;
}

static int add_file(struct arena *arena, struct value *labels, const char *name, const char *path,
		    struct error *err)
{
	const char *hex;
	int status = provenance_file(arena, path, &hex, err);
	if (status == 0 && hex)
		add(arena, labels, name, arena_printf(arena, "sha256:%s", hex));
	return status;
}

static int add_labels(const struct manifest *manifest, const struct value *base,
		      struct arena *arena, struct value *labels, struct error *err)
{
	const char *digest = strstr(provenance_digest(base, manifest->image), "sha256:");
	/* What it stands on by `from` has no name, but an id. */
	if (!manifest->from)
		add(arena, labels, "org.opencontainers.image.base.name",
		    manifest->image_named ? manifest->image_named : manifest->image);
	add(arena, labels, "org.opencontainers.image.base.digest", digest ? digest : "");
	add(arena, labels, "factory.version", FACTORY_VERSION);
	if (add_file(arena, labels, "factory.manifest.digest", manifest->path, err) < 0)
		return -1;
	return add_file(arena, labels, "factory.lock.digest", lock_path(manifest->path, arena),
			err);
}

const struct manifest *provenance_add(const struct manifest *manifest, const struct value *base,
				      struct arena *arena, struct error *err)
{
	if (!manifest->provenance)
		return manifest;
	struct manifest *copy = arena_alloc(arena, sizeof *copy);
	struct value *config =
		manifest->config ? value_copy(arena, manifest->config) : value_map(arena);
	struct value *labels = value_get(config, "Labels");
	if (!labels)
		labels = value_map(arena);
	value_set(arena, config, "Labels", labels);
	*copy = *manifest;
	copy->config = config;
	return add_labels(manifest, base, arena, labels, err) < 0 ? NULL : copy;
}
