#include "host/describe/man.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/exit_codes.h"

static int write_page(const char *directory, const char *name, const struct buf *page,
		      struct error *err)
{
	autofree char *path = mem_printf("%s/%s.1", directory, name);
	return file_replace(path, page->data, page->len, 0644, (uid_t)-1, (gid_t)-1, err);
}

static int man(void *options, int argc, char **argv, struct error *err)
{
	auto_buf struct buf page = {0};
	(void)options;
	if (argc != 2)
		return commands_misused(&command_man, "name one directory", err);
	describe_man(&page);
	if (write_page(argv[1], "factory", &page, err) < 0)
		return -1;
	for (size_t i = 0; commands[i]; i++) {
		if (commands[i]->hidden)
			continue;
		autofree char *name = describe_man_name(commands[i]);
		buf_clear(&page);
		describe_man_command(commands[i], &page);
		if (write_page(argv[1], name, &page, err) < 0)
			return -1;
	}
	return EXIT_OK;
}

const struct command command_man = {
	.name = "man",
	.summary = "write the manual pages",
	.usage = "man DIRECTORY",
	.text = "Writes factory's manual pages into a directory that is there.",
	.words = WORD_DIRECTORY,
	.hidden = true,
	.run = man,
};
