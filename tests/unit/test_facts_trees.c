/* Recorded systems: tests/fixtures/facts/trees/NAME is a root directory (its file `uname` has the
 * machine, the kernel's release and the host's name), NAME.facts the facts that must be found
 * there: PATH=TEXT, (none) for what must not. */
#include "tests/unit/check.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "agent/facts/facts.h"
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/file.h"
#include "common/json.h"
#include "common/own.h"
#include "common/select.h"

#define TREES "tests/fixtures/facts/trees/"

static char *read_text(struct arena *arena, const char *path)
{
	auto_buf struct buf text = {0};
	struct error err = {0};
	file_read(path, 0, &text, &err);
	expect_no_error(&err);
	return arena_strdup(arena, buf_text(&text));
}

static void set_uname(struct facts_system *system, struct arena *arena)
{
	char *rest = read_text(arena, arena_printf(arena, "%s/uname", system->root));
	rest = facts_trim(rest);
	strcpy(system->uts.sysname, "Linux");
	strcpy(system->uts.machine, facts_next_word(&rest));
	strcpy(system->uts.release, facts_next_word(&rest));
	strcpy(system->uts.nodename, facts_next_word(&rest));
}

static const char *text_of(struct arena *arena, const struct value *fact)
{
	auto_buf struct buf text = {0};
	if (!fact)
		return "(none)";
	if (fact->kind == VALUE_STRING)
		return value_text(fact);
	json_write(&text, fact);
	return arena_strdup(arena, buf_text(&text));
}

/* Prints all that is wrong, not only the first. */
static unsigned count_wrong(struct arena *arena, const char *expectations,
			    const struct value *facts)
{
	unsigned wrong = 0, lines = 0;
	char *rest = read_text(arena, expectations);
	for (char *line; (line = facts_next_line(&rest));) {
		char *path, *expected;
		assert_true(facts_split_pair(line, '=', &path, &expected));
		const char *found = text_of(arena, select_path(facts, path));
		lines++;
		if (strcmp(found, expected) == 0)
			continue;
		wrong++;
		print_error("%s: %s is \"%s\", not \"%s\"\n", expectations, path, found, expected);
	}
	assert_true(lines >= 5);
	return wrong;
}

static unsigned check_tree(const char *expectations)
{
	static const char *const patterns[] = {"*", "package", "sockets"};
	auto_arena struct arena arena = {0};
	struct facts_system system;
	char *root = arena_strndup(&arena, expectations, strlen(expectations) - strlen(".facts"));
	facts_system_tree(&system, root);
	set_uname(&system, &arena);
	struct value *facts = facts_gather_from(&system, &arena, patterns, COUNT_OF(patterns));
	return count_wrong(&arena, expectations, facts);
}

static void recorded_trees(void **state)
{
	(void)state;
	glob_t found;
	unsigned wrong = 0;
	assert_int_equal(glob(TREES "*.facts", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 8);
	for (size_t i = 0; i < found.gl_pathc; i++)
		wrong += check_tree(found.gl_pathv[i]);
	globfree(&found);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_trees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
