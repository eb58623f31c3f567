/* The filters by family; filters.c joins them to one table. */
#ifndef FACTORY_HOST_JINJA_FILTERS_H
#define FACTORY_HOST_JINJA_FILTERS_H

#include "host/jinja/runtime.h"

#define FILTER(name)                                                                               \
	struct value *name(struct run *run, const struct expression *at, struct value *subject,    \
			   struct value **arguments)

struct filter_family {
	const struct jinja_function *filters;
	size_t count;
};

extern const struct filter_family text_filters;
extern const struct filter_family number_filters;
extern const struct filter_family sequence_filters;
extern const struct filter_family selection_filters;
extern const struct filter_family layout_filters;
extern const struct filter_family print_filters;
extern const struct filter_family link_filters;

/* An argument's integer or boolean, or `otherwise` where there is none. */
int64_t filter_integer(const struct value *argument, int64_t otherwise);
bool filter_flag(const struct value *argument, bool otherwise);

/* A value by which `attribute` ("a.b.0", an index, or NULL for the item itself) sorts or groups. */
struct value *filter_key(struct run *run, const struct expression *at, struct value *item,
			 const struct value *attribute, bool ignore_case);

#endif
