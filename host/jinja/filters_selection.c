/* map, select, reject and their attribute forms. */
#include "common/own.h"
#include "host/jinja/filters.h"

/* The arguments behind the first `skip`, as a call of their own. */
static struct call rest(struct run *run, const struct expression *at, struct value **arguments,
			size_t skip)
{
	struct call call = {.at = at, .keywords = value_map(run->arena)};
	call.positional = arguments + skip;
	while (skip + call.count < 8 && arguments[skip + call.count])
		call.count++;
	return call;
}

static FILTER(do_attr)
{
	const char *name = value_text(arguments[0]);
	if (!need_defined(run, at, subject))
		return NULL;
	if (!name)
		return run_fail(run, at, "'attr' needs a name");
	/* Unlike a dot, it does not look among a dict's items. */
	bool item = subject->kind == VALUE_MAP && !find_method(subject, name) && !subject->type;
	return item ? undefined_new(run, "'dict object' has no attribute '%s'", name)
		    : get_attribute(run, subject, name);
}

/* map("upper") or map(attribute="name", default="x"): the last two places are the keywords. */
static FILTER(do_map)
{
	struct value *attribute = arguments[6], *otherwise = arguments[7];
	struct value *items = iterate(run, at, subject), *result = value_list(run->arena);
	arguments[6] = arguments[7] = NULL;
	const char *name = arguments[0] ? value_text(arguments[0]) : NULL;
	const struct jinja_function *filter = name ? find_filter(name) : NULL;
	if (!attribute && !filter)
		return run_fail(
			run, at,
			name ? "no filter named '%s'" : "'map' needs a filter or attribute=", name);
	struct call call = rest(run, at, arguments, 1);
	for (size_t i = 0; items && i < items->list.len; i++) {
		struct value *item = items->list.items[i];
		struct value *made = attribute ? filter_key(run, at, item, attribute, false)
					       : call_function(run, filter, item, &call);
		if (!made)
			return NULL;
		value_append(run->arena, result,
			     is_undefined(made) && otherwise ? otherwise : made);
	}
	return items ? result : NULL;
}

/* Keeps the items that pass (or, with `wanted` false, fail) a test of themselves or an attribute.
 */
static struct value *pick(struct run *run, const struct expression *at, struct value *subject,
			  struct value **arguments, bool by_attribute, bool wanted)
{
	size_t skip = by_attribute;
	struct value *items = iterate(run, at, subject), *kept = value_list(run->arena);
	const char *test = arguments[skip] ? value_text(arguments[skip]) : NULL;
	if (by_attribute && !arguments[0])
		return run_fail(run, at, "an attribute is needed");
	struct call call = rest(run, at, arguments, skip + (test != NULL));
	for (size_t i = 0; items && i < items->list.len; i++) {
		bool is_true;
		struct value *item = items->list.items[i];
		struct value *tested =
			by_attribute ? filter_key(run, at, item, arguments[0], false) : item;
		if (!tested)
			return NULL;
		int status = test ? apply_test(run, at, test, tested, &call, &is_true)
				  : truth(run, at, tested, &is_true);
		if (status < 0)
			return NULL;
		if (is_true == wanted)
			value_append(run->arena, kept, item);
	}
	return items ? kept : NULL;
}

static FILTER(do_select)
{
	return pick(run, at, subject, arguments, false, true);
}

static FILTER(do_reject)
{
	return pick(run, at, subject, arguments, false, false);
}

static FILTER(do_selectattr)
{
	return pick(run, at, subject, arguments, true, true);
}

static FILTER(do_rejectattr)
{
	return pick(run, at, subject, arguments, true, false);
}

static const struct jinja_function filters[] = {
	{"attr", "!name", do_attr},
	{"map", "filter,a,b,c,d,e,attribute,default", do_map},
	{"reject", "test,a,b,c,d,e,f,g", do_reject},
	{"rejectattr", "attribute,test,a,b,c,d,e,f", do_rejectattr},
	{"select", "test,a,b,c,d,e,f,g", do_select},
	{"selectattr", "attribute,test,a,b,c,d,e,f", do_selectattr},
};

const struct filter_family selection_filters = {filters, COUNT_OF(filters)};
