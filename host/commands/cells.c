/* The cells of a matrix, and their summary. */
#include "host/commands/workshop.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/manifest/secrets.h"

#include <ctype.h>
#include <string.h>

struct verdict {
	enum { NOT_RUN, PASSED, FAILED } result;
	bool cached;
	double seconds;
};

/* What a tag may be made of (https://docs.docker.com/reference/cli/docker/image/tag/). */
static const char *suffix_of(struct arena *arena, const char *cell)
{
	char *text = arena_strndup(arena, cell, strnlen(cell, 80)), *to = text;
	for (const char *c = text; *c; c++) {
		bool fine = isalnum((unsigned char)*c) || *c == '.' || *c == '_';
		if (fine)
			*to++ = *c;
		else if (to > text && to[-1] != '-')
			*to++ = '-';
	}
	while (to > text && to[-1] == '-')
		to--;
	*to = 0;
	return text;
}

static void add_line(const struct manifest *cell, const struct verdict *verdict, int width,
		     const struct value *secrets, struct buf *out)
{
	static const char *const words[] = {"not run", "passed", "failed"};
	auto_buf struct buf name = {0};
	bool allowed = verdict->result == FAILED && cell->may_fail;
	secrets_hide(secrets, cell->cell, strlen(cell->cell), &name);
	buf_printf(out, "\n%-*.60s  %-17s  ", width, buf_text(&name),
		   allowed ? "failed (allowed)" : words[verdict->result]);
	if (verdict->result == NOT_RUN)
		buf_puts(out, "-");
	else
		buf_printf(out, "%.2f s%s", verdict->seconds, verdict->cached ? " (cached)" : "");
}

static void tell_summary(struct report *report, const struct manifest *manifest,
			 const struct verdict *verdicts)
{
	auto_buf struct buf lines = {0};
	int width = 4;
	for (size_t i = 0; i < manifest->cell_count; i++) {
		int len = (int)strnlen(manifest->cells[i]->cell, 60);
		width = len > width ? len : width;
	}
	buf_printf(&lines, "\n%-*s  %-17s  %s", width, "cell", "result", "time");
	for (size_t i = 0; i < manifest->cell_count; i++)
		add_line(manifest->cells[i], &verdicts[i], width, report_hidden(report), &lines);
	report_message(report, "%s", buf_text(&lines));
}

static bool is_interrupted(const struct error *err)
{
	return err->exit_code == EXIT_INTERRUPTED || err->exit_code == EXIT_TERMINATED;
}

static void print_id(const struct workshop *shop, const struct build_outcome *outcome)
{
	report_pause(shop->report);
	printf("%s\n", outcome->image);
	fflush(stdout);
}

static int build_cell(struct workshop *shop, const struct manifest *cell, struct verdict *verdict,
		      struct error *err)
{
	struct build_outcome outcome = {0};
	uint64_t began = loop_now_us();
	report_notice(shop->report, "\ncell: %s", cell->cell);
	int status = workshop_build(shop, cell, suffix_of(&shop->arena, cell->cell), &outcome, err);
	verdict->seconds = (double)(loop_now_us() - began) / 1e6;
	verdict->result = status < 0 ? FAILED : PASSED;
	verdict->cached = outcome.cached;
	if (status == 0)
		print_id(shop, &outcome);
	free(outcome.image);
	return status;
}

static void tell_failure(const struct workshop *shop, const struct manifest *cell,
			 const struct error *failure)
{
	autofree char *text = error_text(failure);
	report_message(shop->report, "factory: %s: %s", cell->cell, text);
}

/* With fast_finish the cells that may fail come last, and not at all once the verdict is clear. */
static int build_all(struct workshop *shop, const struct manifest *manifest,
		     struct verdict *verdicts, struct error *err)
{
	int code = EXIT_OK;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < manifest->cell_count; i++) {
			const struct manifest *cell = manifest->cells[i];
			auto_error struct error failure = {0};
			if ((manifest->fast_finish && cell->may_fail) != (pass == 1) ||
			    (pass == 1 && code != EXIT_OK))
				continue;
			if (build_cell(shop, cell, &verdicts[i], &failure) == 0)
				continue;
			if (is_interrupted(&failure))
				return error_move(err, &failure);
			tell_failure(shop, cell, &failure);
			if (!cell->may_fail && code == EXIT_OK)
				code = failure.exit_code ? failure.exit_code : EXIT_FAILED;
		}
	return code;
}

int workshop_cells(struct workshop *shop, const struct manifest *manifest, struct error *err)
{
	struct build_outcome outcome = {0};
	if (manifest->cell_count > 1) {
		struct verdict *verdicts =
			arena_alloc(&shop->arena, manifest->cell_count * sizeof *verdicts);
		int code = build_all(shop, manifest, verdicts, err);
		tell_summary(shop->report, manifest, verdicts);
		return code;
	}
	if (workshop_build(shop, manifest, NULL, &outcome, err) < 0)
		return -1;
	print_id(shop, &outcome);
	free(outcome.image);
	return EXIT_OK;
}
