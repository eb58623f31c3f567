#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/progress/records.h"
#include "host/report/page.h"

#include <string.h>

static const struct option_usage usage = {
	"factory report [BUILD] [-o FILE] [OPTION]...",
	"Writes a page about a build that was: its graph, its times, what each step printed, its\n"
	"image. One file, which opens without a network. BUILD is an id, the begin of one, or "
	"`last`\n"
	"(the default).",
};

static int list_records(void)
{
	auto_arena struct arena arena = {0};
	const struct value *list = records_list(&arena);
	for (size_t i = 0; i < list->list.len; i++)
		printf("%s\n", value_text(list->list.items[i]));
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
	if (!path || file_read(path, 2 * RECORD_LARGEST, &record, err) < 0)
		return -1;
	page_write(&page, buf_text(&record), record.len, NULL);
	return write_page(&page, file, err);
}

int command_report(int argc, char **argv, struct error *err)
{
	bool list = false;
	const char *file = NULL;
	const struct option_line lines[] = {
		{.name = "output",
		 .letter = 'o',
		 .argument = "FILE",
		 .help = "where the page goes; - is standard output, the default unless it is a "
			 "terminal",
		 .text = &file},
		{.name = "list",
		 .help = "print the ids of all builds, oldest first",
		 .flag = &list},
	};
	int status = options_parse(&argc, argv, lines, COUNT_OF(lines), &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc > 2)
		return settings_misused(&usage, "name one build", err);
	if (list)
		return list_records();
	if (!file && isatty(STDOUT_FILENO))
		return settings_misused(&usage, "a page is not for a terminal: give -o FILE", err);
	return make_page(argc > 1 ? argv[1] : "last", file ? file : "-", err) < 0 ? -1 : EXIT_OK;
}
