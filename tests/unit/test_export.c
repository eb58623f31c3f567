/* From what engines save to OCI's layout: both forms of a save, and broken ones. */
#include "tests/unit/check.h"

#include "common/buffer.h"
#include "host/export/oci.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static char directory[] = "/tmp/factory-export-XXXXXX";

struct file {
	const char *name, *text, *link; /* link: a symbolic one, in place of the text */
};

static const char config[] = "{\"architecture\":\"arm64\",\"os\":\"linux\",\"created\":"
			     "\"2026-01-01T00:00:00Z\"}";

static int pack(const struct file *files, size_t count)
{
	int fd = memfd_create("saved", MFD_CLOEXEC);
	struct archive *archive = archive_write_new();
	archive_write_set_format_ustar(archive);
	assert_int_equal(archive_write_open_fd(archive, fd), ARCHIVE_OK);
	for (size_t i = 0; i < count; i++) {
		struct archive_entry *entry = archive_entry_new();
		archive_entry_set_pathname(entry, files[i].name);
		archive_entry_set_filetype(entry, files[i].link ? AE_IFLNK : AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		if (files[i].link)
			archive_entry_set_symlink(entry, files[i].link);
		else
			archive_entry_set_size(entry, (la_int64_t)strlen(files[i].text));
		assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
		if (!files[i].link)
			archive_write_data(archive, files[i].text, strlen(files[i].text));
		archive_entry_free(entry);
	}
	archive_write_free(archive);
	return fd;
}

/* The layout that comes out, or the message. */
static int convert(const struct file *files, size_t count, struct buf *out, struct error *err)
{
	struct arena arena = {0};
	struct saved saved;
	struct output output = {.fd = memfd_create("layout", MFD_CLOEXEC), .path = "x.tar"};
	int fd = pack(files, count);
	int status = saved_read(fd, &saved, &arena, err);
	if (status == 0)
		status = oci_write(&saved, &output, 86400, err);
	lseek(output.fd, 0, SEEK_SET);
	for (ssize_t got; (got = read(output.fd, buf_reserve(out, 65536), 65536)) > 0;)
		out->len += (size_t)got;
	close(output.fd);
	close(fd);
	arena_free(&arena);
	return status;
}

/* A file of the layout that came out; the caller frees it. */
static char *file_of(const struct buf *layout, const char *name)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	char *text = NULL;
	archive_read_support_format_tar(archive);
	archive_read_open_memory(archive, layout->data, layout->len);
	while (!text && archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		if (strcmp(archive_entry_pathname(entry), name) != 0)
			continue;
		assert_int_equal(archive_entry_mtime(entry), 86400);
		text = calloc(1, (size_t)archive_entry_size(entry) + 1);
		archive_read_data(archive, text, (size_t)archive_entry_size(entry));
	}
	archive_read_free(archive);
	return text;
}

static void layers_and_names(void **state)
{
	/* As Docker saves it: equal layers are links. */
	static const struct file files[] = {
		{"aa/layer.tar", "one", NULL},
		{"bb/layer.tar", "two", NULL},
		{"cc/layer.tar", NULL, "../aa/layer.tar"},
		{"config.json", config, NULL},
		{"manifest.json",
		 "[{\"Config\":\"config.json\",\"RepoTags\":[\"t/x:1\",\"t/x:2\"],\"Layers\":"
		 "[\"aa/layer.tar\",\"bb/layer.tar\",\"cc/layer.tar\"]}]",
		 NULL},
	};
	struct buf out = {0}, again = {0};
	struct error err = {0};
	char hex[HASH_HEX], path[128];
	(void)state;
	assert_int_equal(convert(files, 5, &out, &err), 0);
	assert_int_equal(convert(files, 5, &again, &err), 0);
	assert_int_equal(out.len, again.len);
	assert_memory_equal(out.data, again.data, out.len);
	char *index = file_of(&out, "index.json");
	assert_non_null(strstr(index, "\"org.opencontainers.image.ref.name\":\"t/x:1\""));
	assert_non_null(strstr(index, "\"org.opencontainers.image.ref.name\":\"t/x:2\""));
	assert_non_null(strstr(index, "\"architecture\":\"arm64\""));
	hash_hex("one", 3, hex);
	snprintf(path, sizeof path, "blobs/sha256/%s", hex);
	char *layer = file_of(&out, path);
	assert_string_equal(layer, "one");
	hash_hex(config, strlen(config), hex);
	snprintf(path, sizeof path, "blobs/sha256/%s", hex);
	char *settings = file_of(&out, path);
	assert_string_equal(settings, config);
	free(index);
	free(layer);
	free(settings);
	buf_free(&out);
	buf_free(&again);
}

static void broken_saves_are_refused(void **state)
{
	static const char manifest[] = "manifest.json";
	static const struct {
		struct file files[3];
		const char *says;
	} cases[] = {
		{{{"x", "", NULL}, {"y", "", NULL}, {"z", "", NULL}}, "has no manifest.json"},
		{{{manifest, "{", NULL}, {"y", "", NULL}, {"z", "", NULL}}, ""},
		{{{manifest, "[{}]", NULL}, {"y", "", NULL}, {"z", "", NULL}}, "names no file"},
		{{{manifest, "[{\"Config\":\"no\"}]", NULL}, {"y", "", NULL}, {"z", "", NULL}},
		 "has no no"},
		{{{manifest, "[{\"Config\":\"c\",\"Layers\":[1]}]", NULL},
		  {"c", "{}", NULL},
		  {"z", "", NULL}},
		 "names no file"},
		{{{manifest, "[{\"Config\":\"a/c\"}]", NULL},
		  {"a/c", NULL, "../b/c"},
		  {"b/c", NULL, "../a/c"}},
		 "is a link to a link"},
		{{{manifest, "[{\"Config\":\"a/c\"}]", NULL},
		  {"a/c", NULL, "../../../../etc/passwd"},
		  {"z", "", NULL}},
		 "has no etc/passwd"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = {0};
		struct buf out = {0};
		assert_int_equal(convert(cases[i].files, 3, &out, &err), -1);
		assert_non_null(strstr(err.message, cases[i].says));
		error_clear(&err);
		buf_free(&out);
	}
}

static void an_output_is_whole_or_not_there(void **state)
{
	struct output output;
	struct error err = {0};
	char path[64];
	(void)state;
	snprintf(path, sizeof path, "%s/out", directory);
	assert_int_equal(output_open(&output, path, &err), 0);
	assert_int_equal(output_write(&output, "half", 4), 0);
	assert_int_equal(access(path, F_OK), -1);
	output_discard(&output);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(output_open(&output, path, &err), 0);
	assert_int_equal(output_write(&output, "whole", 5), 0);
	assert_int_equal(output_commit(&output, &err), 0);
	output_discard(&output);
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layers_and_names),
		cmocka_unit_test(broken_saves_are_refused),
		cmocka_unit_test(an_output_is_whole_or_not_there),
	};
	if (!mkdtemp(directory))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
