/* Walks every cell of the state machine's table. */
#include "tests/unit/check.h"

#include "common/own.h"
#include "host/container/machine.h"

static enum machine_state run(const enum machine_event *events, size_t count)
{
	enum machine_state state = STATE_IDLE;
	for (size_t i = 0; i < count; i++) {
		struct machine_cell cell = machine_lookup(state, events[i]);
		assert_int_not_equal(cell.action, ACTION_REFUSE);
		state = cell.next;
	}
	return state;
}

static void a_build_ends_done(void **state)
{
	static const enum machine_event events[] = {
		EVENT_START,  EVENT_READY,  EVENT_FILES,     EVENT_PASSED, EVENT_TASK,
		EVENT_PASSED, EVENT_COMMIT, EVENT_COMMITTED, EVENT_STOP,   EVENT_CLOSED};
	(void)state;
	assert_int_equal(run(events, COUNT_OF(events)), STATE_DONE);
}

static void a_checkpoint_is_made_in_the_middle(void **state)
{
	static const enum machine_event events[] = {
		EVENT_START,      EVENT_READY,     EVENT_TASK, EVENT_PASSED,
		EVENT_CHECKPOINT, EVENT_COMMITTED, EVENT_TASK, EVENT_PASSED,
		EVENT_COMMIT,     EVENT_COMMITTED, EVENT_STOP, EVENT_CLOSED};
	(void)state;
	assert_int_equal(run(events, COUNT_OF(events)), STATE_DONE);
	assert_int_equal(machine_lookup(STATE_READY, EVENT_CHECKPOINT).action, ACTION_CHECKPOINT);
	assert_int_equal(machine_lookup(STATE_COMMITTING, EVENT_COMMITTED).next, STATE_READY);
	/* Never while a step is running: half of its work would be kept. */
	assert_int_equal(machine_lookup(STATE_RUNNING, EVENT_CHECKPOINT).action, ACTION_REFUSE);
}

static void a_failing_step_ends_failed(void **state)
{
	static const enum machine_event events[] = {EVENT_START, EVENT_READY, EVENT_TEST,
						    EVENT_FAILED, EVENT_GONE};
	(void)state;
	assert_int_equal(run(events, COUNT_OF(events)), STATE_FAILED);
}

static bool is_final(int state)
{
	return state == STATE_DONE || state == STATE_FAILED;
}

/* Whatever happens, a final state can be reached from every state. */
static void no_state_is_a_trap(void **state)
{
	(void)state;
	bool ends[STATE_COUNT] = {[STATE_DONE] = true, [STATE_FAILED] = true};
	for (int round = 0; round < STATE_COUNT; round++)
		for (int from = 0; from < STATE_COUNT; from++)
			for (int event = 0; event < EVENT_COUNT; event++)
				if (ends[machine_lookup(from, event).next])
					ends[from] = true;
	for (int from = 0; from < STATE_COUNT; from++)
		assert_true(ends[from]);
}

/* A signal is never refused, and nothing that runs survives one. */
static void every_state_takes_an_interrupt(void **state)
{
	(void)state;
	for (int from = 0; from < STATE_COUNT; from++) {
		struct machine_cell cell = machine_lookup(from, EVENT_INTERRUPT);
		assert_int_not_equal(cell.action, ACTION_REFUSE);
		if (from == STATE_READY || from == STATE_RUNNING)
			assert_int_equal(cell.action, ACTION_DISCARD);
		if (from == STATE_STARTING || from == STATE_COMMITTING)
			assert_int_equal(cell.action, ACTION_ABORT);
	}
}

static void every_cell(void **state)
{
	(void)state;
	for (int from = 0; from < STATE_COUNT; from++) {
		for (int event = 0; event < EVENT_COUNT; event++) {
			struct machine_cell cell = machine_lookup(from, event);
			assert_true(cell.next < STATE_COUNT && cell.action < ACTION_COUNT);
			if (cell.action == ACTION_REFUSE)
				assert_int_equal(cell.next, from);
			if (is_final(cell.next) && !is_final(from))
				assert_int_equal(cell.action, ACTION_TELL_ENDED);
			if (cell.action == ACTION_DISCARD)
				assert_int_equal(cell.next, STATE_DISCARDING);
			if (is_final(from))
				assert_int_equal(cell.next, from);
		}
	}
	/* The walk may give work only to a container that is ready. */
	for (int from = 0; from < STATE_COUNT; from++)
		for (int event = EVENT_FILES; event <= EVENT_COMMIT; event++)
			assert_int_equal(machine_lookup(from, event).action != ACTION_REFUSE,
					 from == STATE_READY);
}

static void it_can_be_drawn(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	machine_write_dot(&out);
	assert_non_null(strstr(out.data, "starting -> ready [label=\"ready / tell ready\"]"));
	assert_non_null(strstr(out.data, "stopping -> done [label=\"closed / tell ended\"]"));
	assert_null(strstr(out.data, "refuse"));
}

/* Nothing but the table says what there is to draw. */
static void the_picture_has_every_transition(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	size_t cells = 0, notes = 0, boxes = 0;
	machine_write_svg(&out);
	for (int from = 0; from < STATE_COUNT; from++)
		for (int event = 0; event < EVENT_COUNT; event++)
			cells += machine_lookup(from, event).action != ACTION_REFUSE;
	for (const char *at = buf_text(&out); (at = strstr(at, "class=\"note\"")); at++)
		notes++;
	for (const char *at = buf_text(&out); (at = strstr(at, "class=\"box\"")); at++)
		boxes++;
	assert_int_equal(notes, cells);
	assert_int_equal(boxes, STATE_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_build_ends_done),
		cmocka_unit_test(a_checkpoint_is_made_in_the_middle),
		cmocka_unit_test(a_failing_step_ends_failed),
		cmocka_unit_test(no_state_is_a_trap),
		cmocka_unit_test(every_state_takes_an_interrupt),
		cmocka_unit_test(every_cell),
		cmocka_unit_test(it_can_be_drawn),
		cmocka_unit_test(the_picture_has_every_transition),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
