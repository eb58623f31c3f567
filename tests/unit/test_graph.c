#include "tests/unit/check.h"

#include "common/file.h"
#include "common/own.h"
#include "host/graph/graph.h"
#include "host/graph/svg.h"

#include <sys/stat.h>

static char directory[] = "/tmp/factory-graph-XXXXXX";

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int drop_directory(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	return file_remove_tree(directory, &err);
}

static void write_file(const char *path, const char *text)
{
	struct error err = {0};
	file_make_parents(path, &err);
	file_replace(path, text, strlen(text), 0644, (uid_t)-1, (gid_t)-1, &err);
	expect_no_error(&err);
}

static struct step steps[] = {{.name = "one", .run = "one"}, {.name = "two", .run = "two"}};
static struct step tests[] = {{.name = "t1", .run = "t1"}, {.name = "t2", .run = "t2"}};

static struct manifest full(void)
{
	return (struct manifest){.image = "base", .install = {steps, 2}, .tests = {tests, 2}};
}

static bool waits_for(const struct node *node, const char *id)
{
	for (size_t i = 0; i < node->after_count; i++)
		if (strcmp(node->after[i]->id, id) == 0)
			return true;
	return false;
}

static void a_chain_branches_and_a_commit(void **state)
{
	static const char *const ids[] = {"start",  "install-1", "install-2",
					  "test-1", "test-2",    "commit"};
	(void)state;
	struct manifest manifest = full();
	struct graph *graph = graph_new(&manifest);
	assert_int_equal(graph->count, COUNT_OF(ids));
	for (size_t i = 0; i < graph->count; i++)
		assert_string_equal(graph->nodes[i]->id, ids[i]);
	assert_true(waits_for(graph->nodes[3], "install-2"));
	assert_true(waits_for(graph->nodes[4], "install-2"));
	assert_int_equal(graph->nodes[5]->after_count, 2);
	graph_free(graph);
	manifest.tests.count = 0;
	graph = graph_new(&manifest);
	assert_true(waits_for(graph->nodes[3], "install-2"));
	graph_free(graph);
}

/* Which nodes' keys a change moves: a string of '=' and '!' in the order of the graph. */
static void expect_changes(struct manifest before, struct manifest after, const char *expected)
{
	struct error err = {0};
	struct graph *left = graph_new(&before), *right = graph_new(&after);
	assert_int_equal(graph_keys(left, "sha256:base", &err), 0);
	assert_int_equal(graph_keys(right, "sha256:base", &err), 0);
	assert_int_equal(left->count, strlen(expected));
	for (size_t i = 0; i < left->count; i++)
		assert_int_equal(strcmp(left->nodes[i]->key, right->nodes[i]->key) == 0,
				 expected[i] == '=');
	graph_free(left);
	graph_free(right);
}

static struct step grouped[] = {
	{.name = "one", .run = "1"},
	{.name = "l1", .run = "l1", .group = 1, .branch = 1, .branch_name = "l"},
	{.name = "l2", .run = "l2", .group = 1, .branch = 1, .branch_name = "l"},
	{.name = "r", .run = "r", .group = 1, .branch = 2, .branch_name = "r"},
	{.name = "alone", .run = "a", .group = 2, .branch = 3, .branch_name = "a"},
	{.name = "two", .run = "2"}};

static struct manifest with_groups(void)
{
	return (struct manifest){.image = "base", .install = {grouped, COUNT_OF(grouped)}};
}

static void groups_fork_and_merge(void **state)
{
	static const struct {
		const char *id, *after, *fork;
	} expected[] = {
		{"start", NULL, NULL},
		{"install-1", "start", NULL},
		{"install-2", "install-1", "install-1"},
		{"install-3", "install-2", "install-1"},
		{"install-4", "install-1", "install-1"},
		{"merge-1", "install-3", "install-1"},
		{"install-5", "merge-1", "merge-1"},
		{"merge-2", "install-5", "merge-1"},
		{"install-6", "merge-2", NULL},
		{"commit", "install-6", NULL},
	};
	(void)state;
	struct manifest manifest = with_groups();
	struct graph *graph = graph_new(&manifest);
	assert_int_equal(graph->count, COUNT_OF(expected));
	for (size_t i = 0; i < graph->count; i++) {
		const struct node *node = graph->nodes[i];
		assert_string_equal(node->id, expected[i].id);
		assert_true(!expected[i].after || waits_for(node, expected[i].after));
		assert_string_equal(node->fork ? node->fork->id : "",
				    expected[i].fork ? expected[i].fork : "");
		assert_int_equal(graph_index(graph, node), i);
		const struct node *merge = graph_group(graph, i);
		assert_ptr_equal(merge, i == 2 ? graph->nodes[5] : i == 6 ? graph->nodes[7] : NULL);
	}
	assert_int_equal(graph->nodes[5]->after_count, 2);
	assert_true(waits_for(graph->nodes[5], "install-4"));
	assert_int_equal(graph->chain_end, 9);
	graph_free(graph);
}

static void keys_change_with_what_they_cover(void **state)
{
	(void)state;
	struct manifest base = full(), other = full();
	expect_changes(base, other, "======");
	struct step changed[] = {steps[0], {.name = "two", .run = "other"}};
	other.install.items = changed;
	expect_changes(base, other, "==!!!!");
	other = full();
	struct step renamed[] = {steps[0], {.name = "a new name", .run = "two"}};
	other.install.items = renamed;
	expect_changes(base, other, "======");
	other = full();
	struct step retested[] = {tests[0], {.name = "t2", .run = "other"}};
	other.tests.items = retested;
	expect_changes(base, other, "====!!");
	other = full();
	other.user = "app";
	expect_changes(base, other, "=!!!!!");
}

static void a_branch_moves_no_key_of_its_neighbour(void **state)
{
	(void)state;
	struct step steps_of_other[COUNT_OF(grouped)];
	memcpy(steps_of_other, grouped, sizeof grouped);
	struct manifest other = with_groups();
	other.install.items = steps_of_other;
	expect_changes(with_groups(), other, "==========");
	steps_of_other[2].run = "changed";
	expect_changes(with_groups(), other, "===!=!!!!!");
	steps_of_other[2].run = grouped[2].run;
	steps_of_other[3].run = "changed";
	expect_changes(with_groups(), other, "====!!!!!!");
	/* Their order counts: the changes are put in by it. */
	steps_of_other[3].run = "l1";
	steps_of_other[1].run = "r";
	struct step swapped[] = {grouped[0], grouped[3], grouped[1],
				 grouped[2], grouped[4], grouped[5]};
	swapped[1].branch = 1;
	swapped[2].branch = swapped[3].branch = 2;
	other.install.items = swapped;
	expect_changes(with_groups(), other, "==!!!!!!!!");
}

static void keys_cover_bytes_modes_and_names(void **state)
{
	(void)state;
	write_file("left/a", "x");
	write_file("same/a", "x");
	write_file("bytes/a", "y");
	write_file("names/b", "x");
	write_file("modes/a", "x");
	chmod("modes/a", 0600);
	static const struct {
		const char *source;
		bool equal;
	} cases[] = {{"same", true}, {"bytes", false}, {"names", false}, {"modes", false}};
	struct copy copy = {.source = "left", .destination = "/d", .mode = -1};
	struct manifest manifest = {.image = "base", .copies = &copy, .copy_count = 1};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct copy changed = {.source = cases[i].source, .destination = "/d", .mode = -1};
		struct manifest other = manifest;
		other.copies = &changed;
		expect_changes(manifest, other, cases[i].equal ? "===" : "=!!");
	}
}

static void the_base_is_in_every_key(void **state)
{
	(void)state;
	struct manifest manifest = full();
	struct error err = {0};
	struct graph *left = graph_new(&manifest), *right = graph_new(&manifest);
	graph_keys(left, "sha256:1", &err);
	graph_keys(right, "sha256:2", &err);
	for (size_t i = 0; i < left->count; i++)
		assert_string_not_equal(left->nodes[i]->key, right->nodes[i]->key);
	graph_free(left);
	graph_free(right);
}

static void a_missing_file_is_an_error(void **state)
{
	(void)state;
	struct copy copy = {.source = "nowhere", .destination = "/d"};
	struct manifest manifest = {.image = "base", .copies = &copy, .copy_count = 1};
	struct error err = {0};
	struct graph *graph = graph_new(&manifest);
	assert_int_equal(graph_keys(graph, "sha256:1", &err), -1);
	expect_error(&err, "can't read nowhere");
	graph_free(graph);
}

static void labels_are_quoted_in_dot(void **state)
{
	(void)state;
	struct step odd = {.name = "say \"a\\b\"", .run = "x"};
	struct manifest manifest = {.image = "base", .install = {&odd, 1}};
	auto_buf struct buf out = {0};
	struct graph *graph = graph_new(&manifest);
	graph_write_dot(&graph, 1, &out);
	assert_non_null(strstr(out.data, "[label=\"say \\\"a\\\\b\\\"\""));
	graph_free(graph);
}

static void a_graph_as_text(void **state)
{
	(void)state;
	struct manifest manifest = full();
	struct step odd = {.name = "two\nlines\033[2J", .run = "x"};
	manifest.install.items = &odd;
	manifest.install.count = 1;
	auto_buf struct buf out = {0};
	struct graph *graph = graph_new(&manifest);
	graph_write_text(&graph, 1, &out);
	assert_string_equal(buf_text(&out), "start         base\n"
					    "│\n"
					    "install-1     two …\n"
					    "│\n"
					    "├─ test-1     t1\n"
					    "├─ test-2     t2\n"
					    "│\n"
					    "commit        commit\n");
	graph_free(graph);
}

static void a_group_as_text(void **state)
{
	(void)state;
	struct manifest manifest = with_groups();
	manifest.install.count = 4;
	auto_buf struct buf out = {0};
	struct graph *graph = graph_new(&manifest);
	graph_write_text(&graph, 1, &out);
	assert_string_equal(buf_text(&out), "start         base\n"
					    "│\n"
					    "install-1     one\n"
					    "│\n"
					    "├─ install-2  l1\n"
					    "│  install-3  l2\n"
					    "├─ install-4  r\n"
					    "│\n"
					    "merge-1       merge the branches\n"
					    "│\n"
					    "commit        commit\n");
	graph_free(graph);
}

/* A number behind a key of the nth box. */
static int of_box(const char *svg, size_t n, const char *key)
{
	const char *at = svg;
	for (size_t i = 0; i <= n; i++)
		assert_non_null(at = strstr(at + 1, "<rect class=\"box\""));
	assert_non_null(at = strstr(at, key));
	return atoi(at + strlen(key));
}

static void a_graph_as_a_picture(void **state)
{
	(void)state;
	struct manifest manifest = full();
	auto_buf struct buf out = {0};
	struct graph *graph = graph_new(&manifest);
	graph_write_svg(&graph, 1, &out);
	const char *svg = buf_text(&out);
	for (size_t i = 1; i < graph->count; i++) {
		bool same = i == 4; /* the tests stand in one column */
		int before = of_box(svg, i - 1, " x=\""), wide = of_box(svg, i - 1, " width=\"");
		assert_true(same ? of_box(svg, i, " x=\"") == before
				 : of_box(svg, i, " x=\"") > before + wide);
	}
	assert_true(of_box(svg, 4, " y=\"") >=
		    of_box(svg, 3, " y=\"") + of_box(svg, 3, " height=\""));
	size_t arrows = 0;
	for (const char *at = svg; (at = strstr(at, "class=\"arrow\"")); at++)
		arrows++;
	assert_int_equal(arrows, 6);
	graph_free(graph);
}

/* Each branch has a row of its own, and arrows that pass a neighbour's boxes stay in theirs. */
static void a_group_as_a_picture(void **state)
{
	static const int rows[] = {0, 0, -1, -1, 1, 0, 0, 0, 0, 0}; /* from the middle */
	(void)state;
	struct manifest manifest = with_groups();
	auto_buf struct buf out = {0};
	struct graph *graph = graph_new(&manifest);
	graph_write_svg(&graph, 1, &out);
	const char *svg = buf_text(&out);
	int middle = of_box(svg, 0, " y=\"");
	for (size_t i = 0; i < graph->count; i++) {
		int y = of_box(svg, i, " y=\"");
		assert_int_equal((y > middle) - (y < middle), rows[i]);
	}
	assert_int_equal(of_box(svg, 2, " y=\""), of_box(svg, 3, " y=\""));
	assert_int_equal(of_box(svg, 2, " x=\""), of_box(svg, 4, " x=\""));
	assert_true(of_box(svg, 3, " x=\"") > of_box(svg, 4, " x=\""));
	auto_buf struct buf way = {0};
	buf_printf(&way, "M%d %dH%dC", of_box(svg, 4, " x=\"") + of_box(svg, 4, " width=\""),
		   of_box(svg, 4, " y=\"") + of_box(svg, 4, " height=\"") / 2,
		   of_box(svg, 3, " x=\"") + of_box(svg, 3, " width=\""));
	assert_non_null(strstr(svg, buf_text(&way)));
	graph_free(graph);
}

static void expect_svg_text(const char *text, size_t len, const char *expected)
{
	auto_buf struct buf out = {0};
	svg_text(&out, text, len);
	assert_string_equal(buf_text(&out), expected);
}

static void no_text_breaks_a_picture(void **state)
{
	(void)state;
	expect_svg_text("<a b=\"c\">&", 10, "&lt;a b=&quot;c&quot;&gt;&amp;");
	expect_svg_text("a\0b\033\n\177", 6, "a b   ");
	expect_svg_text("\xff\xe6\x97", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	expect_svg_text("\xef\xbf\xbe\xef\xbf\xbd", 6, "\xef\xbf\xbd\xef\xbf\xbd");
	expect_svg_text("日", 3, "日");
	assert_int_equal(svg_letters("a日é\nb"), 4);
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(a_chain_branches_and_a_commit),
		cmocka_unit_test(groups_fork_and_merge),
		cmocka_unit_test(a_branch_moves_no_key_of_its_neighbour),
		cmocka_unit_test(a_group_as_text),
		cmocka_unit_test(keys_change_with_what_they_cover),
		cmocka_unit_test(keys_cover_bytes_modes_and_names),
		cmocka_unit_test(the_base_is_in_every_key),
		cmocka_unit_test(a_missing_file_is_an_error),
		cmocka_unit_test(labels_are_quoted_in_dot),
		cmocka_unit_test(a_graph_as_text),
		cmocka_unit_test(a_graph_as_a_picture),
		cmocka_unit_test(a_group_as_a_picture),
		cmocka_unit_test(no_text_breaks_a_picture),
	};
	return cmocka_run_group_tests(all, make_directory, drop_directory);
}
