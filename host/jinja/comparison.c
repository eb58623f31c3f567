/* Python's comparisons and `in` on our values. */
#include "host/jinja/runtime.h"

#include <string.h>

static bool equal_values(const struct value *left, const struct value *right);

static bool equal_lists(const struct value *left, const struct value *right)
{
	if (left->list.len != right->list.len || is_tuple(left) != is_tuple(right))
		return false;
	for (size_t i = 0; i < left->list.len; i++)
		if (!equal_values(left->list.items[i], right->list.items[i]))
			return false;
	return true;
}

static bool equal_maps(const struct value *left, const struct value *right)
{
	if (left->map.len != right->map.len)
		return false;
	for (size_t i = 0; i < left->map.len; i++) {
		const struct value_entry *entry = &left->map.entries[i];
		const struct value *other = value_getn(right, entry->key, entry->key_len);
		if (!other || !equal_values(entry->value, other))
			return false;
	}
	return true;
}

static bool equal_values(const struct value *left, const struct value *right)
{
	if (left == right && left->kind != VALUE_FLOAT)
		return true;
	if (python_is_number(left) && python_is_number(right))
		return python_is_whole(left) && python_is_whole(right)
			       ? python_whole(left) == python_whole(right)
			       : python_number(left) == python_number(right);
	if (left->kind == VALUE_LIST && right->kind == VALUE_LIST)
		return equal_lists(left, right);
	if (left->kind == VALUE_MAP && right->kind == VALUE_MAP)
		return equal_maps(left, right);
	return value_equal(left, right);
}

bool equal(struct run *run, const struct expression *at, const struct value *left,
	   const struct value *right, bool *failed)
{
	bool containers =
		left->kind == right->kind && (left->kind == VALUE_LIST || left->kind == VALUE_MAP);
	if (containers && left != right &&
	    (check_tree(run, at, left) < 0 || check_tree(run, at, right) < 0)) {
		*failed = true;
		return false;
	}
	return equal_values(left, right);
}

bool contains(struct run *run, const struct expression *at, const struct value *container,
	      const struct value *item, bool *failed)
{
	if (container->kind == VALUE_STRING)
		return item->kind == VALUE_STRING &&
		       memmem(container->string.data, container->string.len, item->string.data,
			      item->string.len);
	if (container->kind == VALUE_MAP)
		return item->kind == VALUE_STRING &&
		       value_getn(container, item->string.data, item->string.len);
	for (size_t i = 0; container->kind == VALUE_LIST && i < container->list.len && !*failed;
	     i++) {
		*failed = !need_defined(run, at, container->list.items[i]);
		if (!*failed && equal(run, at, container->list.items[i], item, failed))
			return true;
	}
	return false;
}

static int order_lists(struct run *run, const struct expression *at, const struct value *left,
		       const struct value *right, bool *failed)
{
	size_t shorter = left->list.len < right->list.len ? left->list.len : right->list.len;
	if (check_tree(run, at, left) < 0 || check_tree(run, at, right) < 0) {
		*failed = true;
		return 0;
	}
	for (size_t i = 0; i < shorter; i++) {
		if (equal_values(left->list.items[i], right->list.items[i]))
			continue;
		return order(run, at, left->list.items[i], right->list.items[i], failed);
	}
	return (left->list.len > right->list.len) - (left->list.len < right->list.len);
}

int order(struct run *run, const struct expression *at, const struct value *left,
	  const struct value *right, bool *failed)
{
	if (python_is_whole(left) && python_is_whole(right))
		return (python_whole(left) > python_whole(right)) -
		       (python_whole(left) < python_whole(right));
	if (python_is_number(left) && python_is_number(right))
		return (python_number(left) > python_number(right)) -
		       (python_number(left) < python_number(right));
	if (left->kind == VALUE_STRING && right->kind == VALUE_STRING) {
		size_t a = left->string.len, b = right->string.len;
		int byte = memcmp(left->string.data, right->string.data, a < b ? a : b);
		return byte ? byte : (a > b) - (a < b);
	}
	if (left->kind == VALUE_LIST && right->kind == VALUE_LIST)
		return order_lists(run, at, left, right, failed);
	if (!*failed)
		run_fail(run, at, "'<' not supported between instances of '%s' and '%s'",
			 python_type(left), python_type(right));
	*failed = true;
	return 0;
}

bool is_key(const struct value *value)
{
	for (size_t i = 0; is_tuple(value) && i < value->list.len; i++)
		if (!is_key(value->list.items[i]))
			return false;
	return value->kind != VALUE_MAP && (value->kind != VALUE_LIST || is_tuple(value));
}

static int test_membership(struct run *run, const struct expression *at, struct value *item,
			   struct value *container, bool *is_true)
{
	if (object_is(container, OBJECT_PLACEHOLDER)) {
		*is_true = false;
		return 0;
	}
	bool container_kind = container->kind == VALUE_STRING || container->kind == VALUE_LIST ||
			      container->kind == VALUE_MAP;
	if (!container_kind || (container->kind == VALUE_STRING && item->kind != VALUE_STRING)) {
		run_fail(run, at, "argument of type '%s' can't be searched for '%s'",
			 python_type(container), python_type(item));
		return -1;
	}
	bool failed = false;
	if (container->kind == VALUE_MAP && check_tree(run, at, item) < 0)
		return -1;
	if (container->kind == VALUE_MAP && !is_key(item)) {
		run_fail(run, at, "a %s can't be a key", python_type(item));
		return -1;
	}
	*is_true = contains(run, at, container, item, &failed);
	return failed ? -1 : 0;
}

int compare(struct run *run, const struct expression *at, const char *name, struct value *left,
	    struct value *right, bool *is_true)
{
	bool failed = false;
	bool in = strcmp(name, "in") == 0, empty = right->kind == VALUE_LIST && !right->list.len;
	if (empty && (in || strcmp(name, "not in") == 0)) {
		*is_true = !in; /* nothing is compared, so that the left side may be undefined */
		return 0;
	}
	if (!need_defined(run, at, left) || !need_defined(run, at, right))
		return -1;
	if (in)
		return test_membership(run, at, left, right, is_true);
	if (strcmp(name, "not in") == 0) {
		int status = test_membership(run, at, left, right, is_true);
		*is_true = !*is_true;
		return status;
	}
	if (name[1] == '=' && strchr("=!", name[0])) {
		*is_true = equal(run, at, left, right, &failed) == (name[0] == '=');
		return failed ? -1 : 0;
	}
	if (object_is(left, OBJECT_PLACEHOLDER) || object_is(right, OBJECT_PLACEHOLDER)) {
		*is_true = false;
		return 0;
	}
	int sign = order(run, at, left, right, &failed);
	*is_true = (sign == 0 && name[1] == '=') || (name[0] == '<' ? sign < 0 : sign > 0);
	return failed ? -1 : 0;
}
