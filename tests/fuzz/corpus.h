/* The files of a corpus, one after the other. */
#ifndef FACTORY_TESTS_FUZZ_CORPUS_H
#define FACTORY_TESTS_FUZZ_CORPUS_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/file.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each file in a copy of the exact size, so that AddressSanitizer sees one byte too far. */
typedef void corpus_run(const uint8_t *data, size_t len);

static int corpus_file(const char *directory, const char *name, corpus_run *run, struct error *err)
{
	auto_buf struct buf path = {0};
	auto_buf struct buf content = {0};
	buf_printf(&path, "%s/%s", directory, name);
	printf("%s\n", buf_text(&path));
	fflush(stdout);
	if (file_read(buf_text(&path), 0, &content, err))
		return -1;
	uint8_t *data = malloc(content.len ? content.len : 1);
	if (content.len)
		memcpy(data, content.data, content.len);
	run(data, content.len);
	free(data);
	return 0;
}

/* How many files were run; -1 on failure. */
static int corpus_files(const char *directory, corpus_run *run, struct error *err)
{
	DIR *dir = opendir(directory);
	if (!dir)
		return error_errno(err, "can't open %s", directory);
	int count = 0;
	int failed = 0;
	for (struct dirent *entry; !failed && (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		failed = corpus_file(directory, entry->d_name, run, err);
		count++;
	}
	closedir(dir);
	return failed ? -1 : count;
}

/* What main does. */
static int corpus_main(int argc, char **argv, corpus_run *run)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s CORPUS-DIRECTORY\n", argv[0]);
		return 2;
	}
	auto_error struct error err = {0};
	int count = corpus_files(argv[1], run, &err);
	if (count < 0) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	if (!count)
		fprintf(stderr, "%s is empty\n", argv[1]);
	return count ? 0 : 1;
}

#endif
