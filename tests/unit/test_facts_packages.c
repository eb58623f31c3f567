/* Databases of packages: rpm's two formats, whole and damaged. dpkg's and apk's are in
 * test_facts_system.c and test_facts_trees.c. */
#include "tests/unit/facts_tree.h"

#include <fcntl.h>

#include "agent/facts/packages.h"
#include "agent/facts/sqlite.h"
#include "common/own.h"

#define FEDORA "tests/fixtures/facts/trees/fedora-podman-v2/usr/lib/sysimage/rpm/rpmdb.sqlite"
#define SQLITE "/var/lib/rpm/rpmdb.sqlite"
#define NDB    "/var/lib/rpm/Packages.db"

static void big_endian(struct buf *out, uint32_t number)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(out, (char)(number >> shift));
}

static void little_endian(struct buf *out, uint32_t number)
{
	for (int shift = 0; shift < 32; shift += 8)
		buf_putc(out, (char)(number >> shift));
}

struct entry {
	uint32_t tag, type, offset;
};

static void make_header(struct buf *out, const struct entry *entries, uint32_t count,
			const char *data, uint32_t len)
{
	big_endian(out, count);
	big_endian(out, len);
	for (uint32_t i = 0; i < count; i++) {
		big_endian(out, entries[i].tag);
		big_endian(out, entries[i].type);
		big_endian(out, entries[i].offset);
		big_endian(out, 1);
	}
	buf_add(out, data, len);
}

static const struct entry bash[] = {{62, 7, 0},   {1000, 6, 0},  {1001, 6, 5},
				    {1002, 6, 9}, {1003, 4, 12}, {1022, 6, 16}};
static const char bash_data[] = "bash\0005.2\0r1\0\0\0\1\0s390x";

static void headers(void **state)
{
	(void)state;
	auto_buf struct buf header = {0};
	char version[FACTS_RPM_VERSION];
	struct facts_package package;
	make_header(&header, bash, COUNT_OF(bash), bash_data, sizeof bash_data);
	assert_true(facts_rpm_package(header.data, header.len, version, &package));
	assert_string_equal(package.name, "bash");
	assert_string_equal(package.version, "256:5.2-r1");
	assert_string_equal(package.architecture, "s390x");
	/* Cut anywhere: a package as long as its name is there, never a fault. */
	for (size_t len = 0; len < header.len; len++) {
		autofree char *cut = malloc(len + 1);
		memcpy(cut, header.data, len);
		bool found = facts_rpm_package(cut, len, version, &package);
		assert_int_equal(found, len >= 8 + 16 * COUNT_OF(bash) + 5);
	}
	/* Offsets and numbers that lie. */
	for (size_t i = 0; i < header.len; i++) {
		autofree char *bad = malloc(header.len);
		memcpy(bad, header.data, header.len);
		bad[i] = (char)0xff;
		facts_rpm_package(bad, header.len, version, &package);
	}
}

static void make_ndb(struct tree *tree, uint32_t pages, uint32_t block, uint32_t header_len)
{
	auto_buf struct buf file = {0}, header = {0};
	make_header(&header, bash, COUNT_OF(bash), bash_data, sizeof bash_data);
	buf_add(&file, "RpmP", 4);
	little_endian(&file, 0); /* version */
	little_endian(&file, 1);
	little_endian(&file, pages);
	while (file.len < 32)
		buf_putc(&file, '\0');
	buf_add(&file, "Slot", 4);
	little_endian(&file, 1);
	little_endian(&file, block);
	little_endian(&file, 20);
	while (file.len < 4096) {
		buf_add(&file, "Slot", 4);
		for (int i = 0; i < 3; i++)
			little_endian(&file, 0);
	}
	buf_add(&file, "BlbS", 4);
	little_endian(&file, 1);
	little_endian(&file, 0);
	little_endian(&file, header_len ? header_len : (uint32_t)header.len);
	buf_add(&file, header.data, header.len);
	while (file.len % 16 || file.len < 4096 + 20 * 16)
		buf_putc(&file, '\0');
	tree_bytes(tree, NDB, file.data, file.len);
}

static void ndb(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	make_ndb(tree, 1, 256, 0);
	expect_fact(tree, facts_packages, "rpm", "{\"count\":1,\"database\":\"" NDB "\"}");
	expect_fact(tree, facts_package, "bash",
		    "{\"version\":\"256:5.2-r1\",\"architecture\":\"s390x\",\"manager\":\"rpm\"}");
	make_ndb(tree, 0xffffffff, 256, 0); /* fewer pages than it says */
	expect_fact(tree, facts_package, "bash.manager", "\"rpm\"");
	make_ndb(tree, 1, 0xffffffff, 0); /* a header outside */
	expect_fact(tree, facts_package, "", "none");
	make_ndb(tree, 1, 256, 0xffffffff);
	expect_fact(tree, facts_package, "bash.manager", "\"rpm\"");
	tree_file(tree, NDB, "RpmP");
	expect_fact(tree, facts_packages, "rpm", "{\"database\":\"" NDB "\"}");
	tree_free(tree);
}

static void read_fedora(struct buf *file)
{
	struct error err = {0};
	file_read(FEDORA, 0, file, &err);
	expect_no_error(&err);
	assert_true(file->len > 4096);
}

/* Every byte in turn, and every length: other packages or none, never a fault, and an end. */
static void damaged_sqlite(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	auto_buf struct buf file = {0};
	read_fedora(&file);
	for (size_t i = 0; i < file.len; i += i < 700 ? 1 : 13) {
		static const char values[] = {0, 1, 13, 5, (char)0xff};
		char was = file.data[i];
		file.data[i] = values[i % sizeof values];
		tree_bytes(tree, SQLITE, file.data, file.len);
		family_json(tree, facts_package, "");
		family_json(tree, facts_packages, "");
		file.data[i] = was;
		arena_free(&tree->arena);
		tree->arena = (struct arena){0};
	}
	for (size_t len = 0; len < file.len; len += 97) {
		tree_bytes(tree, SQLITE, file.data, len);
		family_json(tree, facts_package, "");
	}
	tree_bytes(tree, SQLITE, file.data, file.len);
	expect_fact(tree, facts_packages, "rpm.count", "2");
	tree_free(tree);
}

static void take_text(void *ctx, const struct sqlite_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (row->columns[i].data)
			buf_printf(ctx, "%.*s,", (int)row->columns[i].len, row->columns[i].data);
		else
			buf_printf(ctx, "%lld,", (long long)row->columns[i].number);
}

/* The schema is a table too. */
static void tables(void **state)
{
	(void)state;
	auto_buf struct buf text = {0};
	autoclose int fd = open(FEDORA, O_RDONLY | O_CLOEXEC);
	assert_int_equal(facts_sqlite_read(fd, "sqlite_sequence", take_text, &text), 1);
	assert_string_equal(buf_text(&text), "Packages,2,");
	assert_int_equal(facts_sqlite_read(fd, "Packages", NULL, NULL), 2);
	assert_int_equal(facts_sqlite_read(fd, "packages", NULL, NULL), -1);
	assert_int_equal(facts_sqlite_read(-1, "Packages", NULL, NULL), -1);
}

/* The same name twice, of other architectures and versions. */
static void names_that_repeat(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	tree_file(tree, "/lib/apk/db/installed",
		  "P:k\nV:1\nA:x\n\nP:k\nV:2\nA:y\n\nP:k\nV:3\nA:y\n\nP:k\nV:3\nA:y\n");
	expect_fact(tree, facts_package, "k.version", "\"1\"");
	expect_fact(tree, facts_package, "k:y.version", "\"2\"");
	expect_fact(tree, facts_package, "k-3.version", "\"3\"");
	expect_fact(tree, facts_packages, "apk.count", "4");
	tree_free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),           cmocka_unit_test(ndb),
		cmocka_unit_test(damaged_sqlite),    cmocka_unit_test(tables),
		cmocka_unit_test(names_that_repeat),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
