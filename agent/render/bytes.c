#include "agent/render/render.h"

#include "agent/render/functions/functions.h"
#include "common/file.h"

#include <string.h>

/* What errors call the template: its path, or where it would be written. */
static const char *template_name(const struct render_template *tmpl)
{
	if (tmpl->source)
		return tmpl->source;
	return tmpl->destination ? tmpl->destination : "contents";
}

static int template_text(const struct render_template *tmpl, struct buf *text, struct error *err)
{
	if (!tmpl->contents)
		return file_read(tmpl->source, 0, text, err);
	buf_puts(text, tmpl->contents);
	return 0;
}

int render_bytes(const struct render_template *tmpl, struct source *source,
		 const struct value *facts, struct arena *arena, struct buf *out,
		 struct value *reads, struct error *err)
{
	auto_buf struct buf text = {0};
	const char *name = template_name(tmpl);
	if (template_text(tmpl, &text, err) < 0)
		return -1;
	const struct template_parser_options options = {tmpl->left, tmpl->right, function_exists};
	const struct template_set *set =
		template_parse(arena, name, buf_text(&text), text.len, &options, err);
	if (!set)
		return -1;
	struct rendering rendering = {
		.arena = arena,
		.set = set,
		.source = source,
		.facts = facts,
		.reads = reads,
		.answers = value_map(arena),
		.error_on_missing_key = tmpl->error_on_missing_key,
		.denylist = tmpl->denylist,
		.sandbox = tmpl->sandbox,
		.limits = {TEMPLATE_OUTPUT, TEMPLATE_MEMORY, TEMPLATE_ITERATIONS},
		.memory_before = arena->used,
		.nothing = value_null(arena),
		.err = err,
	};
	return template_run(&rendering, template_find(set, set->name), rendering.nothing, out, 0);
}
