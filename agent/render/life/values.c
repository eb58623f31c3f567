/* Where the values come from: servers, or a file. */
#include "agent/render/life/runner_parts.h"
#include "common/file.h"
#include "common/own.h"

static void on_changed(void *ctx)
{
	(void)ctx; /* each turn looks */
}

static void on_failed(void *ctx, struct error *err)
{
	runner_fail(ctx, CODE_ERROR, err);
}

static void on_note(void *ctx, bool warning, const char *text)
{
	const struct runner *runner = ctx;
	journal_write(runner->journal, warning ? JOURNAL_WARN : JOURNAL_DEBUG, "(source) %s", text);
}

/* A digest of all templates. */
static int identify(struct runner *runner, struct error *err)
{
	auto_hash struct hash *hash = hash_new();
	int status = 0;
	for (size_t i = 0; i < runner->job_count && status == 0; i++) {
		const struct render_template *tmpl = runner->jobs[i].tmpl;
		auto_buf struct buf text = {0};
		if (tmpl->source)
			status = file_read(tmpl->source, 0, &text, err);
		hash_add_text(hash, tmpl->source ? buf_text(&text) : tmpl->contents);
		hash_add_text(hash, tmpl->left);
		hash_add_text(hash, tmpl->right);
	}
	hash_finish(STEAL(hash), runner->sharing_id);
	return status;
}

/* Who renders once has nobody to share with. */
static int choose_sharing(struct runner *runner, struct live_settings *live, struct error *err)
{
	const struct dedup_settings *dedup = &runner->settings->dedup;
	if (!dedup->enabled || runner->settings->once)
		return 0;
	if (identify(runner, err) < 0)
		return -1;
	runner->sharing = (struct share_settings){dedup->prefix, runner->sharing_id, dedup->ttl_ms};
	live->share = &runner->sharing;
	return 0;
}

int source_open(struct runner *runner, struct error *err)
{
	const struct render_settings *settings = runner->settings;
	struct live_settings live = {
		.consul = &settings->consul,
		.vault = &settings->vault,
		.nomad = &settings->nomad,
		.max_stale_ms = settings->max_stale_ms,
		.block_query_wait_ms = settings->block_query_wait_ms,
		.watch = !settings->once || settings->missing == MISSING_WAIT,
		.fail_fast = settings->once,
	};
	const struct live_owner owner = {runner, on_changed, on_failed, on_note};
	if (!settings->kv) {
		if (choose_sharing(runner, &live, err) < 0)
			return -1;
		runner->live = live_new(runner->loop, &live, &owner);
		return 0;
	}
	runner->file_stamp = stamp_of(settings->kv);
	runner->file = source_file(settings->kv, err);
	if (runner->file)
		return 0;
	err->exit_code = CODE_ERROR;
	return -1;
}

void source_close(struct runner *runner)
{
	jobs_close(runner);
	source_free(STEAL(runner->file));
	live_free(STEAL(runner->live));
}

/* The keys' file was edited: all jobs are rendered again. */
void source_look(struct runner *runner)
{
	auto_error struct error err = {0};
	const char *path = runner->settings->kv;
	struct stamp now = path ? stamp_of(path) : runner->file_stamp;
	if (!path || !now.there || stamp_equal(&now, &runner->file_stamp))
		return;
	runner->file_stamp = now;
	struct source *source = source_file(path, &err);
	if (!source) {
		autofree char *text = error_text(&err);
		journal_write(runner->journal, JOURNAL_ERR, "(source) %s: the old values stay",
			      text);
		return;
	}
	source_free(runner->file);
	runner->file = source;
	for (size_t i = 0; i < runner->job_count; i++)
		runner->jobs[i].state = JOB_DUE;
}
