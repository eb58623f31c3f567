#include "agent/render/life/job.h"

#include "agent/render/life/directory.h"
#include "common/memory.h"
#include "common/own.h"

#include <string.h>

int job_parse(struct job *job, struct error *err)
{
	struct arena arena = {0};
	if (job->tmpl->source)
		job->stamp = stamp_of(job->tmpl->source);
	const struct template_set *set = render_parse(job->tmpl, &arena, err);
	if (!set) {
		arena_free(&arena);
		return -1;
	}
	arena_free(&job->arena);
	job->arena = arena;
	job->set = set;
	job->state = JOB_DUE;
	return 0;
}

static void take_uses(struct job *job, struct live *live)
{
	free(job->uses);
	free(job->generations);
	job->uses = live_take_used(live, &job->use_count);
	job->generations = mem_alloc((job->use_count + 1) * sizeof *job->generations);
	for (size_t i = 0; i < job->use_count; i++)
		job->generations[i] = live_generation(job->uses[i]);
}

/* "key app/name  4 bytes  Consul at 127.0.0.1:8500, index 17" */
static void explain_use(struct buf *out, const struct dependency *use)
{
	const struct want *want = live_want(use);
	const struct value *value = live_value(use);
	buf_printf(out, "  %s %s", want->kind, want->name);
	if (want->datacenter)
		buf_printf(out, "@%s", want->datacenter);
	for (const char *const *arg = want->args; arg && *arg; arg++)
		buf_printf(out, " %s", *arg);
	if (!value)
		buf_puts(out, "  missing");
	else if (value->kind == VALUE_STRING)
		buf_printf(out, "  %zu bytes", value->string.len);
	else if (value->kind == VALUE_LIST)
		buf_printf(out, "  %zu entries", value->list.len);
	buf_printf(out, "  %s", live_server(use));
	if (live_index(use))
		buf_printf(out, ", index %llu", (unsigned long long)live_index(use));
	buf_putc(out, '\n');
}

static void explain(struct job *job, const struct value *reads, bool live)
{
	struct buf *out = &job->explanation;
	buf_clear(out);
	buf_printf(out, "%s\n", job->tmpl->destination);
	for (size_t i = 0; i < job->use_count; i++)
		explain_use(out, job->uses[i]);
	for (size_t i = 0; i < reads->list.len; i++) {
		const char *kind = value_text(value_get(reads->list.items[i], "kind"));
		const char *name = value_text(value_get(reads->list.items[i], "name"));
		bool own = strcmp(kind, "env") == 0 || strcmp(kind, "file") == 0 ||
			   strcmp(kind, "fact") == 0;
		if (own || !live)
			buf_printf(out, "  %s %s  %s\n", kind, name, own ? "here" : "-kv");
	}
}

static void remember_files(struct job *job, const struct value *reads)
{
	stamps_free(&job->files);
	for (size_t i = 0; i < reads->list.len; i++)
		if (strcmp(value_text(value_get(reads->list.items[i], "kind")), "file") == 0)
			stamps_add(&job->files,
				   value_text(value_get(reads->list.items[i], "name")));
}

/* A name that is a template is rendered first: the error may be a value's that comes later. */
static int render_name(struct job *job, struct render_request *request, struct arena *arena,
		       struct error *err)
{
	const char *left = job->tmpl->left ? job->tmpl->left : "{{";
	if (!job->directory || !strstr(job->name, left))
		return 0;
	const struct render_template name = {.contents = job->name,
					     .destination = job->name,
					     .left = job->tmpl->left,
					     .right = job->tmpl->right,
					     .error_on_missing_key = true};
	auto_buf struct buf text = {0};
	const struct template_set *set = render_parse(&name, arena, err);
	if (!set || render_run(set, request, arena, &text, err) < 0)
		return -1;
	if (request->pending)
		return 0;
	if (directory_check_name(buf_text(&text), err) < 0)
		return error_wrap(err, "%s", job->tmpl->source);
	free((char *)job->own.destination);
	job->own.destination = mem_printf("%s/%s", job->directory->destination, buf_text(&text));
	return 0;
}

int job_render(struct job *job, const struct job_context *context, struct error *err)
{
	auto_arena struct arena arena = {0};
	struct render_request request = {.tmpl = job->tmpl,
					 .source = context->source,
					 .missing = context->missing,
					 .reads = value_list(&arena)};
	buf_clear(&job->output);
	free(STEAL(job->lacking));
	int status = render_name(job, &request, &arena, err);
	bool pending = request.pending;
	const char *lacking = request.lacking;
	if (status == 0)
		status = render_run(job->set, &request, &arena, &job->output, err);
	request.pending = request.pending || pending;
	request.lacking = lacking ? lacking : request.lacking;
	if (context->live)
		take_uses(job, context->live);
	remember_files(job, request.reads);
	if (status < 0 && !request.pending)
		return -1;
	error_clear(err);
	job->lacking = request.lacking ? mem_strdup(request.lacking) : NULL;
	job->state = request.lacking ? JOB_LACKING : request.pending ? JOB_PENDING : JOB_READY;
	if (context->explain && job->state == JOB_READY)
		explain(job, request.reads, context->live != NULL);
	return 0;
}

bool job_is_stale(const struct job *job)
{
	for (size_t i = 0; i < job->use_count; i++)
		if (live_generation(job->uses[i]) != job->generations[i])
			return true;
	return false;
}

void job_mark(const struct job *job)
{
	for (size_t i = 0; i < job->use_count; i++)
		live_mark(job->uses[i]);
}

void job_free(struct job *job)
{
	arena_free(&job->arena);
	buf_free(&job->output);
	buf_free(&job->explanation);
	free(job->lacking);
	free(job->uses);
	free(job->generations);
	stamps_free(&job->files);
	if (!job->directory)
		return;
	free((char *)job->own.source);
	free((char *)job->own.destination);
	free(job->name);
}
