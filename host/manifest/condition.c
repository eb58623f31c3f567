#include "host/manifest/condition.h"

#include "common/own.h"
#include "host/jinja/jinja.h"

#include <string.h>

struct condition {
	struct jinja_template *tmpl;
};

#define BEFORE "{{ 1 if ("

/* Columns are those of the expression. */
static void move_column(struct error *err)
{
	if (err->column >= sizeof BEFORE)
		err->column -= (unsigned)(sizeof BEFORE - 1);
}

/* The engine knows templates, not expressions: the text is put into one that prints a digit. What
 * would end the tag early is no expression. */
struct condition *condition_parse(struct arena *arena, const char *name, const char *expression,
				  struct error *err)
{
	static const struct jinja_options options = {0};
	struct condition *condition = arena_alloc(arena, sizeof *condition);
	const char *text = arena_printf(arena, BEFORE "%s) else 0 }}", expression);
	if (strstr(expression, "}}") || strstr(expression, "{#"))
		error_set(err, "%s takes one expression, not a template", name);
	else
		condition->tmpl = jinja_parse(arena, name, text, strlen(text), &options, err);
	if (condition->tmpl)
		return condition;
	move_column(err);
	return NULL;
}

bool condition_reads(const struct condition *condition, const char *name)
{
	return jinja_reads(condition->tmpl, name);
}

int condition_holds(const struct condition *condition, const struct value *facts, struct error *err)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf out = {0};
	if (jinja_render(condition->tmpl, facts, &arena, &out, NULL, err) < 0) {
		move_column(err);
		return -1;
	}
	return strcmp(buf_text(&out), "1") == 0;
}
