#include "host/engine/oci/foreign.h"

#include "common/hash.h"
#include "common/json.h"
#include "common/own.h"

#include <string.h>

const char *foreign_hex(const struct value *digest)
{
	static const char prefix[] = "sha256:";
	const char *text = value_text(digest);
	if (!text || strncmp(text, prefix, strlen(prefix)) != 0)
		return NULL;
	text += strlen(prefix);
	return hash_is_hex(text) ? text : NULL;
}

static struct value *read_map(struct arena *arena, const char *what, const char *text, size_t len,
			      struct error *err)
{
	if (len > FOREIGN_TEXT) {
		error_set(err, "the %s is larger than %d MiB", what, FOREIGN_TEXT >> 20);
		return NULL;
	}
	struct value *map = json_parse(arena, what, text, len, err);
	if (!map)
		error_wrap(err, "the %s", what);
	if (map && map->kind != VALUE_MAP) {
		error_set(err, "the %s is no map", what);
		return NULL;
	}
	return map;
}

/* --- the manifest --- */

static int read_blob(const struct value *described, struct foreign_blob *blob, struct error *err)
{
	const char *hex = foreign_hex(value_get(described, "digest"));
	const struct value *size = value_get(described, "size");
	if (!hex)
		return error_set(err, "the image's manifest has no SHA-256 digest for a part");
	if (!value_is(size, VALUE_INT) || size->integer < 0)
		return error_set(err, "the image's manifest has no size for %.12s", hex);
	memcpy(blob->hex, hex, HASH_HEX);
	blob->size = size->integer;
	return 0;
}

int foreign_manifest(struct arena *arena, const char *text, size_t len,
		     struct foreign_manifest *manifest, struct error *err)
{
	const struct value *map = read_map(arena, "image's manifest", text, len, err);
	const struct value *version = value_get(map, "schemaVersion");
	const struct value *layers = value_get(map, "layers");
	if (!map)
		return -1;
	if (!value_is(version, VALUE_INT) || version->integer != 2 || !value_is(layers, VALUE_LIST))
		return error_set(err, "the image's manifest is of no kind that is known here");
	if (layers->list.len > FOREIGN_LAYERS)
		return error_set(err, "the image has more than %d layers", FOREIGN_LAYERS);
	manifest->layer_count = layers->list.len;
	manifest->layers = arena_alloc(arena, (layers->list.len + 1) * sizeof *manifest->layers);
	for (size_t i = 0; i < layers->list.len; i++)
		if (read_blob(layers->list.items[i], &manifest->layers[i], err) < 0)
			return -1;
	return read_blob(value_get(map, "config"), &manifest->config, err);
}

/* --- the config --- */

/* Whether a value, or what is in it, is what is read of it. */
enum form { FORM_TEXT, FORM_TEXTS, FORM_LABELS, FORM_MAP, FORM_MAPS };

static bool are_all(const struct value *list, enum value_kind kind)
{
	if (!value_is(list, VALUE_LIST))
		return false;
	for (size_t i = 0; i < list->list.len; i++)
		if (!value_is(list->list.items[i], kind))
			return false;
	return true;
}

static bool is_labels(const struct value *map)
{
	if (!value_is(map, VALUE_MAP))
		return false;
	for (size_t i = 0; i < map->map.len; i++)
		if (!value_text(map->map.entries[i].value))
			return false;
	return true;
}

static bool has_form(const struct value *value, enum form form)
{
	if (!value || value->kind == VALUE_NULL)
		return true;
	switch (form) {
	case FORM_TEXT:
		return value_text(value) != NULL;
	case FORM_TEXTS:
		return are_all(value, VALUE_STRING);
	case FORM_LABELS:
		return is_labels(value);
	case FORM_MAPS:
		return are_all(value, VALUE_MAP);
	case FORM_MAP:
		return value->kind == VALUE_MAP;
	}
	return false;
}

static int check_forms(const struct value *image, struct error *err)
{
	static const struct {
		const char *path;
		enum form form;
	} forms[] = {
		{"created", FORM_TEXT},
		{"author", FORM_TEXT},
		{"comment", FORM_TEXT},
		{"architecture", FORM_TEXT},
		{"os", FORM_TEXT},
		{"config", FORM_MAP},
		{"history", FORM_MAPS},
		{"config.User", FORM_TEXT},
		{"config.WorkingDir", FORM_TEXT},
		{"config.Env", FORM_TEXTS},
		{"config.Cmd", FORM_TEXTS},
		{"config.Entrypoint", FORM_TEXTS},
		{"config.Labels", FORM_LABELS},
		{"config.Volumes", FORM_MAP},
		{"config.OnBuild", FORM_TEXTS},
		{"config.Shell", FORM_TEXTS},
		{"config.Healthcheck", FORM_MAP},
		{"config.ExposedPorts", FORM_MAP},
	};
	for (size_t i = 0; i < COUNT_OF(forms); i++)
		if (!has_form(value_path(image, forms[i].path), forms[i].form))
			return error_set(err, "the image's config is broken: %s", forms[i].path);
	return 0;
}

static int check_layers(const struct value *image, size_t count, struct error *err)
{
	const struct value *layers = value_path(image, "rootfs.diff_ids");
	size_t len = value_is(layers, VALUE_LIST) ? layers->list.len : 0;
	if (len != count)
		return error_set(err, "the image has %zu layers, and its config names %zu", count,
				 len);
	for (size_t i = 0; i < len; i++)
		if (!foreign_hex(layers->list.items[i]))
			return error_set(err, "the image's config has no SHA-256 digest for a "
					      "layer");
	return 0;
}

struct value *foreign_config(struct arena *arena, const char *text, size_t len, size_t layers,
			     struct error *err)
{
	struct value *image = read_map(arena, "image's config", text, len, err);
	if (!image || check_forms(image, err) < 0 || check_layers(image, layers, err) < 0)
		return NULL;
	return image;
}
