/* As much of SQLite's file format (https://www.sqlite.org/fileformat2.html) as reading a table from
 * its first to its last row takes. What a write-ahead log holds beside the file is not seen. */
#ifndef FACTORY_AGENT_FACTS_SQLITE_H
#define FACTORY_AGENT_FACTS_SQLITE_H

#include "common/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SQLITE_MOST_COLUMNS = 8 };

/* A row's columns; of a long row only the first bytes are read (64 KiB), and a column ends there.
 */
struct sqlite_column {
	const char *data; /* a text's or a blob's bytes, NULL for what is neither */
	size_t len;
	int64_t number; /* an integer's */
};
struct sqlite_row {
	struct sqlite_column columns[SQLITE_MOST_COLUMNS];
	size_t count;
};
typedef void sqlite_found(void *ctx, const struct sqlite_row *row);

/* Calls `found` for each row of a table; NULL: counts them. The number of rows, or -1 where the
 * file is no such database or has no such table. Damaged parts are left out; the work is bounded.
 */
int64_t facts_sqlite_read(int fd, const char *table, sqlite_found *found, void *ctx);

#endif
