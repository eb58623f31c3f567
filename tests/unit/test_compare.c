/* Trees of archives that are made here, and what two of them differ in. */
#include "tests/unit/check.h"

#include "common/json.h"
#include "common/own.h"
#include "host/compare/compare.h"
#include "host/compare/layers.h"
#include "host/tree/archived.h"
#include "host/saved/archive.h"

#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>

enum { DAY = 86400 };

struct made {
	const char *path;
	unsigned type; /* 0: a hard link to `target` */
	mode_t mode;
	int64_t mtime, uid;
	const char *content, *target;
};

static void add(struct archive *archive, const struct made *made)
{
	struct archive_entry *entry = archive_entry_new();
	size_t len = made->content ? strlen(made->content) : 0;
	archive_entry_set_pathname(entry, made->path);
	archive_entry_set_filetype(entry, made->type ? made->type : S_IFREG);
	archive_entry_set_perm(entry, made->mode);
	archive_entry_set_mtime(entry, made->mtime, 0);
	archive_entry_set_uid(entry, made->uid);
	archive_entry_set_size(entry, (int64_t)len);
	if (made->target && made->type)
		archive_entry_set_symlink(entry, made->target);
	else if (made->target)
		archive_entry_set_hardlink(entry, made->target);
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	if (len)
		assert_int_equal(archive_write_data(archive, made->content, len), len);
	archive_entry_free(entry);
}

static void make_tar(const struct made *files, struct buf *tar)
{
	struct archive *archive = archive_write_new();
	archive_write_set_format_pax_restricted(archive);
	archive_write_open2(archive, tar, NULL, archived_write, NULL, NULL);
	for (; files->path; files++)
		add(archive, files);
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
}

static int read_tar(const struct buf *tar, struct arena *arena, struct tree *tree,
		    struct error *err)
{
	struct archive *archive = saved_archive();
	assert_int_equal(archive_read_open_memory(archive, tar->data, tar->len), ARCHIVE_OK);
	int status = tree_read(archive, arena, tree, err);
	archive_read_free(archive);
	return status;
}

static struct tree tree_of(const struct made *files, struct arena *arena)
{
	auto_buf struct buf tar = {0};
	auto_error struct error err = {0};
	struct tree tree = {0};
	make_tar(files, &tar);
	assert_int_equal(read_tar(&tar, arena, &tree, &err), 0);
	return tree;
}

static char *json_of(const struct value *value)
{
	struct buf out = {0};
	json_write(&out, value);
	return buf_steal(&out);
}

/* "PATH: way, way; PATH: way" */
static char *ways_of(const struct made *a, const struct made *b, bool ignore_times)
{
	auto_arena struct arena arena = {0};
	struct tree left = tree_of(a, &arena), right = tree_of(b, &arena);
	const struct value *list = compare_trees(&left, &right, ignore_times, &arena);
	struct buf out = {0};
	for (size_t i = 0; i < list->list.len; i++) {
		const struct value *file = list->list.items[i], *how = value_get(file, "how");
		buf_printf(&out, "%s%s:", i ? "; " : "", value_text(value_get(file, "path")));
		for (size_t j = 0; j < how->list.len; j++)
			buf_printf(&out, " %s", value_text(how->list.items[j]));
	}
	return buf_steal(&out);
}

static char *paths_of(const struct tree *tree)
{
	struct buf out = {0};
	for (size_t i = 0; i < tree->count; i++)
		buf_printf(&out, "%s%s", i ? " " : "", tree->files[i].path);
	return buf_steal(&out);
}

/* --- trees --- */

static void test_the_same(void **state)
{
	static const struct made a[] = {{"./etc/", S_IFDIR, 0755, DAY, 0, NULL, NULL},
					{"./etc/x", S_IFREG, 0644, DAY, 0, "one", NULL},
					{0}};
	static const struct made b[] = {{"etc/x", S_IFREG, 0644, DAY, 0, "one", NULL},
					{"/etc", S_IFDIR, 0755, DAY, 0, NULL, NULL},
					{0}};
	autofree char *ways = ways_of(a, b, false);
	(void)state;
	assert_string_equal(ways, "");
}

static void test_each_way(void **state)
{
	static const struct made a[] = {{"content", S_IFREG, 0644, DAY, 0, "one", NULL},
					{"gone", S_IFREG, 0644, DAY, 0, "", NULL},
					{"kind", S_IFREG, 0755, DAY, 0, "", NULL},
					{"link", S_IFLNK, 0777, DAY, 0, NULL, "here"},
					{"mode", S_IFREG, 0644, DAY, 0, "", NULL},
					{"owner", S_IFREG, 0644, DAY, 0, "", NULL},
					{"time", S_IFREG, 0644, DAY, 0, "", NULL},
					{0}};
	static const struct made b[] = {{"content", S_IFREG, 0644, DAY, 0, "two", NULL},
					{"kind", S_IFDIR, 0755, DAY, 0, NULL, NULL},
					{"link", S_IFLNK, 0755, DAY, 0, NULL, "there"},
					{"mode", S_IFREG, 04755, DAY, 0, "", NULL},
					{"new", S_IFREG, 0644, DAY, 0, "", NULL},
					{"owner", S_IFREG, 0644, DAY, 7, "", NULL},
					{"time", S_IFREG, 0644, DAY + 1, 0, "", NULL},
					{0}};
	autofree char *ways = ways_of(a, b, false), *timeless = ways_of(a, b, true);
	(void)state;
	assert_string_equal(ways, "/content: content; /gone: only in a; /kind: type; "
				  "/link: target; /mode: mode; /new: only in b; /owner: owner; "
				  "/time: time");
	assert_null(strstr(timeless, "time"));
	assert_non_null(strstr(timeless, "/owner: owner"));
}

static void test_hard_links(void **state)
{
	static const struct made a[] = {{"one", S_IFREG, 0644, DAY, 0, "x", NULL},
					{"two", 0, 0644, DAY, 0, NULL, "./one"},
					{0}};
	static const struct made b[] = {{"two", S_IFREG, 0644, DAY, 0, "x", NULL},
					{"one", 0, 0644, DAY, 0, NULL, "two"},
					{0}};
	static const struct made lost[] = {{"two", 0, 0644, DAY, 0, NULL, "two"}, {0}};
	autofree char *ways = ways_of(a, b, false), *itself = ways_of(lost, lost, false);
	(void)state;
	assert_string_equal(ways, "");
	assert_string_equal(itself, "");
}

static void test_last_of_a_path_counts(void **state)
{
	static const struct made a[] = {{"x", S_IFREG, 0644, DAY, 0, "old", NULL},
					{"x", S_IFREG, 0644, DAY, 0, "new", NULL},
					{0}};
	static const struct made b[] = {{"x", S_IFREG, 0644, DAY, 0, "new", NULL}, {0}};
	autofree char *ways = ways_of(a, b, false);
	(void)state;
	assert_string_equal(ways, "");
}

static void test_broken_archive(void **state)
{
	static const struct made files[] = {{"x", S_IFREG, 0644, DAY, 0, "some content", NULL},
					    {0}};
	auto_buf struct buf tar = {0};
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct tree tree = {0};
	(void)state;
	make_tar(files, &tar);
	tar.len = 515;
	assert_int_equal(read_tar(&tar, &arena, &tree, &err), -1);
	assert_non_null(strstr(err.message, "can't read x"));
}

/* --- layers --- */

static void expect_stacked(const struct made *lower, const struct made *upper, const char *expected)
{
	auto_arena struct arena arena = {0};
	struct tree tree = tree_of(lower, &arena), layer = tree_of(upper, &arena);
	tree_stack(&tree, &layer, &arena);
	autofree char *paths = paths_of(&tree);
	assert_string_equal(paths, expected);
}

static const struct made base[] = {{"a", S_IFDIR, 0755, DAY, 0, NULL, NULL},
				   {"a/b", S_IFDIR, 0755, DAY, 0, NULL, NULL},
				   {"a/b/c", S_IFREG, 0644, DAY, 0, "c", NULL},
				   {"a/bc", S_IFREG, 0644, DAY, 0, "bc", NULL},
				   {0}};

static void test_whiteouts(void **state)
{
	static const struct made file[] = {{"a/b/.wh.c", S_IFREG, 0, DAY, 0, "", NULL}, {0}};
	static const struct made tree[] = {{"a/.wh.b", S_IFREG, 0, DAY, 0, "", NULL}, {0}};
	static const struct made opaque[] = {{"a/b", S_IFDIR, 0755, DAY, 0, NULL, NULL},
					     {"a/b/.wh..wh..opq", S_IFREG, 0, DAY, 0, "", NULL},
					     {"a/b/d", S_IFREG, 0644, DAY, 0, "d", NULL},
					     {0}};
	(void)state;
	expect_stacked(base, file, "a a/b a/bc");
	expect_stacked(base, tree, "a a/bc");
	expect_stacked(base, opaque, "a a/b a/b/d a/bc");
}

static void test_a_file_in_place_of_a_directory(void **state)
{
	static const struct made upper[] = {{"a/b", S_IFREG, 0644, DAY, 0, "", NULL}, {0}};
	(void)state;
	expect_stacked(base, upper, "a a/b a/bc");
}

/* --- what an engine saves --- */

static int read_saved(const struct made *parts, char **paths, struct error *err)
{
	auto_buf struct buf tar = {0};
	auto_arena struct arena arena = {0};
	struct tree tree = {0};
	struct archive *archive = archive_write_new();
	/* Layers have zeros in them, so that their lengths can't come from strlen. */
	archive_write_set_format_ustar(archive);
	archive_write_open2(archive, &tar, NULL, archived_write, NULL, NULL);
	for (; parts->path; parts++) {
		auto_buf struct buf layer = {0};
		auto_error struct error failed = {0};
		if (parts->type == S_IFDIR) {
			make_tar(parts->mode ? base : base + 3, &layer);
			const struct archived entry = {.path = parts->path,
						       .type = AE_IFREG,
						       .mode = 0644,
						       .content = &layer};
			assert_int_equal(archived_add(archive, &entry, &failed), 0);
		} else {
			add(archive, parts);
		}
	}
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
	struct archive *outer = saved_archive();
	assert_int_equal(archive_read_open_memory(outer, tar.data, tar.len), ARCHIVE_OK);
	int status = layers_read(outer, &arena, &tree, err);
	archive_read_free(outer);
	*paths = paths_of(&tree);
	return status;
}

/* S_IFDIR stands for a layer: with a mode all of `base`, without its last file. */
static void test_saved(void **state)
{
	static const struct made docker[] = {
		{"1/layer.tar", S_IFDIR, 0, 0, 0, NULL, NULL},
		{"2/layer.tar", S_IFLNK, 0777, 0, 0, NULL, "../1/layer.tar"},
		{"manifest.json", S_IFREG, 0644, 0, 0,
		 "[{\"Layers\":[\"1/layer.tar\",\"2/layer.tar\"]}]", NULL},
		{0}};
	static const struct made oci[] = {
		{"blobs/sha256/aa", S_IFREG, 0644, 0, 0, "{\"config\":{}}", NULL},
		{"blobs/sha256/bb", S_IFDIR, 1, 0, 0, NULL, NULL},
		{"manifest.json", S_IFREG, 0644, 0, 0, "[{\"Layers\":[\"blobs/sha256/bb\"]}]",
		 NULL},
		{0}};
	auto_error struct error err = {0};
	autofree char *first = NULL, *second = NULL;
	(void)state;
	assert_int_equal(read_saved(docker, &first, &err), 0);
	assert_string_equal(first, "a/bc");
	assert_int_equal(read_saved(oci, &second, &err), 0);
	assert_string_equal(second, "a a/b a/b/c a/bc");
}

static void expect_saved_error(const struct made *parts, const char *expected)
{
	auto_error struct error err = {0};
	autofree char *paths = NULL;
	assert_int_equal(read_saved(parts, &paths, &err), -1);
	assert_non_null(strstr(err.message, expected));
}

static void test_saved_wrongly(void **state)
{
	static const struct made nothing[] = {{"1/layer.tar", S_IFDIR, 1, 0, 0, NULL, NULL}, {0}};
	static const struct made lacking[] = {
		{"manifest.json", S_IFREG, 0644, 0, 0, "[{\"Layers\":[\"1/layer.tar\"]}]", NULL},
		{0}};
	static const struct made circle[] = {
		{"1/layer.tar", S_IFLNK, 0777, 0, 0, NULL, "../1/layer.tar"},
		{"manifest.json", S_IFREG, 0644, 0, 0, "[{\"Layers\":[\"1/layer.tar\"]}]", NULL},
		{0}};
	static const struct made no_layer[] = {
		{"1/layer.tar", S_IFREG, 0644, 0, 0, "this is no archive", NULL}, {0}};
	(void)state;
	expect_saved_error(nothing, "no manifest.json");
	expect_saved_error(lacking, "lacks the layer 1/layer.tar");
	expect_saved_error(circle, "lacks the layer 1/layer.tar");
	expect_saved_error(no_layer, "the layer 1/layer.tar");
}

/* --- configs --- */

static char *config_ways(const char *a, const char *b)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	const struct value *left = json_parse(&arena, "a", a, strlen(a), &err);
	const struct value *right = json_parse(&arena, "b", b, strlen(b), &err);
	assert_non_null(left);
	assert_non_null(right);
	return json_of(compare_configs(left, right, &arena));
}

static void test_configs(void **state)
{
	autofree char *same = config_ways(
		"{\"Os\":\"linux\",\"Created\":\"now\",\"Config\":{\"Env\":[\"A=1\",\"B=2\"],"
		"\"Labels\":null,\"Cmd\":[],\"User\":\"\"}}",
		"{\"Os\":\"linux\",\"Created\":\"then\",\"Config\":{\"Env\":[\"B=2\",\"A=1\"],"
		"\"Labels\":{},\"OpenStdin\":false}}");
	autofree char *others = config_ways(
		"{\"Config\":{\"Env\":[\"A=1\",\"B=2\"],\"ExposedPorts\":{\"80/tcp\":{}},"
		"\"Cmd\":[\"sh\"]}}",
		"{\"Config\":{\"Env\":[\"A=1\",\"B=3\"],\"Labels\":{\"x\":\"y\"},"
		"\"Cmd\":[\"sh\",\"-c\"]}}");
	(void)state;
	assert_string_equal(same, "[]");
	assert_string_equal(others, "[{\"field\":\"Cmd\",\"a\":[\"sh\"],\"b\":[\"sh\",\"-c\"]},"
				    "{\"field\":\"Env B\",\"a\":\"2\",\"b\":\"3\"},"
				    "{\"field\":\"ExposedPorts 80/tcp\",\"a\":{},\"b\":null},"
				    "{\"field\":\"Labels x\",\"a\":null,\"b\":\"y\"}]");
}

static void test_text(void **state)
{
	static const struct made a[] = {{"a\nb", S_IFREG, 0644, DAY, 0, "", NULL},
					{"x", S_IFREG, 0644, DAY, 0, "", NULL},
					{0}};
	static const struct made b[] = {{"x", S_IFREG, 0600, DAY, 3, "more", NULL}, {0}};
	__attribute__((cleanup(compare_image_free))) struct compare_image left = {.name = "l"};
	__attribute__((cleanup(compare_image_free))) struct compare_image right = {.name = "r"};
	auto_arena struct arena arena = {0};
	auto_buf struct buf out = {0};
	(void)state;
	left.tree = tree_of(a, &left.arena);
	right.tree = tree_of(b, &right.arena);
	const struct value *comparison = compare_images(&left, &right, false, &arena);
	assert_false(compare_is_same(comparison));
	compare_print(comparison, &out);
	assert_string_equal(buf_text(&out), "\"/a\\nb\": only in a\n"
					    "/x: content, mode 0644 -> 0600, owner 0:0 -> 3:0\n"
					    "2 files and 0 fields of the config differ\n");
	buf_clear(&out);
	compare_print(compare_images(&left, &left, false, &arena), &out);
	assert_string_equal(buf_text(&out), "the same\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_same),
		cmocka_unit_test(test_each_way),
		cmocka_unit_test(test_hard_links),
		cmocka_unit_test(test_last_of_a_path_counts),
		cmocka_unit_test(test_broken_archive),
		cmocka_unit_test(test_whiteouts),
		cmocka_unit_test(test_a_file_in_place_of_a_directory),
		cmocka_unit_test(test_saved),
		cmocka_unit_test(test_saved_wrongly),
		cmocka_unit_test(test_configs),
		cmocka_unit_test(test_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
