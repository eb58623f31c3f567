/* rpm's database of today (rpmdb.sqlite): the table Packages has a header in each row. */
#include "agent/facts/packages.h"
#include "agent/facts/sqlite.h"
#include "common/own.h"

struct rows {
	facts_package_found *found;
	void *ctx;
};

static void take_row(void *ctx, const struct sqlite_row *row)
{
	const struct rows *rows = ctx;
	const struct sqlite_column *header = &row->columns[1];
	char version[FACTS_RPM_VERSION];
	struct facts_package package;
	if (row->count >= 2 && header->data &&
	    facts_rpm_package(header->data, header->len, version, &package))
		rows->found(rows->ctx, &package);
}

int64_t facts_read_rpm_sqlite(struct facts_system *system, const char *path,
			      facts_package_found *found, void *ctx)
{
	struct rows rows = {found, ctx};
	autoclose int fd = facts_open(system, path);
	return fd < 0 ? -1 : facts_sqlite_read(fd, "Packages", found ? take_row : NULL, &rows);
}
