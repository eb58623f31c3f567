/* The record of a build as it runs. */
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/progress/json.h"
#include "host/progress/records.h"
#include "host/progress/sinks.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>

struct record {
	int fd;
	size_t written;
	bool full; /* output is left out from now on */
};

/* A record that can't be written costs nothing but itself. */
static void put(struct record *record, const struct buf *line)
{
	if (record->fd < 0)
		return;
	ssize_t len = write(record->fd, line->data, line->len);
	if (len == (ssize_t)line->len) {
		record->written += line->len;
		return;
	}
	close(record->fd);
	record->fd = -1;
}

static bool is_bulk(enum progress_kind kind)
{
	return kind == PROGRESS_OUTPUT || kind == PROGRESS_NOTICE || kind == PROGRESS_TRANSFER;
}

/* What is little still comes when the output has filled the file. */
static void take(void *ctx, const struct progress_event *event)
{
	struct record *record = ctx;
	auto_buf struct buf line = {0};
	bool bulk = is_bulk(event->kind);
	if (bulk && record->full)
		return;
	progress_json_write(&line, event);
	if (bulk && record->written + line.len > RECORD_LARGEST) {
		record->full = true;
		buf_clear(&line);
		buf_puts(&line, "{\"event\":\"truncated\"}\n");
	}
	put(record, &line);
}

static void close_record(void *ctx)
{
	struct record *record = ctx;
	if (record->fd >= 0)
		close(record->fd);
	free(record);
}

/* All but the newest are removed; a build that runs is among those, or lasts very long. */
static void remove_old(const char *directory)
{
	auto_arena struct arena arena = {0};
	const struct value *list = records_list(&arena);
	for (size_t i = 0; i + RECORDS_KEPT < list->list.len + 1; i++) {
		autofree char *path =
			mem_printf("%s/%s.jsonl", directory, value_text(list->list.items[i]));
		unlink(path);
	}
}

static int open_file(const char *directory, struct error *err)
{
	struct timespec now;
	struct tm utc;
	char stamp[32];
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &utc);
	autofree char *path = mem_printf("%s/%s-%03ld-%d.jsonl", directory, stamp,
					 now.tv_nsec / 1000000, (int)getpid());
	if (file_make_parents(path, err) < 0)
		return -1;
	remove_old(directory);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? error_errno(err, "can't write %s", path) : fd;
}

struct progress_sink sink_record(struct error *err)
{
	autofree char *directory = records_directory();
	int fd = directory ? open_file(directory, err) : error_as(err, ERROR_HOME, "there is no HOME");
	if (fd < 0)
		return (struct progress_sink){0};
	struct record *record = mem_alloc(sizeof *record);
	auto_buf struct buf head = {0};
	record->fd = fd;
	progress_json_head(&head);
	put(record, &head);
	return (struct progress_sink){take, NULL, close_record, record};
}
