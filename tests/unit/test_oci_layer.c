/* Layers packed and unpacked, archives that mean harm among them. As root only: devices and
 * trusted attributes are what overlayfs keeps deletions as. */
#include "tests/unit/check.h"

#include "common/file.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

static char directory[] = "/tmp/factory-oci-XXXXXX";
static char root[64], upper[64];
static struct oci oci = {.root = root};

static int make_store(void **state)
{
	struct error err = {0};
	(void)state;
	strcpy(directory, "/tmp/factory-oci-XXXXXX");
	assert_non_null(mkdtemp(directory));
	snprintf(root, sizeof root, "%s/store", directory);
	snprintf(upper, sizeof upper, "%s/upper", directory);
	assert_int_equal(mkdir(upper, 0755), 0);
	assert_int_equal(store_prepare(&oci, &err), 0);
	return 0;
}

static int remove_store(void **state)
{
	struct error err = {0};
	(void)state;
	return file_remove_tree(directory, &err);
}

static void put(const char *name, const char *text)
{
	char path[200];
	struct error err = {0};
	snprintf(path, sizeof path, "%s/%s", upper, name);
	assert_int_equal(file_make_parents(path, &err), 0);
	assert_int_equal(file_replace(path, text, strlen(text), 0640, 7, 8, &err), 0);
}

/* A path below a layer's tree. */
static const char *unpacked(const char *hex, const char *name)
{
	static char path[300];
	snprintf(path, sizeof path, "%s/layers/%s/tree/%s", root, hex, name);
	return path;
}

static void pack(char hex[HASH_HEX])
{
	struct error err = {0};
	layer_commit(&oci, upper, hex, &err);
	expect_no_error(&err);
}

static void marks_go_and_come(void **state)
{
	(void)state;
	char hex[HASH_HEX], path[200], mark = 0;
	struct stat info;
	put("gone/x", "");
	snprintf(path, sizeof path, "%s/gone/deleted", upper);
	assert_int_equal(mknod(path, S_IFCHR, 0), 0);
	snprintf(path, sizeof path, "%s/gone", upper);
	assert_int_equal(setxattr(path, "trusted.overlay.opaque", "y", 1, 0), 0);
	assert_int_equal(setxattr(path, "trusted.own", "kept", 4, 0), 0);
	pack(hex);
	assert_int_equal(lstat(unpacked(hex, "gone/deleted"), &info), 0);
	assert_true(S_ISCHR(info.st_mode) && info.st_rdev == 0);
	assert_int_equal(lgetxattr(unpacked(hex, "gone"), "trusted.overlay.opaque", &mark, 1), 1);
	assert_int_equal(mark, 'y');
	assert_int_equal(lgetxattr(unpacked(hex, "gone"), "trusted.own", NULL, 0), 4);
	assert_int_equal(lstat(unpacked(hex, "gone/.wh.deleted"), &info), -1);
}

static void same_files_same_layer(void **state)
{
	(void)state;
	char first[HASH_HEX], second[HASH_HEX];
	struct stat info;
	char path[200], link_path[200];
	put("b", "1");
	put("a/z", "2");
	snprintf(path, sizeof path, "%s/b", upper);
	snprintf(link_path, sizeof link_path, "%s/c", upper);
	assert_int_equal(link(path, link_path), 0);
	pack(first);
	pack(second);
	assert_string_equal(first, second);
	assert_int_equal(stat(unpacked(first, "c"), &info), 0);
	assert_int_equal(info.st_nlink, 2);
	assert_int_equal(info.st_uid, 7);
	assert_int_equal(info.st_gid, 8);
	assert_int_equal(info.st_mode & 07777, 0640);
	put("b", "3");
	pack(second);
	assert_string_not_equal(first, second);
}

/* An archive of one entry after a link. */
static void make_archive(struct buf *tar, const char *link_target, const char *path)
{
	static char bytes[1 << 16];
	size_t used = 0;
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	archive_write_set_format_ustar(archive);
	archive_write_open_memory(archive, bytes, sizeof bytes, &used);
	if (link_target) {
		archive_entry_set_pathname(entry, "link");
		archive_entry_set_filetype(entry, AE_IFLNK);
		archive_entry_set_symlink(entry, link_target);
		archive_write_header(archive, entry);
		archive_entry_clear(entry);
	}
	archive_entry_set_pathname(entry, path);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, 4);
	archive_write_header(archive, entry);
	archive_write_data(archive, "evil", 4);
	archive_entry_free(entry);
	archive_write_close(archive);
	archive_write_free(archive);
	buf_add(tar, bytes, used);
}

static void nothing_leads_out(void **state)
{
	(void)state;
	char outside[100], through[100];
	snprintf(outside, sizeof outside, "%s/outside", directory);
	snprintf(through, sizeof through, "link/evil");
	const struct {
		const char *link, *path;
	} cases[] = {
		{NULL, "../../../../outside/evil"}, {outside, through},
		{"../../../../outside", through},   {NULL, outside},
		{NULL, "../../outside/.wh.evil"},   {outside, "link/.wh.evil"},
	};
	assert_int_equal(mkdir(outside, 0755), 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_error struct error err = {0};
		auto_buf struct buf tar = {0};
		char hex[HASH_HEX];
		make_archive(&tar, cases[i].link, cases[i].path);
		layer_import(&oci, tar.data, tar.len, hex, &err);
		assert_int_equal(rmdir(outside), 0); /* it is empty */
		assert_int_equal(mkdir(outside, 0755), 0);
	}
}

static void what_is_no_archive(void **state)
{
	(void)state;
	static const char *const texts[] = {"this is no archive", "\x1f\x8b\x08", ""};
	auto_arena struct arena arena = {0};
	char layers[100];
	snprintf(layers, sizeof layers, "%s/layers", root);
	for (size_t i = 0; i < COUNT_OF(texts) - 1; i++) {
		struct error err = {0};
		char hex[HASH_HEX];
		assert_int_equal(layer_import(&oci, texts[i], strlen(texts[i]), hex, &err), -1);
		expect_error(&err, "layer");
		assert_null(store_names(&arena, layers)[0]); /* nothing half-made stays */
	}
}

static void changes(void **state)
{
	(void)state;
	static const char *const lines[] = {"ENV A=1",   "ENV B=2 3",    "CMD [\"a\",\"b c\"]",
					    "LABEL x=y", "VOLUME /data", "ENTRYPOINT echo $A",
					    NULL};
	static const char *const wrong[][2] = {{"FROM x", NULL}, {"ENV", NULL}, {"", NULL}};
	auto_arena struct arena arena = {0};
	struct error err = {0};
	struct value *config = value_map(&arena);
	assert_int_equal(changes_apply(&arena, config, lines, &err), 0);
	assert_string_equal(value_text(value_path(config, "Env.1")), "B=2 3");
	assert_string_equal(value_text(value_path(config, "Cmd.1")), "b c");
	assert_string_equal(value_text(value_path(config, "Labels.x")), "y");
	assert_string_equal(value_text(value_path(config, "Entrypoint.2")), "echo $A");
	assert_non_null(value_get(value_get(config, "Volumes"), "/data"));
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		assert_int_equal(changes_apply(&arena, config, wrong[i], &err), -1);
		expect_error(&err, "an image can't be changed by");
	}
}

static void names(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct value *image = value_map(&arena);
	char hex[HASH_HEX], found[HASH_HEX];
	static const char *const none[] = {
		"",      "x",          "../images", "sha256:", "sha256:00",
		"a/b:2", "host/a:b/c", ".",         "..",      "/"};
	assert_int_equal(store_add_image(&oci, image, hex, &err), 0);
	assert_int_equal(store_tag(&oci, hex, "host:5000/a/b", NULL, &err), 0);
	assert_true(store_find_image(&oci, "host:5000/a/b", found));
	assert_string_equal(found, hex);
	assert_true(store_find_image(&oci, "host:5000/a/b:latest", found));
	assert_true(store_find_image(&oci, hex, found));
	for (size_t i = 0; i < COUNT_OF(none); i++)
		assert_false(store_find_image(&oci, none[i], found));
	char id[ID_HEX];
	for (size_t i = 0; i < COUNT_OF(none); i++)
		assert_false(oci_container_find(&oci, none[i], id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(marks_go_and_come, make_store, remove_store),
		cmocka_unit_test_setup_teardown(same_files_same_layer, make_store, remove_store),
		cmocka_unit_test_setup_teardown(nothing_leads_out, make_store, remove_store),
		cmocka_unit_test_setup_teardown(what_is_no_archive, make_store, remove_store),
		cmocka_unit_test_setup_teardown(changes, make_store, remove_store),
		cmocka_unit_test_setup_teardown(names, make_store, remove_store),
	};
	if (geteuid() != 0) {
		print_message("1..0 # SKIP needs root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
