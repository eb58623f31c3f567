#include "host/progress/summary.h"

#include "common/own.h"

void summary_time(struct buf *out, uint64_t us)
{
	if (us < 1000000)
		buf_printf(out, "%.1f ms", (double)us / 1e3);
	else
		buf_printf(out, "%.2f s", (double)us / 1e6);
}

void summary_size(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	double size = (double)bytes;
	size_t unit = 0;
	for (; size >= 999.95 && unit + 1 < COUNT_OF(units); unit++)
		size /= 1000;
	buf_printf(out, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

static void write_phases(struct buf *out, const struct progress_summary *summary)
{
	static const char *const names[] = {"start", "files", "install",
					    "merge", "tests", "commit"};
	const char *comma = "  time: ";
	for (int kind = 0; kind <= NODE_COMMIT; kind++) {
		if (!summary->phase_us[kind])
			continue;
		buf_printf(out, "%s%s ", comma, names[kind]);
		summary_time(out, summary->phase_us[kind]);
		comma = ", ";
	}
	if (*comma == ',')
		buf_putc(out, '\n');
}

static void write_image(struct buf *out, const struct progress_summary *summary)
{
	if (summary->size < 0)
		return;
	buf_puts(out, "  image: ");
	summary_size(out, (uint64_t)summary->size);
	if (summary->added >= 0) {
		buf_puts(out, ", this build added ");
		summary_size(out, (uint64_t)summary->added);
	}
	buf_putc(out, '\n');
}

void summary_write(struct buf *out, const struct progress_summary *summary)
{
	if (!summary->passed)
		return;
	if (summary->name)
		buf_printf(out, "built %s", summary->name);
	else
		buf_puts(out, "passed");
	buf_printf(out, " in %.2f s%s\n", (double)summary->wall_us / 1e6,
		   summary->cached ? " (cached)" : "");
	buf_printf(out, "  nodes: %zu run, %zu cached\n", summary->ran, summary->from_cache);
	write_phases(out, summary);
	write_image(out, summary);
}
