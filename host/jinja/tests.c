/* What stands behind "is". */
#include "host/jinja/strings.h"

#include "common/nearest.h"
#include "common/own.h"

#include <string.h>

#define TEST(name)                                                                                 \
	static struct value *name(struct run *run, const struct expression *at,                    \
				  struct value *subject, struct value **arguments)
#define UNUSED (void)at, (void)arguments

/* Kinds are told of undefined values too: they are none of them. */
static struct value *answer(struct run *run, bool is_true)
{
	return value_bool(run->arena, is_true);
}

TEST(is_defined)
{
	UNUSED;
	return answer(run, !is_undefined(subject));
}

TEST(is_not_defined)
{
	UNUSED;
	return answer(run, is_undefined(subject));
}

TEST(is_none)
{
	UNUSED;
	return answer(run, subject->kind == VALUE_NULL);
}

TEST(is_boolean)
{
	UNUSED;
	return answer(run, subject->kind == VALUE_BOOL);
}

TEST(is_true)
{
	UNUSED;
	return answer(run, subject->kind == VALUE_BOOL && subject->boolean);
}

TEST(is_false)
{
	UNUSED;
	return answer(run, subject->kind == VALUE_BOOL && !subject->boolean);
}

TEST(is_string)
{
	UNUSED;
	return answer(run, subject->kind == VALUE_STRING);
}

TEST(is_integer)
{
	UNUSED;
	return answer(run, subject->kind == VALUE_INT);
}

TEST(is_float)
{
	UNUSED;
	return answer(run, subject->kind == VALUE_FLOAT);
}

TEST(is_number)
{
	UNUSED;
	return answer(run, subject->kind == VALUE_INT || subject->kind == VALUE_FLOAT ||
				   subject->kind == VALUE_BOOL);
}

TEST(is_mapping)
{
	UNUSED;
	return answer(run, subject->kind == VALUE_MAP);
}

TEST(is_sequence)
{
	UNUSED;
	return answer(run, subject->kind == VALUE_LIST || subject->kind == VALUE_STRING ||
				   subject->kind == VALUE_MAP);
}

TEST(is_callable)
{
	UNUSED;
	return answer(run, object_is(subject, OBJECT_MACRO) || object_is(subject, OBJECT_METHOD) ||
				   object_is(subject, OBJECT_FUNCTION) ||
				   object_is(subject, OBJECT_BLOCK) || is_undefined(subject));
}

TEST(is_sameas)
{
	UNUSED;
	bool same = subject == arguments[0];
	bool constant = subject->kind == arguments[0]->kind &&
			(subject->kind == VALUE_NULL || subject->kind == VALUE_BOOL ||
			 subject->kind == VALUE_INT);
	return answer(run, same || (constant && value_equal(subject, arguments[0])));
}

static struct value *cased(struct run *run, const struct expression *at, struct value *subject,
			   enum letter_kind wanted)
{
	if (!need_defined(run, at, subject) || check_printable(run, at, subject) < 0)
		return NULL;
	return answer(run, string_is_cased(run, text_of(run, subject), wanted));
}

TEST(is_lower)
{
	(void)arguments;
	return cased(run, at, subject, LETTER_LOWER);
}

TEST(is_upper)
{
	(void)arguments;
	return cased(run, at, subject, LETTER_UPPER);
}

TEST(is_iterable)
{
	(void)arguments;
	return need_defined(run, at, subject) ? is_sequence(run, at, subject, arguments) : NULL;
}

static struct value *remainder_is(struct run *run, const struct expression *at,
				  struct value *subject, struct value *by, int64_t wanted)
{
	struct value *rest = operate(run, at, "%", subject, by);
	bool is_true;
	if (!rest || compare(run, at, "==", rest, value_int(run->arena, wanted), &is_true) < 0)
		return NULL;
	return answer(run, is_true);
}

TEST(is_divisible)
{
	return remainder_is(run, at, subject, arguments[0], 0);
}

TEST(is_even)
{
	(void)arguments;
	return remainder_is(run, at, subject, value_int(run->arena, 2), 0);
}

TEST(is_odd)
{
	(void)arguments;
	return remainder_is(run, at, subject, value_int(run->arena, 2), 1);
}

static struct value *compared(struct run *run, const struct expression *at, const char *name,
			      struct value *subject, struct value *other)
{
	bool is_true;
	return compare(run, at, name, subject, other, &is_true) < 0 ? NULL : answer(run, is_true);
}

TEST(is_equal)
{
	return compared(run, at, "==", subject, arguments[0]);
}

TEST(is_unequal)
{
	return compared(run, at, "!=", subject, arguments[0]);
}

TEST(is_less)
{
	return compared(run, at, "<", subject, arguments[0]);
}

TEST(is_at_most)
{
	return compared(run, at, "<=", subject, arguments[0]);
}

TEST(is_greater)
{
	return compared(run, at, ">", subject, arguments[0]);
}

TEST(is_at_least)
{
	return compared(run, at, ">=", subject, arguments[0]);
}

TEST(is_in)
{
	return compared(run, at, "in", subject, arguments[0]);
}

/* Nothing is marked as safe: there is no automatic escaping. */
TEST(is_escaped)
{
	(void)subject;
	UNUSED;
	return answer(run, false);
}

TEST(is_filter)
{
	UNUSED;
	const char *name = value_text(subject);
	return answer(run, name && find_filter(name));
}

TEST(is_test)
{
	UNUSED;
	const char *name = value_text(subject);
	return answer(run, name && find_test(name));
}

static const struct jinja_function tests[] = {
	{"boolean", "", is_boolean},
	{"callable", "", is_callable},
	{"defined", "", is_defined},
	{"divisibleby", "!num", is_divisible},
	{"eq", "!other", is_equal},
	{"!=", "!other", is_unequal},
	{"<", "!other", is_less},
	{"<=", "!other", is_at_most},
	{"==", "!other", is_equal},
	{">", "!other", is_greater},
	{">=", "!other", is_at_least},
	{"equalto", "!other", is_equal},
	{"escaped", "", is_escaped},
	{"even", "", is_even},
	{"false", "", is_false},
	{"filter", "", is_filter},
	{"float", "", is_float},
	{"ge", "!other", is_at_least},
	{"gt", "!other", is_greater},
	{"greaterthan", "!other", is_greater},
	{"in", "!seq", is_in},
	{"integer", "", is_integer},
	{"iterable", "", is_iterable},
	{"le", "!other", is_at_most},
	{"lessthan", "!other", is_less},
	{"lower", "", is_lower},
	{"lt", "!other", is_less},
	{"mapping", "", is_mapping},
	{"ne", "!other", is_unequal},
	{"none", "", is_none},
	{"None", "", is_none},
	{"number", "", is_number},
	{"odd", "", is_odd},
	{"sameas", "!other", is_sameas},
	{"sequence", "", is_sequence},
	{"string", "", is_string},
	{"test", "", is_test},
	{"true", "", is_true},
	{"undefined", "", is_not_defined},
	{"upper", "", is_upper},
};

const struct jinja_function *find_test(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(tests); i++)
		if (strcmp(tests[i].name, name) == 0)
			return &tests[i];
	return NULL;
}

const char *nearest_test(const char *name)
{
	const char *names[COUNT_OF(tests)];
	for (size_t i = 0; i < COUNT_OF(tests); i++)
		names[i] = tests[i].name;
	return nearest_name(name, names, COUNT_OF(names));
}

int apply_test(struct run *run, const struct expression *at, const char *name,
	       struct value *subject, const struct call *call, bool *is_true)
{
	const struct jinja_function *test = find_test(name);
	if (!test) {
		const char *near = nearest_test(name);
		run_fail(run, at, "no test named '%s'%s%s%s", name, near ? ": did you mean '" : "",
			 near ? near : "", near ? "'?" : "");
		return -1;
	}
	const struct value *result = call_function(run, test, subject, call);
	if (!result)
		return -1;
	*is_true = result->boolean;
	return 0;
}
