#include "host/commands/facts_where.h"

#include "common/own.h"
#include "host/exit_codes.h"
#include "host/jinja/jinja.h"

#include <string.h>

struct facts_where {
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
struct facts_where *facts_where_parse(struct arena *arena, const char *expression,
				      struct error *err)
{
	static const struct jinja_options options = {0};
	struct facts_where *where = arena_alloc(arena, sizeof *where);
	const char *text = arena_printf(arena, BEFORE "%s) else 0 }}", expression);
	if (strstr(expression, "}}") || strstr(expression, "{#"))
		error_set(err, "--where takes one expression, not a template");
	else
		where->tmpl = jinja_parse(arena, "--where", text, strlen(text), &options, err);
	if (where->tmpl)
		return where;
	move_column(err);
	err->exit_code = EXIT_USAGE;
	return NULL;
}

bool facts_where_reads(const struct facts_where *where, const char *name)
{
	return jinja_reads(where->tmpl, name);
}

int facts_where_holds(const struct facts_where *where, const struct value *facts, struct error *err)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf out = {0};
	if (jinja_render(where->tmpl, facts, &arena, &out, NULL, err) < 0) {
		move_column(err);
		return -1;
	}
	return strcmp(buf_text(&out), "1") == 0;
}
