/* An image's blobs into the store of `oci:`, without a registry in between that would have looked
 * at them first: digests and sizes that lie. */
#include "tests/unit/check.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

/* What is told of an image; NULL: what is true. */
struct story {
	const char *layer_digest, *diff_id, *config_digest;
	int layer_size, config_size; /* 0: the true one */
};

struct place {
	struct oci oci;
	char *scratch;
	int held;
};

static int set_up(void **state)
{
	auto_error struct error err = {0};
	char root[] = "/tmp/factory-load-XXXXXX";
	struct place *place = mem_alloc(sizeof *place);
	assert_non_null(mkdtemp(root));
	place->oci.root = mem_strdup(root);
	assert_int_equal(store_prepare(&place->oci, &err), 0);
	place->scratch = scratch_new(&place->oci, &place->held, &err);
	assert_non_null(place->scratch);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	auto_error struct error err = {0};
	struct place *place = *state;
	close(place->held);
	assert_int_equal(file_remove_tree(place->oci.root, &err), 0);
	free(place->oci.root);
	free(place->scratch);
	free(place);
	return 0;
}

/* A tar with the file /hello in it. */
static size_t make_tar(char *room, size_t size)
{
	size_t used = 0;
	struct archive *tar = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	archive_write_set_format_ustar(tar);
	assert_int_equal(archive_write_open_memory(tar, room, size, &used), ARCHIVE_OK);
	archive_entry_set_pathname(entry, "hello");
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, 2);
	archive_write_header(tar, entry);
	archive_write_data(tar, "hi", 2);
	archive_entry_free(entry);
	archive_write_close(tar);
	archive_write_free(tar);
	return used;
}

static void put(const struct place *place, const char *name, const void *data, size_t len)
{
	auto_error struct error err = {0};
	autofree char *path = mem_printf("%s/blobs/%s", place->scratch, name);
	assert_int_equal(file_replace(path, data, len, 0600, (uid_t)-1, (gid_t)-1, &err), 0);
}

/* Puts an image that is as the story says; the error is the caller's. */
static int load(const struct place *place, const struct story *story, char hex[HASH_HEX],
		struct error *err)
{
	static const char *const names[] = {"t/x:1", NULL};
	char tar[20480], layer[HASH_HEX], config[HASH_HEX];
	size_t len = make_tar(tar, sizeof tar);
	hash_hex(tar, len, layer);
	autofree char *text = mem_printf("{\"rootfs\":{\"diff_ids\":[\"sha256:%s\"]}}",
					 story->diff_id ? story->diff_id : layer);
	hash_hex(text, strlen(text), config);
	const char *layer_name = story->layer_digest ? story->layer_digest : layer;
	const char *config_name = story->config_digest ? story->config_digest : config;
	autofree char *manifest = mem_printf(
		"{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:%s\",\"size\":%zu},"
		"\"layers\":[{\"digest\":\"sha256:%s\",\"size\":%zu}]}",
		config_name, story->config_size ? (size_t)story->config_size : strlen(text),
		layer_name, story->layer_size ? (size_t)story->layer_size : len);
	put(place, layer_name, tar, len);
	put(place, config_name, text, strlen(text));
	put(place, "manifest.json", manifest, strlen(manifest));
	return image_load(&place->oci, place->scratch, names, hex, err);
}

/* Nothing may be in the store. */
static void refused(const struct place *place, const struct story *story, const char *why)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	static const char *const parts[] = {"images", "layers", "tags"};
	char hex[HASH_HEX];
	assert_int_equal(load(place, story, hex, &err), -1);
	assert_non_null(strstr(err.message, why));
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		autofree char *path = store_path(&place->oci, "%s", parts[i]);
		assert_null(*store_names(&arena, path));
	}
}

static void takes_what_is_true(void **state)
{
	const struct place *place = *state;
	auto_error struct error err = {0};
	char hex[HASH_HEX], found[HASH_HEX];
	const struct story truth = {0};
	if (geteuid() != 0)
		skip(); /* layers are unpacked in a root of their own */
	assert_int_equal(load(place, &truth, hex, &err), 0);
	assert_true(store_find_image(&place->oci, "t/x:1", found));
	assert_string_equal(found, hex);
}

#define OTHER "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void refuses_digests_that_lie(void **state)
{
	const struct story layer = {.layer_digest = OTHER}, config = {.config_digest = OTHER};
	refused(*state, &layer, "is not what its digest says");
	refused(*state, &config, "is not what its digest says");
}

static void refuses_content_that_lies(void **state)
{
	const struct story content = {.diff_id = OTHER};
	refused(*state, &content, "is not what the image's config says");
}

static void refuses_sizes_that_lie(void **state)
{
	const struct story layer = {.layer_size = 1 << 30}, config = {.config_size = 1};
	refused(*state, &layer, "not 1073741824");
	refused(*state, &config, "bytes, not 1");
}

/* A digest is a file's name: no other one is taken. */
static void refuses_names_that_are_none(void **state)
{
	const struct story up = {
		.diff_id = "../../../../../../../../../../../../../../../etc/passwd0000"};
	refused(*state, &up, "no SHA-256 digest");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes_what_is_true, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_digests_that_lie, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_content_that_lies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_sizes_that_lie, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_names_that_are_none, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
