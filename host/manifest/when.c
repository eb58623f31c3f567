#include "host/manifest/when.h"

#include "common/own.h"

#include <string.h>

/* An expression is asked for as a condition is: by a template that prints whether it holds. */
static struct jinja_template *parse(struct loader *loader, const char *text, struct error *err)
{
	static const struct jinja_options options = {0};
	const char *whole = arena_printf(loader->arena, "{%% if (%s) %%}1{%% endif %%}", text);
	if (!strstr(text, "%}") && !strstr(text, "{%"))
		return jinja_parse(loader->arena, "when", whole, strlen(whole), &options, err);
	error_set(err, "'when' is one expression, without {%% and %%}");
	return NULL;
}

static int evaluate(struct loader *loader, const struct step *step, bool *holds, struct error *err)
{
	auto_buf struct buf out = {0};
	struct jinja_template *tmpl = parse(loader, step->when, err);
	if (!tmpl)
		return -1;
	bool facts = jinja_reads(tmpl, "facts"), pillar = jinja_reads(tmpl, "pillar");
	loader->reads_facts |= facts;
	loader->reads_pillar |= pillar;
	*holds = true;
	/* What is not known yet can be neither compared nor wrong. */
	if ((facts || pillar) && !loader->knows_facts)
		return 0;
	if (jinja_render(tmpl, load_context(loader), loader->arena, &out, NULL, err) < 0)
		return -1;
	*holds = out.len > 0;
	return 0;
}

static bool keeps(struct loader *loader, const struct step *step, int *status)
{
	auto_error struct error err = {0};
	bool holds = true;
	if (!step->when || evaluate(loader, step, &holds, &err) == 0)
		return holds;
	error_wrap(&err, "'when'");
	manifest_problems_add(loader->problems, step->when_at, "jinja", err.message, NULL);
	*status = -1;
	return true;
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
