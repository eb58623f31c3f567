#include "host/progress/json.h"

#include "common/json.h"
#include "common/own.h"
#include "common/version.h"
#include "host/explain/codes.h"
#include "host/progress/sinks.h"

#include <string.h>
#include <time.h>

const char *progress_kind_name(enum progress_kind kind)
{
	static const char *const names[PROGRESS_KINDS] = {
		[PROGRESS_BUILD] = "build",     [PROGRESS_PLAN] = "plan",
		[PROGRESS_NODE] = "node",       [PROGRESS_OUTPUT] = "output",
		[PROGRESS_DONE] = "done",       [PROGRESS_FAILED] = "failed",
		[PROGRESS_CACHED] = "cached",   [PROGRESS_NOTICE] = "notice",
		[PROGRESS_MESSAGE] = "message", [PROGRESS_TRANSFER] = "transfer",
		[PROGRESS_FACTS] = "facts",     [PROGRESS_IMAGE] = "image",
		[PROGRESS_END] = "end",
	};
	return names[kind];
}

static void add_text(struct buf *out, const char *key, const char *text, size_t len)
{
	buf_printf(out, ",\"%s\":", key);
	json_write_string(out, text, len);
}

static void add_string(struct buf *out, const char *key, const char *text)
{
	if (text)
		add_text(out, key, text, strlen(text));
}

static void add_seconds(struct buf *out, const char *key, uint64_t us)
{
	buf_printf(out, ",\"%s\":%llu.%06llu", key, (unsigned long long)(us / 1000000),
		   (unsigned long long)(us % 1000000));
}

static void add_usage(struct buf *out, const struct session_exit *usage)
{
	add_seconds(out, "cpu", usage->user_us + usage->system_us);
	buf_printf(out, ",\"peak_kb\":%llu", (unsigned long long)usage->max_rss_kb);
}

static void add_transfer(struct buf *out, const struct progress_transfer *transfer)
{
	add_string(out, "what", transfer->what);
	add_string(out, "name", transfer->name);
	add_string(out, "status", transfer->status);
	if (transfer->total)
		buf_printf(out, ",\"done\":%llu,\"total\":%llu", (unsigned long long)transfer->done,
			   (unsigned long long)transfer->total);
	if (transfer->over)
		buf_puts(out, ",\"over\":true");
}

static void add_code(struct buf *out, int code)
{
	if (code)
		buf_printf(out, ",\"code\":\"F%04d\"", code);
}

static void add_summary(struct buf *out, const struct progress_summary *summary)
{
	buf_printf(out, ",\"passed\":%s,\"was_cached\":%s", summary->passed ? "true" : "false",
		   summary->cached ? "true" : "false");
	add_string(out, "image", summary->image);
	add_string(out, "name", summary->name);
	add_string(out, "failure", summary->failure);
	add_code(out, summary->code);
	add_seconds(out, "wall", summary->wall_us);
	buf_printf(out, ",\"ran\":%zu,\"cached\":%zu", summary->ran, summary->from_cache);
	if (summary->size >= 0)
		buf_printf(out, ",\"size\":%lld", (long long)summary->size);
	if (summary->added >= 0)
		buf_printf(out, ",\"added\":%lld", (long long)summary->added);
	buf_puts(out, ",\"phases\":{");
	for (int kind = 0, some = 0; kind <= NODE_COMMIT; kind++)
		if (summary->phase_us[kind])
			buf_printf(out, "%s\"%s\":%.6f", some++ ? "," : "",
				   node_kind_name((enum node_kind)kind),
				   (double)summary->phase_us[kind] / 1e6);
	buf_putc(out, '}');
}

static void add_failure(struct buf *out, const struct error *failure)
{
	add_string(out, "text", failure->message);
	add_string(out, "file", failure->file);
	if (failure->line)
		buf_printf(out, ",\"line\":%u,\"column\":%u", failure->line, failure->column);
	add_code(out, (int)explain_error(failure)->code);
}

static const char *value_key(enum progress_kind kind)
{
	static const char *const keys[PROGRESS_KINDS] = {
		[PROGRESS_BUILD] = "graph",
		[PROGRESS_PLAN] = "nodes",
		[PROGRESS_FACTS] = "facts",
		[PROGRESS_IMAGE] = "layers",
	};
	return keys[kind];
}

void progress_json_write(struct buf *out, const struct progress_event *event)
{
	buf_printf(out, "{\"event\":\"%s\"", progress_kind_name(event->kind));
	add_seconds(out, "at", event->at_us);
	add_string(out, "build", event->build);
	add_string(out, "endpoint", event->endpoint);
	add_string(out, "node", event->node);
	if (event->node && event->kind != PROGRESS_OUTPUT)
		add_string(out, "label", event->label);
	if (event->number && event->kind != PROGRESS_OUTPUT)
		buf_printf(out, ",\"number\":%zu,\"of\":%zu", event->number, event->total);
	if (event->text)
		add_text(out, "text", event->text,
			 event->text_len ? event->text_len : strlen(event->text));
	if (event->kind == PROGRESS_DONE)
		add_seconds(out, "wall", event->wall_us);
	if (event->failure)
		add_failure(out, event->failure);
	if (event->usage)
		add_usage(out, event->usage);
	if (event->transfer)
		add_transfer(out, event->transfer);
	if (event->value) {
		buf_printf(out, ",\"%s\":", value_key(event->kind));
		json_write(out, event->value);
	}
	if (event->summary)
		add_summary(out, event->summary);
	buf_puts(out, "}\n");
}

void progress_json_head(struct buf *out)
{
	time_t now = time(NULL);
	struct tm utc;
	char text[32];
	gmtime_r(&now, &utc);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	buf_printf(out, "{\"event\":\"begin\",\"version\":%d,\"factory\":\"%s\",\"time\":\"%s\"}\n",
		   PROGRESS_JSON_VERSION, FACTORY_VERSION, text);
}

/* --- the sink --- */

static void put(FILE *out, const struct buf *line)
{
	fwrite(line->data, 1, line->len, out);
	fflush(out);
}

static void take(void *ctx, const struct progress_event *event)
{
	auto_buf struct buf line = {0};
	progress_json_write(&line, event);
	put(ctx, &line);
}

struct progress_sink sink_json(FILE *out)
{
	auto_buf struct buf head = {0};
	progress_json_head(&head);
	put(out, &head);
	return (struct progress_sink){take, NULL, NULL, out};
}
