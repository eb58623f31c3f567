#include "agent/render/life/journal.h"

#include "common/buffer.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/nearest.h"
#include "common/own.h"

#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>

struct journal {
	const struct log_settings *settings;
	enum journal_level level;
	int file; /* -1: none */
	uint64_t bytes;
	struct timespec opened;
};

static const struct {
	const char *name;
	int priority;
} levels[] = {
	[JOURNAL_TRACE] = {"TRACE", LOG_DEBUG}, [JOURNAL_DEBUG] = {"DEBUG", LOG_DEBUG},
	[JOURNAL_INFO] = {"INFO", LOG_INFO},    [JOURNAL_WARN] = {"WARN", LOG_WARNING},
	[JOURNAL_ERR] = {"ERR", LOG_ERR},
};

static const struct {
	const char *name;
	int number;
} facilities[] = {
	{"AUTH", LOG_AUTH},     {"AUTHPRIV", LOG_AUTHPRIV}, {"CRON", LOG_CRON},
	{"DAEMON", LOG_DAEMON}, {"FTP", LOG_FTP},           {"KERN", LOG_KERN},
	{"LOCAL0", LOG_LOCAL0}, {"LOCAL1", LOG_LOCAL1},     {"LOCAL2", LOG_LOCAL2},
	{"LOCAL3", LOG_LOCAL3}, {"LOCAL4", LOG_LOCAL4},     {"LOCAL5", LOG_LOCAL5},
	{"LOCAL6", LOG_LOCAL6}, {"LOCAL7", LOG_LOCAL7},     {"LPR", LOG_LPR},
	{"MAIL", LOG_MAIL},     {"NEWS", LOG_NEWS},         {"SYSLOG", LOG_SYSLOG},
	{"USER", LOG_USER},     {"UUCP", LOG_UUCP},
};

static int find_level(const char *name, enum journal_level *level, struct error *err)
{
	for (size_t i = 0; i < COUNT_OF(levels); i++) {
		if (strcasecmp(levels[i].name, name) == 0) {
			*level = (enum journal_level)i;
			return 0;
		}
	}
	if (strcasecmp(name, "error") == 0 || strcasecmp(name, "warning") == 0) {
		*level = *name == 'e' || *name == 'E' ? JOURNAL_ERR : JOURNAL_WARN;
		return 0;
	}
	return error_set(err, "a log level is trace, debug, info, warn or err, not '%s'", name);
}

static int open_syslog(const struct log_settings *settings, struct error *err)
{
	for (size_t i = 0; i < COUNT_OF(facilities); i++) {
		if (strcasecmp(facilities[i].name, settings->facility) == 0) {
			openlog(settings->name, LOG_PID, facilities[i].number);
			return 0;
		}
	}
	return error_set(err, "unknown syslog facility '%s': LOCAL0 to LOCAL7, DAEMON, USER...",
			 settings->facility);
}

static int open_file(struct journal *journal, struct error *err)
{
	const char *path = journal->settings->file;
	struct stat info;
	journal->file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (journal->file < 0)
		return error_errno(err, "can't write the log %s", path);
	journal->bytes = fstat(journal->file, &info) == 0 ? (uint64_t)info.st_size : 0;
	clock_gettime(CLOCK_REALTIME, &journal->opened);
	return 0;
}

struct journal *journal_open(const struct log_settings *settings, struct error *err)
{
	struct journal *journal = mem_alloc(sizeof *journal);
	*journal = (struct journal){.settings = settings, .file = -1};
	if (find_level(settings->level, &journal->level, err) == 0 &&
	    (!settings->syslog || open_syslog(settings, err) == 0) &&
	    (!settings->file || open_file(journal, err) == 0))
		return journal;
	journal_close(journal);
	return NULL;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->file >= 0)
		close(journal->file);
	if (journal->settings->syslog)
		closelog();
	free(journal);
}

/* --- changing the file --- */

/* The names hold the time, so that they sort by age. */
static void remove_oldest(const struct log_settings *settings)
{
	autofree char *pattern = mem_printf("%s.[0-9]*", settings->file);
	glob_t found;
	if (glob(pattern, 0, NULL, &found) != 0)
		return;
	size_t keep = settings->max_files < 0 ? 0 : (size_t)settings->max_files;
	for (size_t i = 0; settings->max_files && i + keep < found.gl_pathc; i++)
		unlink(found.gl_pathv[i]);
	globfree(&found);
}

static bool is_full(const struct journal *journal, const struct timespec *now)
{
	const struct log_settings *settings = journal->settings;
	int64_t age_ms = (now->tv_sec - journal->opened.tv_sec) * 1000;
	return (settings->rotate_bytes && journal->bytes >= settings->rotate_bytes) ||
	       (settings->rotate_ms && age_ms >= settings->rotate_ms);
}

static void rotate(struct journal *journal, const struct timespec *now)
{
	auto_error struct error err = {0};
	autofree char *old = mem_printf("%s.%lld%09ld", journal->settings->file,
					(long long)now->tv_sec, now->tv_nsec);
	rename(journal->settings->file, old);
	close(journal->file);
	if (open_file(journal, &err) < 0)
		dprintf(STDERR_FILENO, "agent: %s\n", err.message);
	remove_oldest(journal->settings);
}

/* --- lines --- */

static void write_file(struct journal *journal, const struct buf *line, const struct timespec *now)
{
	if (is_full(journal, now))
		rotate(journal, now);
	if (journal->file < 0)
		return;
	file_write_all(journal->file, line->data, line->len); /* there is nowhere to complain */
	journal->bytes += line->len;
}

void journal_write(struct journal *journal, enum journal_level level, const char *format, ...)
{
	struct timespec now;
	struct tm local;
	char date[32];
	va_list args;
	if (level < journal->level)
		return;
	va_start(args, format);
	autofree char *text = mem_vprintf(format, args);
	va_end(args);
	clock_gettime(CLOCK_REALTIME, &now);
	strftime(date, sizeof date, "%Y/%m/%d %H:%M:%S", localtime_r(&now.tv_sec, &local));
	auto_buf struct buf line = {0};
	buf_printf(&line, "%s.%06ld [%s] %s\n", date, now.tv_nsec / 1000, levels[level].name, text);
	file_write_all(STDERR_FILENO, line.data, line.len);
	if (journal->file >= 0)
		write_file(journal, &line, &now);
	if (journal->settings->syslog)
		syslog(levels[level].priority, "%s", text);
}
