#include "agent/render/render.h"

#include "agent/render/functions/functions.h"
#include "common/file.h"

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

const struct template_set *render_parse(const struct render_template *tmpl, struct arena *arena,
					struct error *err)
{
	auto_buf struct buf text = {0};
	if (template_text(tmpl, &text, err) < 0)
		return NULL;
	const struct template_parser_options options = {tmpl->left, tmpl->right, function_exists};
	const char *kept = arena_strndup(arena, buf_text(&text), text.len);
	return template_parse(arena, template_name(tmpl), kept, text.len, &options, err);
}

int render_run(const struct template_set *set, struct render_request *request, struct arena *arena,
	       struct buf *out, struct error *err)
{
	struct rendering rendering = {
		.arena = arena,
		.set = set,
		.source = request->source,
		.facts = request->facts,
		.reads = request->reads,
		.hash_reads = request->hash_reads,
		.missing = request->missing,
		.answers = value_map(arena),
		.error_on_missing_key = request->tmpl->error_on_missing_key,
		.denylist = request->tmpl->denylist,
		.sandbox = request->tmpl->sandbox,
		.limits = {TEMPLATE_OUTPUT, TEMPLATE_MEMORY, TEMPLATE_ITERATIONS},
		.memory_before = arena->used,
		.nothing = value_null(arena),
		.err = err,
	};
	int status =
		template_run(&rendering, template_find(set, set->name), rendering.nothing, out, 0);
	request->pending = rendering.pending;
	request->lacking = rendering.lacking;
	return status;
}

int render_bytes(const struct render_template *tmpl, struct source *source,
		 const struct value *facts, struct arena *arena, struct buf *out,
		 struct value *reads, struct error *err)
{
	struct render_request request = {.tmpl = tmpl,
					 .source = source,
					 .facts = facts,
					 .missing = MISSING_FAIL,
					 .hash_reads = true,
					 .reads = reads};
	const struct template_set *set = render_parse(tmpl, arena, err);
	return set ? render_run(set, &request, arena, out, err) : -1;
}
