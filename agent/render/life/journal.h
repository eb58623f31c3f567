/* The log of a process that goes on: standard error, and if wanted a file that is changed for a
 * new one in time, and the system's log (RFC 3164 by syslog(3)). */
#ifndef FACTORY_AGENT_RENDER_LIFE_JOURNAL_H
#define FACTORY_AGENT_RENDER_LIFE_JOURNAL_H

#include "agent/render/config/settings.h"

enum journal_level { JOURNAL_TRACE, JOURNAL_DEBUG, JOURNAL_INFO, JOURNAL_WARN, JOURNAL_ERR };

struct journal;

/* NULL for an unknown level or facility, or a file that can't be written. Settings must stay. */
struct journal *journal_open(const struct log_settings *settings, struct error *err);
void journal_close(struct journal *journal); /* NULL is fine */

/* A line "2026/11/24 12:00:00.000000 [WARN] TEXT", if the level is one that is wanted. */
void journal_write(struct journal *journal, enum journal_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
