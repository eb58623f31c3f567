#include "tests/unit/check.h"

#include "common/json.h"
#include "common/own.h"
#include "host/progress/live_frame.h"
#include "host/progress/live_state.h"
#include "host/progress/report.h"
#include "host/progress/summary.h"
#include "host/progress/visible.h"

#include <stdlib.h>
#include <string.h>

/* --- what may reach a terminal --- */

static void expect_visible(const char *text, size_t len, const char *expected)
{
	auto_buf struct buf out = {0};
	visible_add(&out, text, len);
	assert_string_equal(buf_text(&out), expected);
}

#define VISIBLE(text, expected) expect_visible(text, sizeof(text) - 1, expected)

static void only_what_can_be_read_passes(void **state)
{
	(void)state;
	VISIBLE("plain", "plain");
	VISIBLE("", "");
	VISIBLE("\033[31mred\033[0m", "red");
	VISIBLE("a\033[2J\033[10;10Hb\033[?25lc\033[1;2\"qd", "abcd");
	VISIBLE("a\033]0;title\007b\033]8;;http://x\033\\c", "abc");
	VISIBLE("a\033Pq#0;2\033\\b\033_x\033\\c\033^y\033\\d\033Xz\033\\e", "abcde");
	VISIBLE("a\033(Bb\0337c\033cd\033#8e", "abcde");
	VISIBLE("a\033", "a");
	VISIBLE("a\033[31", "a");
	VISIBLE("a\033]0;never ends", "a");
	VISIBLE("a\033]0;t\033[31mb", "ab");
	VISIBLE("a\302\2332Jb", "a2Jb"); /* CSI in one character */
	VISIBLE("a\0b\a\bc\177d", "abcd");
	VISIBLE("50%\r100%\r", "100%");
	VISIBLE("a\tb", "a       b");
	VISIBLE("\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd");
	VISIBLE("\xe6\x97", "\xef\xbf\xbd\xef\xbf\xbd");
	VISIBLE("a\xe2\x80\xae"
		"b",
		"ab"); /* right-to-left override */
	VISIBLE("日本", "日本");
}

static void expect_fit(const char *text, unsigned columns, const char *expected, unsigned taken)
{
	auto_buf struct buf out = {0};
	assert_int_equal(visible_fit(&out, text, columns), taken);
	assert_string_equal(buf_text(&out), expected);
}

static void a_text_is_cut_by_columns(void **state)
{
	(void)state;
	expect_fit("abc", 3, "abc", 3);
	expect_fit("abcd", 3, "ab…", 3);
	expect_fit("日本", 4, "日本", 4);
	expect_fit("日本語", 4, "日…", 3);
	expect_fit("日本", 3, "日…", 3);
	expect_fit("日本", 1, "…", 1);
	expect_fit("e\xcc\x81x", 2, "e\xcc\x81x", 2); /* an accent of its own */
	expect_fit("abc", 0, "", 0);
}

/* --- frames --- */

/* The columns of each line of a frame, the escape sequences aside. */
static void expect_no_wider(const char *frame, unsigned columns)
{
	while (*frame) {
		size_t len = strcspn(frame, "\n");
		auto_buf struct buf text = {0}, cut = {0};
		visible_add(&text, frame, len);
		assert_true(visible_fit(&cut, buf_text(&text), 1000) <= columns);
		frame += len + (frame[len] == '\n');
	}
}

static struct live_branch second = {.build = "",
				    .node = "test-2",
				    .label = "b",
				    .last = "日本語日本語日本語日本語日本語日本語日本語日本語",
				    .began_us = 0};
static struct live_branch first = {.next = &second,
				   .build = "python: 3.12",
				   .node = "test-1",
				   .label = "a",
				   .last = "output",
				   .began_us = 1000000};

static struct live_view two_branches(unsigned columns, unsigned rows)
{
	static const struct live_bar bar = {.what = "pull", .done = 500, .total = 1000};
	return (struct live_view){.branches = &first,
				  .bars = &bar,
				  .bar_count = 1,
				  .nodes_done = 3,
				  .nodes_total = 7,
				  .now_us = 3500000,
				  .columns = columns,
				  .rows = rows};
}

static void a_frame_in_forty_columns(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	struct live_past past = {0};
	struct live_view view = two_branches(40, 20);
	live_compose(&view, 40, "", &past, &out);
	assert_string_equal(buf_text(&out), "  pull   ██████░░░░░░░ 500 B of 1.0 kB\033[K\n"
					    "⠴ python: 3.12 test-1     2.5s output\033[K\n"
					    "⠴ test-2     3.5s 日本語日本語日本語日…\033[K\n"
					    "3 of 7 nodes 3.5s \033[K\n"
					    "\033[J");
	assert_int_equal(past.count, 4);
	assert_int_equal(past.widths[2], 39);
}

static void no_line_is_wider_than_the_terminal(void **state)
{
	(void)state;
	for (unsigned columns = 0; columns < 90; columns++) {
		auto_buf struct buf out = {0};
		struct live_past past = {0};
		struct live_view view = two_branches(columns, 20);
		view.color = columns % 2;
		live_compose(&view, columns, "", &past, &out);
		expect_no_wider(buf_text(&out), columns ? columns - 1 : 0);
	}
}

static void no_frame_is_higher_than_the_terminal(void **state)
{
	(void)state;
	for (unsigned rows = 2; rows < 8; rows++) {
		auto_buf struct buf out = {0};
		struct live_past past = {0};
		struct live_view view = two_branches(60, rows);
		live_compose(&view, 60, "", &past, &out);
		assert_true(past.count < rows || rows == 2);
		assert_int_equal(strstr(buf_text(&out), "and 1 more") != NULL, rows == 4);
	}
	struct live_branch many[200] = {0};
	for (size_t i = 0; i < COUNT_OF(many); i++)
		many[i] = (struct live_branch){.next = i ? &many[i - 1] : NULL,
					       .build = "",
					       .node = "n",
					       .label = "",
					       .last = ""};
	auto_buf struct buf out = {0};
	struct live_past past = {0};
	struct live_view view = two_branches(60, 500);
	view.branches = &many[199];
	live_compose(&view, 60, "", &past, &out);
	assert_int_equal(past.count, LIVE_MOST_LINES);
	assert_non_null(strstr(buf_text(&out), "and 138 more"));
}

static void the_next_frame_takes_the_place_of_the_last(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	struct live_past past = {.widths = {39, 10, 0}, .count = 3};
	live_compose(NULL, 40, "done\n", &past, &out);
	assert_string_equal(buf_text(&out), "\r\033[3Adone\033[K\n\033[J");
	assert_int_equal(past.count, 0);
	buf_clear(&out);
	live_compose(NULL, 40, "", &past, &out);
	assert_string_equal(buf_text(&out), "\033[J");
	/* In a terminal that is narrower now the lines have been folded. */
	past = (struct live_past){.widths = {39, 10, 21}, .count = 3};
	buf_clear(&out);
	live_compose(NULL, 20, "", &past, &out);
	assert_string_equal(buf_text(&out), "\r\033[5A\033[J");
}

/* --- events, from calls to sinks --- */

static struct step step = {.name = "make secret-word", .run = "make"};
static struct step failing = {.name = "bad", .run = "bad"};
static struct manifest manifest = {.image = "base", .install = {&step, 1}, .tests = {&failing, 1}};

/* A build of which one step's output comes in pieces and one fails. */
static void tell_build(struct report *parent, const char *name)
{
	auto_arena struct arena arena = {0};
	struct value *nodes = value_list(&arena);
	struct graph *graph = graph_new(&manifest);
	struct report *report = report_part(parent, name, 0);
	struct session_exit usage = {.wall_us = 1500, .user_us = 1000, .max_rss_kb = 2048};
	struct progress_summary summary = {.failure = "no secret-word", .size = -1, .added = -1};
	struct error oops = {.message = "the secret-word failed", .exit_code = 6, .code = 601};
	report_hide(report, "secret-word", 11);
	report_graph(report, graph, "unix:///engine.sock");
	value_append(&arena, nodes, value_string(&arena, "env secret-word"));
	report_plan(report, nodes);
	report_cached(report, graph->nodes[0]);
	report_begin(report, graph->nodes[1]);
	report_output(report, graph->nodes[1], "one\ntw", 6);
	report_output(report, graph->nodes[1], "o sec", 5);
	report_output(report, graph->nodes[1], "ret-word\nthree", 14);
	report_end(report, graph->nodes[1], &usage, 9999);
	report_begin(report, graph->nodes[2]);
	report_output(report, graph->nodes[2], "\033[2Joops", 8);
	report_failure(report, graph->nodes[2], &oops);
	report_notice(report, "a %s", "notice");
	report_message(report, "a %s", "message");
	report_over(report, &summary);
	report_free(report);
	graph_free(graph);
}

static char *plain_output(bool quiet)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct report *report = report_new();
	report_add_sink(report, sink_plain(out, false, quiet));
	tell_build(report, "m.yml");
	report_free(report);
	fclose(out);
	return text;
}

static void plain_lines(void **state)
{
	(void)state;
	autofree char *all = plain_output(false), *failures = plain_output(true);
	assert_string_equal(all, "[1/4] start  cached  base\n"
				 "[2/4] install-1  make ***\n"
				 "install-1 | one\n"
				 "install-1 | two ***\n"
				 "install-1 | three\n"
				 "[2/4] install-1  ok 1.5 ms (cpu 1.0 ms, peak 2.0 MB)\n"
				 "[3/4] test-1  bad\n"
				 "  test-1 | \033[2Joops\n"
				 "[3/4] test-1  failed  bad\n"
				 "a notice\n"
				 "a message\n");
	assert_string_equal(failures, "[3/4] test-1  failed  bad\na message\n");
}

static void json_lines(void **state)
{
	(void)state;
	static const char *const kinds[] = {"begin",  "build",  "plan",   "cached",  "node",
					    "output", "output", "output", "done",    "node",
					    "output", "failed", "notice", "message", "end"};
	autofree char *text = NULL;
	size_t len = 0, lines = 0;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	FILE *out = open_memstream(&text, &len);
	struct report *report = report_new();
	report_add_sink(report, sink_json(out));
	tell_build(report, "m.yml");
	report_free(report);
	fclose(out);
	assert_null(strstr(text, "secret-word"));
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1, lines++) {
		struct value *event = json_parse(&arena, "line", line, (size_t)(end - line), &err);
		expect_no_error(&err);
		assert_string_equal(value_text(value_get(event, "event")), kinds[lines]);
		if (lines == 1)
			assert_string_equal(value_text(value_get(event, "endpoint")),
					    "unix:///engine.sock");
		if (lines == 2)
			assert_string_equal(value_text(value_get(event, "nodes")->list.items[0]),
					    "env ***");
		if (lines == 6)
			assert_string_equal(value_text(value_get(event, "text")), "two ***");
		if (lines == 11) {
			assert_string_equal(value_text(value_get(event, "text")), "the *** failed");
			assert_string_equal(value_text(value_get(event, "code")), "F0601");
		}
		if (lines == 14)
			assert_string_equal(value_text(value_get(event, "failure")), "no ***");
	}
	assert_int_equal(lines, COUNT_OF(kinds));
}

static void take_into_state(void *ctx, const struct progress_event *event)
{
	live_state_take(ctx, event);
}

static void keep_state(void *ctx)
{
	(void)ctx;
}

static void the_live_view_folds_and_unfolds(void **state)
{
	(void)state;
	struct live_state live = {0};
	struct live_bar bars[LIVE_MOST_BARS];
	struct live_view view;
	struct report *report = report_new();
	report_add_sink(report, (struct progress_sink){take_into_state, NULL, keep_state, &live});
	assert_false(live_state_view(&live, bars, &view));
	tell_build(report, "m.yml");
	assert_string_equal(buf_text(&live.above), "✓ install-1  make ***  1.5 ms\n"
						   "✗ test-1  bad  failed\n"
						   "  | oops\n"
						   "a notice\n"
						   "a message\n");
	assert_true(live_state_view(&live, bars, &view));
	assert_int_equal(view.nodes_total, 4);
	buf_clear(&live.above);
	tell_build(report, "other");
	assert_non_null(strstr(buf_text(&live.above), "✗ other test-1  bad  failed"));
	live_state_free(&live);
	report_free(report);
}

/* What a node that begins again is told as, and how many are behind the live view. */
static void what_begins_again_counts_once(void **state)
{
	(void)state;
	struct live_state live = {0};
	struct live_bar bars[LIVE_MOST_BARS];
	struct live_view view;
	struct graph *graph = graph_new(&manifest), *again = graph_new(&manifest);
	struct node other = *graph->nodes[1];
	struct report *report = report_new();
	struct progress_summary summary = {.failure = "no"};
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	report_add_sink(report, (struct progress_sink){take_into_state, NULL, keep_state, &live});
	report_add_sink(report, sink_plain(out, false, false));
	report_graph(report, graph, "");
	report_cached(report, graph->nodes[0]);
	report_begin(report, graph->nodes[1]);
	report_end(report, graph->nodes[1], NULL, 1000);
	/* A guide goes back, and has another step in its place. */
	report_begin(report, graph->nodes[0]);
	assert_true(live_state_view(&live, bars, &view));
	assert_int_equal(view.nodes_done, 1);
	report_end(report, graph->nodes[0], NULL, 1000);
	report_begin(report, &other);
	report_end(report, &other, NULL, 1000);
	assert_true(live_state_view(&live, bars, &view));
	assert_int_equal(view.nodes_done, 2);
	report_begin(report, graph->nodes[2]);
	/* Its engine is gone: all of it on another one. */
	report_graph(report, again, "");
	graph_free(graph);
	report_cached(report, again->nodes[0]);
	report_begin(report, again->nodes[1]);
	report_end(report, again->nodes[1], NULL, 1000);
	report_over(report, &summary);
	assert_int_equal(summary.ran, 1);
	assert_int_equal(summary.from_cache, 1);
	report_free(report);
	fclose(out);
	assert_string_equal(text,
			    "[1/4] start  cached  base\n"
			    "[2/4] install-1  make secret-word\n[2/4] install-1  ok 1.0 ms\n"
			    "[1/4] start  base\n[1/4] start  ok 1.0 ms\n"
			    "[2/4] install-1  make secret-word\n[2/4] install-1  ok 1.0 ms\n"
			    "[3/4] test-1  bad\n"
			    "[1/4] start  cached  base\n"
			    "[2/4] install-1  make secret-word\n[2/4] install-1  ok 1.0 ms\n");
	free(text);
	live_state_free(&live);
	graph_free(again);
}

static void transfers_become_bars(void **state)
{
	(void)state;
	struct live_state live = {0};
	struct live_bar bars[LIVE_MOST_BARS];
	struct live_view view;
	struct progress_transfer news[] = {
		{.what = "pull", .name = "a", .done = 10, .total = 100},
		{.what = "pull", .name = "b", .done = 20, .total = 50},
		{.what = "pull", .name = "a", .done = 60, .total = 100},
		{.what = "pull", .name = "a", .done = 1, .total = 100}, /* unpacked now */
		{.what = "upload", .name = "files", .done = 1, .total = 2},
		{.what = "pull", .name = "a", .status = "done"},
	};
	struct progress_event event = {.kind = PROGRESS_TRANSFER, .build = "m.yml"};
	for (size_t i = 0; i < COUNT_OF(news); i++) {
		event.transfer = &news[i];
		live_state_take(&live, &event);
	}
	assert_true(live_state_view(&live, bars, &view));
	assert_int_equal(view.bar_count, 2);
	for (size_t i = 0; i < 2; i++) {
		bool pull = strcmp(bars[i].what, "pull") == 0;
		assert_int_equal(bars[i].done, pull ? 80 : 1);
		assert_int_equal(bars[i].total, pull ? 150 : 2);
	}
	event.transfer = &(struct progress_transfer){.what = "pull", .over = true};
	live_state_take(&live, &event);
	live_state_view(&live, bars, &view);
	assert_int_equal(view.bar_count, 1);
	live_state_free(&live);
}

static void sizes_in_words(void **state)
{
	(void)state;
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {{0, "0 B"},           {999, "999 B"},     {1000, "1.0 kB"},
		     {999949, "999.9 kB"}, {999950, "1.0 MB"}, {UINT64_MAX, "18.4 EB"}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_buf struct buf out = {0};
		summary_size(&out, cases[i].bytes);
		assert_string_equal(buf_text(&out), cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_can_be_read_passes),
		cmocka_unit_test(a_text_is_cut_by_columns),
		cmocka_unit_test(a_frame_in_forty_columns),
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
		cmocka_unit_test(no_frame_is_higher_than_the_terminal),
		cmocka_unit_test(the_next_frame_takes_the_place_of_the_last),
		cmocka_unit_test(plain_lines),
		cmocka_unit_test(json_lines),
		cmocka_unit_test(the_live_view_folds_and_unfolds),
		cmocka_unit_test(what_begins_again_counts_once),
		cmocka_unit_test(transfers_become_bars),
		cmocka_unit_test(sizes_in_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
