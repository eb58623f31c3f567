#include "host/manifest/when.h"

#include "common/own.h"
#include "host/manifest/problems.h"

#include <string.h>

/* An expression is asked for as a condition is: by a template that prints whether it holds. */
static int evaluate(struct loader *loader, const char *text, bool *holds, bool *facts,
		    struct error *err)
{
	static const struct jinja_options options = {0};
	struct arena *arena = loader->arena;
	const char *whole = arena_printf(arena, "{%% if (%s) %%}1{%% endif %%}", text);
	auto_buf struct buf out = {0};
	if (strstr(text, "%}") || strstr(text, "{%"))
		return error_set(err, "'when' is one expression, without {%% and %%}");
	struct jinja_template *tmpl =
		jinja_parse(arena, "when", whole, strlen(whole), &options, err);
	if (!tmpl || jinja_render(tmpl, load_context(loader), arena, &out, NULL, err) < 0)
		return error_wrap(err, "'when'");
	*facts = jinja_reads(tmpl, "facts");
	*holds = out.len > 0;
	return 0;
}

static bool keeps(struct loader *loader, const struct step *step, int *status)
{
	auto_error struct error err = {0};
	bool holds = true, facts = false;
	if (!step->when)
		return true;
	if (evaluate(loader, step->when, &holds, &facts, &err) < 0) {
		problems_add(loader->problems, step->when_at, "jinja", err.message, NULL);
		*status = -1;
	}
	loader->reads_facts |= facts;
	return holds || (facts && !loader->knows_facts);
}

int when_apply(struct loader *loader, struct steps *steps)
{
	size_t kept = 0;
	int status = 0;
	for (size_t i = 0; i < steps->count; i++)
		if (keeps(loader, &steps->items[i], &status))
			steps->items[kept++] = steps->items[i];
	steps->count = kept;
	return status;
}
