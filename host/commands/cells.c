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

static void print_line(const struct manifest *cell, const struct verdict *verdict, int width,
		       const struct value *secrets)
{
	static const char *const words[] = {"not run", "passed", "failed"};
	auto_buf struct buf name = {0};
	bool allowed = verdict->result == FAILED && cell->may_fail;
	secrets_hide(secrets, cell->cell, strlen(cell->cell), &name);
	fprintf(stderr, "%-*.60s  %-17s  ", width, buf_text(&name),
		allowed ? "failed (allowed)" : words[verdict->result]);
	if (verdict->result == NOT_RUN)
		fprintf(stderr, "-\n");
	else
		fprintf(stderr, "%.2f s%s\n", verdict->seconds, verdict->cached ? " (cached)" : "");
}

static void print_summary(const struct manifest *manifest, const struct verdict *verdicts,
			  const struct value *secrets)
{
	int width = 4;
	for (size_t i = 0; i < manifest->cell_count; i++) {
		int len = (int)strnlen(manifest->cells[i]->cell, 60);
		width = len > width ? len : width;
	}
	fprintf(stderr, "\n%-*s  %-17s  %s\n", width, "cell", "result", "time");
	for (size_t i = 0; i < manifest->cell_count; i++)
		print_line(manifest->cells[i], &verdicts[i], width, secrets);
}

static bool is_interrupted(const struct error *err)
{
	return err->exit_code == EXIT_INTERRUPTED || err->exit_code == EXIT_TERMINATED;
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
	if (status == 0 && !shop->throwaway)
		printf("%s\n", outcome.image);
	free(outcome.image);
	return status;
}

static void tell_failure(const struct workshop *shop, const struct manifest *cell,
			 const struct error *failure)
{
	auto_buf struct buf shown = {0};
	autofree char *text = error_text(failure), *line = mem_printf("%s: %s", cell->cell, text);
	secrets_hide(report_hidden(shop->report), line, strlen(line), &shown);
	fprintf(stderr, "factory: %s\n", buf_text(&shown));
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
		fflush(stdout);
		print_summary(manifest, verdicts, report_hidden(shop->report));
		return code;
	}
	if (workshop_build(shop, manifest, NULL, &outcome, err) < 0)
		return -1;
	if (!shop->throwaway)
		printf("%s\n", outcome.image);
	free(outcome.image);
	return EXIT_OK;
}
