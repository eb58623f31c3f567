/* factory why: what a build would run, without running it. */
#include "common/json.h"
#include "common/kv.h"
#include "common/own.h"
#include "host/build/explain.h"
#include "host/build/probe.h"
#include "host/commands/commands.h"
#include "host/commands/workshop.h"
#include "host/exit_codes.h"
#include "host/manifest/secrets.h"

#include <string.h>

static const struct option_usage usage = {
	"factory why MANIFEST [OPTION]...",
	"Tells for each node of a build whether its result is there from an earlier one, and if\n"
	"not, which of its inputs has changed since the manifest's last build. Runs nothing.\n"
	"Ends with 0 where all is there, and with 12 where a build would have something to run.",
};

enum { DEEPEST = 30, MOST_REASONS = 5 };

struct inquiry {
	struct workshop *shop;
	bool json, stale;
	struct buf out;
};

static struct manifest *read_manifest(struct inquiry *inquiry, const char *path, unsigned depth,
				      struct error *err);

/* A manifest that this one stands on is looked at in the same way. */
static int find_base(struct inquiry *inquiry, struct manifest *manifest, unsigned depth,
		     struct error *err)
{
	const struct position *at = &manifest->from_at;
	struct consul_target consul = {0};
	struct build_options options;
	struct plan plan = {0};
	if (depth == DEEPEST)
		return error_set_at(err, at->file, at->line, at->column,
				    "too many manifests stand on each other");
	struct manifest *base = read_manifest(inquiry, manifest->from, depth + 1, err);
	if (!base)
		return -1;
	int status = workshop_options(inquiry->shop, base, &options, &consul, err);
	if (status == 0)
		status = plan_make(inquiry->shop->loop, inquiry->shop->engine, base, &options,
				   &plan, err);
	if (status == 0 && !plan_is_cached(&plan)) {
		status = error_set_at(err, at->file, at->line, at->column,
				      "%s, which this manifest stands on, has to be built first: "
				      "`factory why %s`",
				      manifest->from, manifest->from);
		err->exit_code = EXIT_STALE;
	}
	for (size_t i = 0; status == 0 && i < manifest->cell_count; i++)
		if (manifest->cells[i]->from)
			manifest->cells[i]->image =
				arena_strdup(&manifest->cells[i]->arena, plan.resume.image);
	plan_free(&plan);
	consul_target_free(&consul);
	manifest_free(base);
	return status;
}

static struct manifest *read_manifest(struct inquiry *inquiry, const char *path, unsigned depth,
				      struct error *err)
{
	struct workshop *shop = inquiry->shop;
	struct probe probe = {.loop = shop->loop,
			      .engine = shop->engine,
			      .toolbox = shop->settings->toolbox,
			      .report = shop->report,
			      .signals = -1};
	struct manifest_facts facts = {probe_manifest_facts, &probe, probe_manifest_host};
	struct manifest *manifest = settings_manifest(shop->settings, path, &facts, err);
	if (!manifest)
		return NULL;
	for (size_t i = 0; manifest->secrets && i < manifest->secrets->list.len; i++)
		report_hide(shop->report, manifest->secrets->list.items[i]->string.data,
			    manifest->secrets->list.items[i]->string.len);
	if (!manifest->from || find_base(inquiry, manifest, depth, err) == 0)
		return manifest;
	manifest_free(manifest);
	return NULL;
}

static void print_reasons(struct buf *out, const struct value *reasons)
{
	size_t shown = reasons->list.len > MOST_REASONS ? MOST_REASONS : reasons->list.len;
	for (size_t i = 0; i < shown; i++)
		buf_printf(out, "%s%s", i ? ", " : "", value_text(reasons->list.items[i]));
	if (shown < reasons->list.len)
		buf_printf(out, " and %zu more", reasons->list.len - shown);
}

static void print_node(struct buf *out, const struct value *node)
{
	bool cached = value_get(node, "cached")->boolean;
	buf_printf(out, "%-12s %s", value_text(value_get(node, "id")),
		   cached ? "cached" : "runs    ");
	if (!cached)
		print_reasons(out, value_get(node, "reasons"));
	buf_puts(out, "\n");
}

static void print_cell(struct inquiry *inquiry, const struct manifest *manifest,
		       struct value *nodes)
{
	if (inquiry->json) {
		json_write_pretty(&inquiry->out, nodes, 2);
		return;
	}
	if (manifest->cell_count > 1 || manifest->cell)
		buf_printf(&inquiry->out, "%s:\n",
			   manifest->cell ? manifest->cell : manifest->path);
	for (size_t i = 0; i < nodes->list.len; i++)
		print_node(&inquiry->out, nodes->list.items[i]);
}

static int explain_cell(struct inquiry *inquiry, const struct manifest *manifest, struct error *err)
{
	auto_arena struct arena arena = {0};
	struct consul_target consul = {0};
	struct build_options options;
	struct plan plan = {0};
	struct workshop *shop = inquiry->shop;
	int status = workshop_options(shop, manifest, &options, &consul, err);
	if (status == 0)
		status = plan_make(shop->loop, shop->engine, manifest, &options, &plan, err);
	if (status == 0) {
		struct record *record = record_open(manifest);
		print_cell(inquiry, manifest, explain_plan(&plan, record, &arena));
		inquiry->stale |= !plan_is_cached(&plan);
		record_free(record);
		plan_free(&plan);
	}
	consul_target_free(&consul);
	return status;
}

/* Each cell of a matrix is a graph of its own: one behind the other, in JSON a list of them. */
static int explain(struct inquiry *inquiry, const char *path, struct error *err)
{
	struct buf *out = &inquiry->out;
	struct manifest *manifest = read_manifest(inquiry, path, 0, err);
	if (!manifest)
		return -1;
	bool list = inquiry->json && manifest->cell_count > 1;
	int status = 0;
	buf_puts(out, list ? "[" : "");
	for (size_t i = 0; i < manifest->cell_count && status == 0; i++) {
		buf_puts(out, list && i ? "," : "");
		status = explain_cell(inquiry, manifest->cells[i], err);
	}
	buf_puts(out, list ? "]\n" : inquiry->json ? "\n" : "");
	manifest_free(manifest);
	return status;
}

static int run(struct settings *settings, struct inquiry *inquiry, const char *path,
	       struct error *err)
{
	struct workshop *shop = inquiry->shop;
	shop->settings = settings;
	shop->report = settings_report(settings);
	if (settings->kv_file && !(shop->kv = kv_read(&settings->arena, settings->kv_file, err)))
		return -1;
	if (settings_engine(settings, &shop->loop, &shop->engine, err) < 0 ||
	    explain(inquiry, path, err) < 0) {
		secrets_hide_error(report_hidden(shop->report), err);
		return -1;
	}
	fputs(buf_text(&inquiry->out), stdout);
	return inquiry->stale ? EXIT_STALE : EXIT_OK;
}

static void shop_free(struct workshop *shop)
{
	report_free(shop->report);
	engine_close(shop->engine);
	loop_free(shop->loop);
	arena_free(&shop->arena);
}

static int why(struct settings *settings, int argc, char **argv, struct error *err)
{
	const char *format = "text";
	struct option_line lines[2 * SETTINGS_MOST] = {
		{.name = "format",
		 .argument = "text|json",
		 .help = "how it is printed (default: text)",
		 .text = &format},
		{.name = "kv",
		 .argument = "FILE",
		 .help = "keys for templates, from a YAML or JSON file",
		 .text = &settings->kv_file},
		{.name = "consul",
		 .argument = "ADDR",
		 .help = "Consul's address (default: CONSUL_HTTP_ADDR, the manifest)",
		 .text = &settings->consul},
	};
	size_t count = 3;
	count += settings_manifest_lines(settings, lines + count);
	count += settings_engine_lines(settings, lines + count);
	int status = options_parse(&argc, argv, lines, count, &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	struct workshop shop = {.signals = -1};
	struct inquiry inquiry = {.shop = &shop, .json = strcmp(format, "json") == 0};
	if (!inquiry.json && strcmp(format, "text") != 0)
		return settings_misused(&usage, "--format takes text or json", err);
	if (argc != 2)
		return settings_misused(&usage, "name one manifest", err);
	status = run(settings, &inquiry, argv[1], err);
	buf_free(&inquiry.out);
	shop_free(&shop);
	return status;
}

int command_why(int argc, char **argv, struct error *err)
{
	return settings_run(why, argc, argv, err);
}
