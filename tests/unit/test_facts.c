/* Gathering, finding and printing facts: what holds for every family. */
#include "tests/unit/facts_tree.h"

#include <errno.h>

#include "agent/commands.h"
#include "agent/facts/format.h"
#include "agent/facts/text.h"
#include "common/fact_names.h"
#include "common/own.h"

/* Which files were asked for. */
static struct buf asked;

static int recording_open(struct facts_system *system, const char *path)
{
	(void)system;
	buf_printf(&asked, "%s\n", path);
	return -1;
}

/* A container made from scratch has no files at all, and perhaps not even /proc. */
static void an_empty_system(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	struct value *facts = facts_gather_from(&tree->system, &tree->arena, NULL, 0);
	assert_string_equal(value_text(value_path(facts, "kernel.name")), "Linux");
	assert_null(value_path(facts, "os.id"));
	assert_null(value_get(facts, "memory"));
	assert_null(value_get(facts, "users"));
	assert_string_equal(value_text(value_path(facts, "network.hostname")), "host");
	tree_free(tree);
}

static void the_living_system(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct value *facts = facts_collect(&arena, &(struct facts_wanted){0});
	assert_string_equal(value_text(value_path(facts, "kernel.name")), "Linux");
	assert_int_equal(value_path(facts, "identity.uid")->integer, geteuid());
	assert_ptr_equal(value_get(facts, "cpu"), value_get(facts, "processors"));
}

static void expect_reason(struct tree *tree, const char *path, const char *reason)
{
	const char *told = value_text(value_get(tree->system.errors, path));
	assert_non_null(told);
	assert_string_equal(told, reason);
}

/* Where files should be there are directories, FIFOs, links to themselves, binary rubbish. */
static void a_hostile_system(void **state)
{
	(void)state;
	static const char rubbish[] = "\0\xff\x80=:\n- - -\0[\n\n=\n:\n,\n";
	struct tree *tree = tree_new();
	tree_bytes(tree, "/proc/cpuinfo", rubbish, sizeof rubbish);
	tree_bytes(tree, "/proc/self/mountinfo", rubbish + 1, sizeof rubbish - 1);
	tree_bytes(tree, "/etc/os-release", rubbish + 1, sizeof rubbish - 1);
	tree_directory(tree, "/proc/meminfo");
	tree_link(tree, "/etc/passwd", "passwd");
	assert_int_equal(mkfifo(tree_path(tree, "/etc/group"), 0644), 0);
	tree_link(tree, "/proc/self/ns/pid", "pid:[99999999999999999999]");
	tree_link(tree, "/proc/loadavg", "/dev/zero");
	tree_link(tree, "/var/lib/dpkg/status", "/dev/zero");
	tree->system.errors = value_map(&tree->arena);
	tree->system.errors_arena = &tree->arena;
	struct value *facts = facts_gather_from(&tree->system, &tree->arena, NULL, 0);
	assert_non_null(facts);
	assert_null(value_get(facts, "users"));
	assert_null(value_get(facts, "load_averages"));
	assert_null(value_path(facts, "packages.dpkg.count"));
	expect_reason(tree, "/etc/passwd", strerror(ELOOP));
	expect_reason(tree, "/etc/group", "it is no regular file");
	expect_reason(tree, "/proc/loadavg", "it is no regular file");
	expect_reason(tree, "/proc/meminfo", "it is no regular file");
	assert_null(value_get(tree->system.errors, "/proc/uptime")); /* it just isn't there */
	tree_free(tree);
}

/* A file of more than 16 MiB is not what it says. */
static void a_huge_file(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	tree_file(tree, "/proc/meminfo", "MemTotal: 1000 kB\n");
	assert_int_equal(truncate(tree_path(tree, "/proc/meminfo"), 15 << 20), 0);
	expect_fact(tree, facts_memory, "total", "1024000");
	assert_int_equal(truncate(tree_path(tree, "/proc/meminfo"), 17 << 20), 0);
	expect_fact(tree, facts_memory, "", "none");
	tree_free(tree);
}

static void only_families_that_are_named(void **state)
{
	(void)state;
	static const char *const patterns[] = {"memory.total", "cpu.*", "kernelrelease", "no.fact"};
	struct tree *tree = tree_new();
	tree->system.open = recording_open;
	struct value *facts = facts_gather_from(&tree->system, &tree->arena, patterns, 4);
	assert_non_null(strstr(asked.data, "/proc/meminfo\n"));
	assert_non_null(strstr(asked.data, "/proc/cpuinfo\n"));
	assert_null(strstr(asked.data, "/etc/os-release\n"));
	assert_null(strstr(asked.data, "/proc/self/mountinfo\n"));
	assert_string_equal(value_text(value_get(facts, "kernelrelease")), "6.1.0-18-amd64");
	assert_null(value_get(facts, "osfamily"));
	buf_free(&asked);
	tree_free(tree);
}

static void patterns_with_stars(void **state)
{
	(void)state;
	static const char *const patterns[] = {"k*"};
	struct tree *tree = tree_new();
	struct value *facts = facts_gather_from(&tree->system, &tree->arena, patterns, 1);
	assert_non_null(value_get(facts, "kernel"));
	assert_null(value_get(facts, "os"));
	tree_free(tree);
}

static struct value *parse(struct arena *arena, const char *json)
{
	struct error err = {0};
	struct value *value = json_parse(arena, "test", json, strlen(json), &err);
	expect_no_error(&err);
	return value;
}

static const char example[] =
	"{\"os\":{\"id\":\"debian\",\"release\":{\"full\":\"12.1\",\"major\":\"12\"}},"
	"\"memory\":{\"system\":{\"total_bytes\":5}},"
	"\"networking\":{\"hostname\":\"h\",\"interfaces\":{\"eth0\":{\"ip\":\"a\"},"
	"\"eth0.1\":{\"ip\":\"b\"}}},\"mountpoints\":{\"/a.b/c\":{\"size\":1}},"
	"\"list\":[{\"x\":1},{\"x\":[true]}]}";

static void expect_found(const struct value *facts, const char *path, const char *json)
{
	struct error err = {0};
	auto_buf struct buf text = {0};
	struct value *found = facts_find(facts, path, &err);
	expect_no_error(&err);
	json_write(&text, found);
	assert_string_equal(text.data, json);
}

static void finding(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct value *facts = parse(&arena, example);
	expect_found(facts, "os.release.major", "\"12\"");
	expect_found(facts, "os.release", "{\"full\":\"12.1\",\"major\":\"12\"}");
	expect_found(facts, "list.1.x.0", "true");
	expect_found(facts, "networking.interfaces.eth0.ip", "\"a\"");
	expect_found(facts, "networking.interfaces.eth0.1.ip", "\"b\"");
	expect_found(facts, "mountpoints./a.b/c.size", "1");
	expect_found(facts, "network.interfaces.eth0.1.ip", "\"b\"");
	expect_found(facts, "hostname", "\"h\"");
	expect_found(facts, "operatingsystemrelease", "\"12.1\"");
}

static void expect_unknown(const char *path, const char *message)
{
	auto_arena struct arena arena = {0};
	struct error err = {0};
	assert_null(facts_find(parse(&arena, example), path, &err));
	expect_error(&err, message);
}

static void unknown_facts(void **state)
{
	(void)state;
	expect_unknown("os.idd", "there is no fact \"os.idd\"; did you mean os.id?");
	expect_unknown("so.id", "did you mean os.id");
	expect_unknown("memory.total_bytes", "did you mean memory.system.total_bytes?");
	expect_unknown("memroy", "did you mean memory");
	expect_unknown("proccessors", "did you mean processors, processes?");
	expect_unknown("xxxxxxxxxx.yyyyyyyyyy", "there is no fact \"xxxxxxxxxx.yyyyyyyyyy\"");
	expect_unknown("", "there is no fact \"\"");
	expect_unknown("os.", "there is no fact \"os.\"");
	expect_unknown("os..id", "did you mean os.id");
	expect_unknown("hostname.x", "there is no fact \"hostname.x\"");
	expect_unknown("list.2", "there is no fact");
	char long_path[5000];
	memset(long_path, '.', sizeof long_path - 1);
	long_path[sizeof long_path - 1] = '\0';
	expect_unknown(long_path, "there is no fact");
}

static void sizes_in_words(void **state)
{
	(void)state;
	static const struct {
		uint64_t bytes;
		const char *words;
	} sizes[] = {
		{0, "\"0 bytes\""},
		{1023, "\"1023 bytes\""},
		{1024, "\"1.00 KiB\""},
		{1536, "\"1.50 KiB\""},
		{1048575, "\"1.00 MiB\""}, /* not 1024.00 KiB */
		{25276510208, "\"23.54 GiB\""},
		{UINT64_MAX, "\"16.00 EiB\""},
	};
	auto_arena struct arena arena = {0};
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		auto_buf struct buf text = {0};
		struct value *map = value_map(&arena);
		facts_set_size(&arena, map, "x", sizes[i].bytes);
		json_write(&text, value_get(map, "x"));
		assert_string_equal(text.data, sizes[i].words);
	}
	assert_string_equal(facts_share(&arena, 1, 3), "33.33%");
	assert_string_equal(facts_share(&arena, 0, 3), "0%");
	assert_string_equal(facts_share(&arena, 3, 3), "100%");
}

static void expect_format(facts_format *format, const char *json, const char *expected)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	struct error err = {0};
	assert_int_equal(format(&text, parse(&arena, json), &err), 0);
	assert_string_equal(buf_text(&text), expected);
}

static void expect_written(void (*write)(struct buf *out, const struct value *fact),
			   const char *json, const char *expected)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	write(&text, parse(&arena, json));
	assert_string_equal(buf_text(&text), expected);
}

static void formats(void **state)
{
	(void)state;
	static const char json[] = "{\"a\":{\"b\":[1,{\"c\":\"x\\ny\"}],\"d\":{}},\"e\":null}";
	expect_format(facts_format_named("flat"), json,
		      "a.b.0=1\na.b.1.c=\"x\\ny\"\na.d={}\ne=null\n");
	expect_written(facts_write_lines, json,
		       "a={\"b\":[1,{\"c\":\"x\\ny\"}],\"d\":{}}\ne=null\n");
	expect_format(facts_format_named("json"), "{\"a\":1}", "{\n  \"a\": 1\n}\n");
	expect_written(facts_write_bare, "\"x\\ny\"", "x\ny\n");
	expect_written(facts_write_bare, "true", "true\n");
	expect_written(facts_write_bare, "[1]", "[\n  1\n]\n");
	expect_format(facts_format_named("flat"), "{}", "");
	expect_format(facts_format_named("env"), "{\"a\":{\"b-c/d\":\"it's\\n$(x)\"},\"path\":1}",
		      "FACT_A_B_C_D='it'\\''s\n$(x)'\nFACT_PATH='1'\n");
	expect_format(facts_format_named("table"), "{\"a\":{\"bcd\":1,\"e\":\"x\\ny\"}}",
		      "a.bcd  1\na.e    \"x\\ny\"\n");
	expect_format(facts_format_named("yaml"), "{\"a\":{\"b\":[\"1\",2]}}",
		      "a:\n  b:\n  - \"1\"\n  - 2\n");
	assert_null(facts_format_named("xml"));
}

static void expect_selected(const char *pattern, const char *expected)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	struct error err = {0};
	struct value *selected = value_map(&arena);
	if (facts_select(&arena, parse(&arena, example), pattern, selected, &err) < 0) {
		assert_string_equal(err.message, expected);
		error_clear(&err);
		return;
	}
	json_write(&text, selected);
	assert_string_equal(text.data, expected);
}

static void selecting(void **state)
{
	(void)state;
	expect_selected("os.id", "{\"os.id\":\"debian\"}");
	expect_selected("os.release.*",
			"{\"os.release.full\":\"12.1\",\"os.release.major\":\"12\"}");
	expect_selected("o?.[ir]d", "{\"os.id\":\"debian\"}");
	expect_selected("*.id", "{\"os.id\":\"debian\"}");
	expect_selected("networking.interfaces.*.ip", "{\"networking.interfaces.eth0.ip\":\"a\","
						      "\"networking.interfaces.eth0.1.ip\":\"b\"}");
	expect_selected("list.*.x", "{\"list.0.x\":1,\"list.1.x\":[true]}");
	expect_selected("list.1.x.*", "{\"list.1.x.0\":true}");
	expect_selected("os.*.*.*", "no fact matches \"os.*.*.*\"");
	expect_selected("x*", "no fact matches \"x*\"");
	expect_selected("[", "no fact matches \"[\"");
}

/* Which patterns a template comes to; "all" where it may read anything. */
static void expect_read(const char *template, const char *expected)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	size_t count;
	const char *const *names = facts_read_by(&arena, template, &count);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%s%s", i ? " " : "", names[i]);
	assert_string_equal(names ? buf_text(&text) : "all", expected);
}

static void what_a_template_reads(void **state)
{
	(void)state;
	expect_read("os {{ .os.id }} {{ .memory }}", "os memory");
	expect_read("{{ fact \"kernel.release\" }}", "kernel");
	expect_read("{{ fact `os.id` }}", "os");
	expect_read("{{ $.os.id }}", "os");
	expect_read("{{ with .os }}{{ .id }} {{ $x.release }}{{ end }}", "os id");
	expect_read("{{ (index .disks \"vda\").size }}", "disks");
	expect_read("no action", "-");
	expect_read("{{ toJSON . }}", "all");
	expect_read("{{ range $k, $v := $ }}{{ end }}", "all");
	expect_read("{{ facts }}", "all");
	expect_read("{{ \"os.id\" | fact }}", "all");
	expect_read("{{ fact $name }}", "all");
	expect_read("{{ fact (printf \"o%s\" \"s\") }}", "all");
	expect_read("{{ .os", "all");
}

static void expect_misuse(const char *first, const char *second, const char *message)
{
	autofree char *one = strdup(first), *two = second ? strdup(second) : NULL;
	char *argv[] = {(char[]){"facts"}, one, two, NULL};
	struct error err = {0};
	assert_int_equal(agent_facts(second ? 3 : 2, argv, &err), -1);
	assert_int_equal(err.exit_code, 2);
	expect_error(&err, message);
}

static void wrong_options(void **state)
{
	(void)state;
	expect_misuse("--nonsense", NULL, "no option --nonsense; see agent facts --help");
	expect_misuse("--format", NULL, "--format needs a value");
	expect_misuse("--format", "xml",
		      "no format \"xml\"; there are json, yaml, flat, env, table");
	expect_misuse("--external-timeout", "0", "\"0\" is no number of seconds");
	expect_misuse("--external-timeout=nan", NULL, "\"nan\" is no number of seconds");
	expect_misuse("--http=", NULL, "\"\" is no address to listen on");
	expect_misuse("--http=:80", NULL, "\":80\" is no address to listen on");
	expect_misuse("--http=example.org:80", NULL, "is no address to listen on");
	expect_misuse("--http=1:65536", NULL, "is no address to listen on");
	expect_misuse("--http=80", "os.id", "--template and --http take no names");
	expect_misuse("--format=", NULL, "no format \"\"");
}

static bool is_top_level(const char *name)
{
	for (size_t i = 0; i < facts_family_count; i++)
		if (strcmp(facts_families[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < facts_alias_count; i++)
		if (facts_aliases[i].in_tree && strcmp(facts_aliases[i].name, name) == 0)
			return true;
	return false;
}

/* The driver knows the names of all families, and no others. */
static void the_driver_knows_the_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < fact_name_count; i++)
		assert_true(is_top_level(fact_names[i]));
	for (size_t i = 0; i < facts_family_count; i++)
		assert_true(fact_names_begin(facts_families[i].name));
	assert_true(fact_names_begin("cpu.count") && fact_names_begin("host.engine"));
	assert_true(fact_names_begin("os.*"));
	assert_false(fact_names_begin("os:latest") || fact_names_begin("osx") ||
		     fact_names_begin("o") || fact_names_begin(""));
}

/* Every alias names a family of the table, and hides none. */
static void the_tables_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < facts_alias_count; i++) {
		size_t len = strcspn(facts_aliases[i].path, "."), found = 0;
		for (size_t k = 0; k < facts_family_count; k++) {
			assert_string_not_equal(facts_families[k].name, facts_aliases[i].name);
			found += strlen(facts_families[k].name) == len &&
				 strncmp(facts_families[k].name, facts_aliases[i].path, len) == 0;
		}
		assert_int_equal(found, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_system),
		cmocka_unit_test(the_living_system),
		cmocka_unit_test(a_hostile_system),
		cmocka_unit_test(a_huge_file),
		cmocka_unit_test(only_families_that_are_named),
		cmocka_unit_test(patterns_with_stars),
		cmocka_unit_test(finding),
		cmocka_unit_test(unknown_facts),
		cmocka_unit_test(sizes_in_words),
		cmocka_unit_test(formats),
		cmocka_unit_test(selecting),
		cmocka_unit_test(what_a_template_reads),
		cmocka_unit_test(wrong_options),
		cmocka_unit_test(the_tables_agree),
		cmocka_unit_test(the_driver_knows_the_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
