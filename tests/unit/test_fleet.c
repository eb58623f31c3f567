/* What Consul tells of a fleet, what its replies mean, and whose turn it is then. */
#include "tests/unit/check.h"

#include "host/exit_codes.h"
#include "host/fleet/question.h"
#include "host/fleet/turn.h"
#include "host/fleet/who.h"

#include <stdio.h>

static const struct consul_target consul = {.name = (char *)"Consul at x"};

static void read_json(struct fleet_view *view, const char *text)
{
	struct error err = {0};
	*view = (struct fleet_view){0};
	fleet_view_read(view, "f", text, strlen(text), &err);
	expect_no_error(&err);
}

/* Of "KEY SESSION INDEX, KEY SESSION INDEX...". */
static void read_view(struct fleet_view *view, const char *text)
{
	static const char who[] = "eyJob3N0IjoiaCIsInBpZCI6N30="; /* {"host":"h","pid":7} */
	char key[80], session[20];
	unsigned index;
	int len = 0;
	auto_buf struct buf json = {0};
	for (; sscanf(text, "%79s %19s %u%n", key, session, &index, &len) == 3;
	     text += len + (text[len] == ','))
		buf_printf(&json,
			   "%s{\"Key\":\"f/%s\",\"Session\":\"%s\",\"Value\":\"%s\","
			   "\"CreateIndex\":%u}",
			   json.len ? "," : "[", key, session, who, index);
	buf_puts(&json, json.len ? "]" : "[]");
	read_json(view, buf_text(&json));
}

/* --- what is told --- */

static void keys_are_read(void **state)
{
	struct fleet_view view;
	(void)state;
	read_view(&view, "endpoints/e/slots/12 s 5, endpoints/e/queue/s-1 s 6, builds/k t 7");
	assert_int_equal(view.count, 3);
	assert_int_equal(view.entries[0].kind, FLEET_SLOT);
	assert_int_equal(view.entries[0].number, 12);
	assert_string_equal(view.entries[0].place, "e");
	assert_string_equal(value_text(value_get(view.entries[0].who, "host")), "h");
	assert_int_equal(view.entries[1].kind, FLEET_TICKET);
	assert_int_equal(view.entries[1].created, 6);
	assert_true(fleet_entry_is_at(&view.entries[1], "e"));
	assert_true(fleet_entry_is_of(&view.entries[1], "s"));
	assert_false(fleet_entry_is_of(&view.entries[1], "t"));
	assert_false(fleet_entry_is_at(&view.entries[2], "k"));
	assert_ptr_equal(fleet_view_build(&view, "k"), &view.entries[2]);
	assert_null(fleet_view_build(&view, "e"));
	fleet_view_free(&view);
}

static void what_is_not_held_or_unknown_is_left_out(void **state)
{
	struct fleet_view view;
	(void)state;
	read_view(&view, "endpoints/e/slots/x s 1, endpoints/e/slots/ s 1, endpoints//slots/1 s 1, "
			 "endpoints/e/slots/1234567 s 1, endpoints/e/queue/ s 1, builds/a/b s 1, "
			 "builds/ s 1, other s 1");
	assert_int_equal(view.count, 0);
	fleet_view_free(&view);
	read_json(&view, "[{\"Key\":\"f/builds/k\",\"Value\":null,\"CreateIndex\":1},"
			 "{\"Key\":\"g/builds/k\",\"Session\":\"s\",\"CreateIndex\":1}]");
	assert_int_equal(view.count, 0);
	fleet_view_free(&view);
}

static void a_broken_value_is_nobodys(void **state)
{
	struct fleet_view view;
	auto_buf struct buf told = {0};
	(void)state;
	read_json(&view, "[{\"Key\":\"f/builds/k\",\"Session\":\"s\",\"Value\":\"%%%%\","
			 "\"CreateIndex\":1}]");
	assert_int_equal(view.count, 1);
	assert_null(view.entries[0].who);
	fleet_who_tell(&told, view.entries[0].who);
	assert_string_equal(buf_text(&told), "something by process 0 on ?");
	fleet_view_free(&view);
}

static void what_is_no_list_of_keys_is_refused(void **state)
{
	static const char *const texts[] = {"",
					    "{}",
					    "[1]",
					    "[{}]",
					    "[{\"Key\":\"f/x\"}]",
					    "<html>",
					    "[{\"Key\":\"f/x\",\"CreateIndex\":-1}]"};
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct fleet_view view = {0};
		struct error err = {0};
		assert_int_equal(fleet_view_read(&view, "f", texts[i], strlen(texts[i]), &err), -1);
		expect_error(&err, "list");
		fleet_view_free(&view);
	}
}

/* --- whose turn it is --- */

static struct fleet_turn turn_of(const char *text, unsigned slots, const struct fleet_self *self)
{
	struct fleet_view view;
	read_view(&view, text);
	struct fleet_turn turn = fleet_turn(&view, "e", slots, self);
	fleet_view_free(&view);
	return turn;
}

static void who_finds_a_slot_and_nobody_waiting_takes_it(void **state)
{
	const struct fleet_self self = {.session = "me"};
	(void)state;
	struct fleet_turn turn = turn_of("", 2, &self);
	assert_int_equal(turn.what, FLEET_TAKE);
	assert_int_equal(turn.slot, 0);
	turn = turn_of("endpoints/e/slots/0 a 1", 2, &self);
	assert_int_equal(turn.what, FLEET_TAKE);
	assert_int_equal(turn.slot, 1);
	turn = turn_of("endpoints/other/slots/0 a 1", 1, &self);
	assert_int_equal(turn.what, FLEET_TAKE);
}

static void everybody_else_queues_up(void **state)
{
	const struct fleet_self self = {.session = "me"};
	(void)state;
	struct fleet_turn turn = turn_of("endpoints/e/slots/0 a 1", 1, &self);
	assert_int_equal(turn.what, FLEET_QUEUE_UP);
	turn = turn_of("endpoints/e/queue/a-1 a 1", 9, &self);
	assert_int_equal(turn.what, FLEET_QUEUE_UP);
}

static void what_consul_has_not_told_yet_counts(void **state)
{
	static const unsigned held[] = {0};
	struct fleet_self self = {.session = "me", .held = held, .held_count = 1};
	(void)state;
	assert_int_equal(turn_of("", 2, &self).slot, 1);
	assert_int_equal(turn_of("", 1, &self).what, FLEET_QUEUE_UP);
	self.ticket = "f/endpoints/e/queue/me-2"; /* where in the queue? */
	assert_int_equal(turn_of("endpoints/e/queue/me-1 me 1", 2, &self).what, FLEET_WAIT);
}

/* Slot 1 of 3 is taken: two are free, for the two that came first. */
static void those_that_came_first_go_first(void **state)
{
	static const char text[] = "endpoints/e/slots/1 x 1, endpoints/e/queue/c-1 c 30, "
				   "endpoints/e/queue/a-1 a 10, endpoints/e/queue/b-1 b 20";
	struct fleet_self self = {.session = "a", .ticket = "f/endpoints/e/queue/a-1"};
	(void)state;
	struct fleet_turn turn = turn_of(text, 3, &self);
	assert_int_equal(turn.what, FLEET_TAKE);
	assert_int_equal(turn.slot, 0);
	self = (struct fleet_self){.session = "b", .ticket = "f/endpoints/e/queue/b-1"};
	turn = turn_of(text, 3, &self);
	assert_int_equal(turn.what, FLEET_TAKE);
	assert_int_equal(turn.slot, 2);
	self = (struct fleet_self){.session = "c", .ticket = "f/endpoints/e/queue/c-1"};
	assert_int_equal(turn_of(text, 3, &self).what, FLEET_WAIT);
	self = (struct fleet_self){.session = "d", .owes = true};
	assert_int_equal(turn_of(text, 3, &self).what, FLEET_TAKE);
	assert_int_equal(turn_of(text, 1, &self).slot, 0);
}

static void others_are_counted(void **state)
{
	struct fleet_view view;
	(void)state;
	read_view(
		&view,
		"endpoints/e/slots/1 x 1, endpoints/e/queue/me-1 me 2, endpoints/d/queue/x-1 x 3");
	assert_int_equal(fleet_others(&view, "e", "me"), 1);
	assert_int_equal(fleet_others(&view, "e", "x"), 1);
	assert_false(fleet_others_wait(&view, "e", "me"));
	assert_true(fleet_others_wait(&view, "e", "x"));
	fleet_view_free(&view);
}

/* --- replies --- */

static void replies_mean_something(void **state)
{
	static const struct {
		enum fleet_asks asked;
		long status;
		const char *body;
		enum fleet_reply reply;
		const char *error;
	} cases[] = {
		{FLEET_ASKS_KEY, 200, "true", FLEET_YES, NULL},
		{FLEET_ASKS_KEY, 200, "false\n", FLEET_NO, NULL},
		{FLEET_ASKS_KEY, 200, "falsehood", FLEET_BAD, "no answer"},
		{FLEET_ASKS_KEY, 200, "", FLEET_BAD, "something else"},
		{FLEET_ASKS_KEY, 500, "invalid session \"x\"", FLEET_LOST, NULL},
		{FLEET_ASKS_KEY, 500, "No cluster leader", FLEET_AWAY, "No cluster leader"},
		{FLEET_ASKS_KEY, 429, "", FLEET_AWAY, "429"},
		{FLEET_ASKS_KEY, 404, "", FLEET_BAD, "404"},
		{FLEET_ASKS_RENEWAL, 404, "not found", FLEET_LOST, NULL},
		{FLEET_ASKS_RENEWAL, 403, "Permission denied\r\n", FLEET_BAD, "403"},
		{FLEET_ASKS_SESSION, 403, "ACL not found", FLEET_BAD, "CONSUL_HTTP_TOKEN"},
		{FLEET_ASKS_END, 404, "", FLEET_YES, NULL},
		{FLEET_ASKS_DROP, 409, "{}", FLEET_NO, NULL},
		{FLEET_ASKS_VIEW, 404, "", FLEET_YES, NULL},
		{FLEET_ASKS_VIEW, 301, "", FLEET_BAD, "301"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct http_response response = {.status = cases[i].status};
		struct error err = {0};
		buf_puts(&response.body, cases[i].body);
		assert_int_equal(fleet_reply(cases[i].asked, &consul, &response, &err),
				 cases[i].reply);
		if (cases[i].error) {
			assert_int_equal(err.exit_code, EXIT_VALUES);
			expect_error(&err, cases[i].error);
		} else {
			expect_no_error(&err);
		}
		http_response_free(&response);
	}
}

static void no_answer_is_away(void **state)
{
	struct http_response response = {.failed = true};
	struct error err = {0};
	(void)state;
	error_set(&response.error, "can't reach Consul");
	assert_int_equal(fleet_reply(FLEET_ASKS_RENEWAL, &consul, &response, &err), FLEET_AWAY);
	assert_int_equal(err.code, ERROR_CONSUL_UNREACHABLE);
	expect_error(&err, "start it");
	http_response_free(&response);
}

static void a_session_has_an_id(void **state)
{
	static const char *const none[] = {"", "[]", "{}", "{\"ID\":\"\"}", "{\"ID\":1}", "<html>"};
	struct http_response response = {.status = 200};
	(void)state;
	buf_puts(&response.body, "{\"ID\": \"1-2\"}\n");
	char *id = fleet_reply_session(&response);
	assert_string_equal(id, "1-2");
	free(id);
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		buf_clear(&response.body);
		buf_puts(&response.body, none[i]);
		assert_null(fleet_reply_session(&response));
	}
	buf_puts(&response.headers, "X-Consul-Index: 17\r\n");
	assert_int_equal(fleet_reply_index(&response), 17);
	http_response_free(&response);
}

/* --- questions --- */

static void questions_are_escaped(void **state)
{
	struct fleet_question question = {0};
	(void)state;
	fleet_ask_for_key(&question, "f/a b", "s&", "{}");
	assert_string_equal(buf_text(&question.path), "/v1/kv/f/a%20b?acquire=s%26");
	assert_string_equal(buf_text(&question.body), "{}");
	fleet_question_free(&question);
	question = (struct fleet_question){0};
	fleet_ask_to_drop(&question, "f/\"", "s");
	assert_string_equal(buf_text(&question.path), "/v1/txn");
	assert_string_equal(buf_text(&question.body),
			    "[{\"KV\":{\"Verb\":\"check-session\",\"Key\":\"f/\\\"\",\"Session\":"
			    "\"s\"}},{\"KV\":{\"Verb\":\"delete\",\"Key\":\"f/\\\"\"}}]");
	fleet_question_free(&question);
	question = (struct fleet_question){0};
	fleet_ask_for_view(&question, "f", 7);
	assert_string_equal(buf_text(&question.path), "/v1/kv/f/?recurse&index=7&wait=30s");
	fleet_question_free(&question);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_read),
		cmocka_unit_test(what_is_not_held_or_unknown_is_left_out),
		cmocka_unit_test(a_broken_value_is_nobodys),
		cmocka_unit_test(what_is_no_list_of_keys_is_refused),
		cmocka_unit_test(who_finds_a_slot_and_nobody_waiting_takes_it),
		cmocka_unit_test(everybody_else_queues_up),
		cmocka_unit_test(what_consul_has_not_told_yet_counts),
		cmocka_unit_test(those_that_came_first_go_first),
		cmocka_unit_test(others_are_counted),
		cmocka_unit_test(replies_mean_something),
		cmocka_unit_test(no_answer_is_away),
		cmocka_unit_test(a_session_has_an_id),
		cmocka_unit_test(questions_are_escaped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
