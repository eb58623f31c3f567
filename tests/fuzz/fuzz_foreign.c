/* Any bytes as an image's manifest, or as its config behind a byte that says how many layers there
 * are: what is believed has only digests, sizes and kinds of values that it may have. */
#include "common/own.h"
#include "host/engine/oci/foreign.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_blob(const struct foreign_blob *blob)
{
	if (strspn(blob->hex, "0123456789abcdef") != HASH_HEX - 1 || blob->hex[HASH_HEX - 1] ||
	    blob->size < 0)
		abort();
}

static void read_manifest(const char *text, size_t size)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct foreign_manifest manifest = {0};
	if (foreign_manifest(&arena, text, size, &manifest, &err) < 0) {
		if (!err.message)
			abort();
		return;
	}
	check_blob(&manifest.config);
	if (manifest.layer_count > FOREIGN_LAYERS)
		abort();
	for (size_t i = 0; i < manifest.layer_count; i++)
		check_blob(&manifest.layers[i]);
}

static void check_texts(const struct value *config, const char *key)
{
	const struct value *list = value_get(config, key);
	for (size_t i = 0; value_is(list, VALUE_LIST) && i < list->list.len; i++)
		if (!value_text(list->list.items[i]))
			abort();
}

static void read_config(const char *text, size_t size, size_t layers)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	const struct value *image = foreign_config(&arena, text, size, layers, &err);
	if (!image) {
		if (!err.message)
			abort();
		return;
	}
	const struct value *ids = value_path(image, "rootfs.diff_ids");
	for (size_t i = 0; i < layers; i++)
		if (strlen(foreign_hex(ids->list.items[i])) != HASH_HEX - 1)
			abort();
	check_texts(value_get(image, "config"), "Env");
	check_texts(value_get(image, "config"), "Entrypoint");
	check_texts(value_get(image, "config"), "Cmd");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_manifest((const char *)data, size);
	if (size)
		read_config((const char *)data + 1, size - 1, data[0] % 8);
	return 0;
}
