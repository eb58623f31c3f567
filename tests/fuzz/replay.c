/* Runs a fuzz target on files, without a fuzzer: the seeds and what was found before. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/error.h"
#include "common/file.h"
#include "common/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of the exact size, so that AddressSanitizer sees one byte too far. */
static void run_on(const struct buf *content)
{
	uint8_t *data = malloc(content->len ? content->len : 1);
	if (content->len)
		memcpy(data, content->data, content->len);
	LLVMFuzzerTestOneInput(data, content->len);
	free(data);
}

static int run_file(const char *directory, const char *name, struct error *err)
{
	auto_buf struct buf path = {0};
	auto_buf struct buf content = {0};
	buf_printf(&path, "%s/%s", directory, name);
	printf("%s\n", buf_text(&path));
	fflush(stdout);
	if (file_read(buf_text(&path), 0, &content, err))
		return -1;
	run_on(&content);
	return 0;
}

/* How many files were run; -1 on failure. */
static int run_directory(const char *directory, struct error *err)
{
	DIR *dir = opendir(directory);
	if (!dir)
		return error_errno(err, "can't open %s", directory);
	int count = 0;
	int failed = 0;
	for (struct dirent *entry; !failed && (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		failed = run_file(directory, entry->d_name, err);
		count++;
	}
	closedir(dir);
	return failed ? -1 : count;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s CORPUS-DIRECTORY\n", argv[0]);
		return 2;
	}
	auto_error struct error err = {0};
	int count = run_directory(argv[1], &err);
	if (count < 0) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	if (!count)
		fprintf(stderr, "%s is empty\n", argv[1]);
	return count ? 0 : 1;
}
