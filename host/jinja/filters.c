#include "host/jinja/filters.h"

#include "common/nearest.h"
#include "common/own.h"
#include "host/jinja/strings.h"

#include <ctype.h>
#include <string.h>

static const struct filter_family *const families[] = {
	&text_filters,   &number_filters, &sequence_filters, &selection_filters,
	&layout_filters, &print_filters,  &link_filters};

const struct jinja_function *find_filter(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(families); i++)
		for (size_t j = 0; j < families[i]->count; j++)
			if (strcmp(families[i]->filters[j].name, name) == 0)
				return &families[i]->filters[j];
	return NULL;
}

const char *nearest_filter(const char *name)
{
	const char *best = NULL;
	for (size_t i = 0; i < COUNT_OF(families) && !best; i++) {
		const char *names[families[i]->count];
		for (size_t j = 0; j < families[i]->count; j++)
			names[j] = families[i]->filters[j].name;
		best = nearest_name(name, names, families[i]->count);
	}
	return best;
}

int64_t filter_integer(const struct value *argument, int64_t otherwise)
{
	return value_is(argument, VALUE_INT) ? argument->integer : otherwise;
}

bool filter_flag(const struct value *argument, bool otherwise)
{
	if (value_is(argument, VALUE_BOOL))
		return argument->boolean;
	return value_is(argument, VALUE_INT) ? argument->integer != 0 : otherwise;
}

static struct value *follow(struct run *run, const struct expression *at, struct value *item,
			    const char *path)
{
	while (item && *path) {
		size_t len = strcspn(path, ".");
		struct value *part = value_stringn(run->arena, path, len);
		if (isdigit((unsigned char)*path))
			part = value_int(run->arena, atoll(path));
		item = get_item(run, at, item, part);
		path += len + (path[len] == '.');
	}
	return item;
}

struct value *filter_key(struct run *run, const struct expression *at, struct value *item,
			 const struct value *attribute, bool ignore_case)
{
	const char *names = value_text(attribute);
	if (names && strchr(names, ',')) {
		struct value *keys = tuple_new(run);
		for (size_t len; item && *names; names += len + (names[len] == ',')) {
			len = strcspn(names, ",");
			const struct value *name = value_stringn(run->arena, names, len);
			struct value *key =
				need_defined(run, at, filter_key(run, at, item, name, ignore_case));
			if (!key)
				return NULL;
			value_append(run->arena, keys, key);
		}
		return keys;
	}
	if (value_text(attribute))
		item = follow(run, at, item, value_text(attribute));
	else if (value_is(attribute, VALUE_INT))
		item = get_item(run, at, item, (struct value *)attribute);
	if (item && ignore_case && item->kind == VALUE_STRING)
		item = string_cased(run, item, CASE_LOWER);
	return item;
}
