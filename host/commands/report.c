#include "common/file.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/progress/records.h"
#include "host/report/page.h"

#include <string.h>

struct report_command {
	struct settings settings;
	const char *output;
	bool list;
};

static int list_records(void)
{
	auto_arena struct arena arena = {0};
	const struct value *list = records_list(&arena);
	for (size_t i = 0; i < list->list.len; i++) {
		const char *id = value_text(list->list.items[i]);
		auto_buf struct buf told = {0};
		records_describe(id, &told);
		printf("%s  %s\n", id, buf_text(&told));
	}
	return EXIT_OK;
}

static int write_page(const struct buf *page, const char *file, struct error *err)
{
	if (strcmp(file, "-") != 0)
		return file_replace(file, page->data, page->len, 0644, (uid_t)-1, (gid_t)-1, err);
	if (fwrite(page->data, 1, page->len, stdout) != page->len || fflush(stdout) != 0)
		return error_errno(err, "can't write");
	return 0;
}

static int make_page(const char *id, const char *file, struct error *err)
{
	auto_buf struct buf record = {0}, page = {0};
	autofree char *path = records_find(id, err);
	if (!path || file_read(path, (size_t)2 * RECORD_LARGEST, &record, err) < 0)
		return -1;
	page_write(&page, buf_text(&record), record.len, NULL);
	return write_page(&page, file, err);
}

static int report(void *options, int argc, char **argv, struct error *err)
{
	const struct report_command *command = options;
	const char *file = command->output;
	if (argc > 2)
		return commands_misused(&command_report, "name one build", err);
	if (command->list)
		return list_records();
	if (!file && isatty(STDOUT_FILENO))
		return commands_misused(&command_report,
					"a page is not for a terminal: give -o FILE", err);
	return make_page(argc > 1 ? argv[1] : "last", file ? file : "-", err) < 0 ? -1 : EXIT_OK;
}

static const struct option report_options[] = {
	{.name = "output",
	 .letter = 'o',
	 .argument = "FILE",
	 .help = "where the page goes; - is standard output, the default unless it is a terminal",
	 .words = WORD_FILE,
	 OPTION_INTO(struct report_command, output)},
	{.name = "list",
	 .help = "print the ids of all builds and what became of them, oldest first",
	 OPTION_INTO(struct report_command, list)},
	{0},
};

const struct command command_report = {
	.name = "report",
	.summary = "write a page about a build that was",
	.usage = "report [BUILD] [-o FILE]\n"
		 "report --list",
	.text = "Writes a page about a build that was: its graph, its times, what each step\n"
		"printed, its image. One file, which opens without a network. BUILD is an id,\n"
		"the begin of one, or `last` (the default).",
	.options = {report_options},
	.size = sizeof(struct report_command),
	.run = report,
};
