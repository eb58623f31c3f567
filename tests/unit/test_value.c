#include "tests/unit/check.h"

#include "common/own.h"
#include "common/value.h"

static void a_map_keeps_order_and_finds_all(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	char key[16];
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof key, "k%d", (i * 7919) % 1000);
		value_set(&arena, map, key, value_int(&arena, i));
	}
	assert_int_equal(map->map.len, 1000);
	assert_string_equal(map->map.entries[1].key, "k919");
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof key, "k%d", (i * 7919) % 1000);
		assert_int_equal(value_get(map, key)->integer, i);
	}
	assert_null(value_get(map, "k1000"));
	value_sort_map(map);
	assert_string_equal(map->map.entries[2].key, "k10");
	assert_int_equal(value_get(map, "k919")->integer, 1);
}

static void replacing_and_removing(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	for (int i = 0; i < 20; i++) {
		char key[2] = {(char)('a' + i), 0};
		value_set(&arena, map, key, value_int(&arena, i));
	}
	value_set(&arena, map, "c", value_int(&arena, 99));
	assert_int_equal(map->map.len, 20);
	assert_true(value_unset(map, "a"));
	assert_false(value_unset(map, "a"));
	assert_int_equal(value_get(map, "c")->integer, 99);
	assert_string_equal(map->map.entries[0].key, "b");
}

static void paths(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct value *root = value_map(&arena), *list = value_list(&arena);
	value_set(&arena, root, "a", list);
	value_append(&arena, list, value_string(&arena, "x"));
	assert_string_equal(value_text(value_path(root, "a.0")), "x");
	assert_ptr_equal(value_path(root, ""), root);
	assert_null(value_path(root, "a.1"));
	assert_null(value_path(root, "a.x"));
	assert_null(value_path(root, "a.0.b"));
	assert_null(value_path(root, "a.99999999999999999999999"));
}

static void equality(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct value *one = value_int(&arena, 1), *uno = value_float(&arena, 1.0);
	assert_true(value_equal(one, uno));
	assert_false(value_equal(one, value_bool(&arena, true)));
	assert_false(value_equal(value_string(&arena, "1"), one));
	struct value *list = value_list(&arena);
	value_append(&arena, list, one);
	struct value *copy = value_copy(&arena, list);
	assert_true(value_equal(list, copy));
	copy->list.items[0]->integer = 2;
	assert_false(value_equal(list, copy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map_keeps_order_and_finds_all),
		cmocka_unit_test(replacing_and_removing),
		cmocka_unit_test(paths),
		cmocka_unit_test(equality),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
