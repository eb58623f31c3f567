/* What the package managers have installed, from their own databases: how many and where, and on
 * request each one. */
#include "agent/facts/packages.h"

#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <string.h>

/* Of several places of a manager the first that is there counts. */
static const struct {
	const char *manager, *path;
	facts_package_reader *read;
} databases[] = {
	{"dpkg", "/var/lib/dpkg/status", facts_read_dpkg},
	{"apk", "/lib/apk/db/installed", facts_read_apk},
	{"apk", "/usr/lib/apk/db/installed", facts_read_apk},
	{"opkg", "/usr/lib/opkg/status", facts_read_dpkg},
	{"pacman", "/var/lib/pacman/local", facts_read_pacman},
	{"rpm", "/usr/lib/sysimage/rpm/rpmdb.sqlite", facts_read_rpm_sqlite},
	{"rpm", "/usr/lib/sysimage/rpm/Packages.db", facts_read_rpm_ndb},
	{"rpm", "/var/lib/rpm/rpmdb.sqlite", facts_read_rpm_sqlite},
	{"rpm", "/var/lib/rpm/Packages.db", facts_read_rpm_ndb},
};

/* Berkeley DB's, of distributions before 2020: found, not read. */
static const char opaque[] = "/var/lib/rpm/Packages";

static void add_database(struct arena *arena, struct value *packages, const char *manager,
			 const char *path, int64_t count)
{
	struct value *fact = value_map(arena);
	if (count >= 0)
		facts_set_int(arena, fact, "count", count);
	facts_set_text(arena, fact, "database", path);
	value_set(arena, packages, manager, fact);
}

struct value *facts_packages(struct facts_system *system, struct arena *arena)
{
	struct value *packages = value_map(arena);
	for (size_t i = 0; i < COUNT_OF(databases); i++) {
		if (value_get(packages, databases[i].manager))
			continue;
		int64_t count = databases[i].read(system, databases[i].path, NULL, NULL);
		if (count >= 0 || facts_exists(system, databases[i].path))
			add_database(arena, packages, databases[i].manager, databases[i].path,
				     count);
	}
	if (!value_get(packages, "rpm") && facts_exists(system, opaque))
		add_database(arena, packages, "rpm", opaque, -1);
	return packages->map.len ? packages : NULL;
}

struct list {
	struct arena *arena;
	struct value *packages;
	const char *manager;
};

/* A name may be there more than once: for two architectures, or in several versions (kernels). */
static const char *free_name(const struct list *list, const struct facts_package *package)
{
	const char *name = package->name;
	if (value_get(list->packages, name))
		name = arena_printf(list->arena, "%s:%s", package->name, package->architecture);
	if (value_get(list->packages, name))
		name = arena_printf(list->arena, "%s-%s", package->name, package->version);
	return name;
}

static void add_package(void *ctx, const struct facts_package *package)
{
	const struct list *list = ctx;
	struct value *fact = value_map(list->arena);
	facts_set_text(list->arena, fact, "version", package->version);
	facts_set_text(list->arena, fact, "architecture", package->architecture);
	value_set(list->arena, fact, "manager", value_string(list->arena, list->manager));
	value_set(list->arena, list->packages, free_name(list, package), fact);
}

struct value *facts_package(struct facts_system *system, struct arena *arena)
{
	struct list list = {arena, value_map(arena), NULL};
	for (size_t i = 0; i < COUNT_OF(databases); i++) {
		if (list.manager && strcmp(list.manager, databases[i].manager) == 0)
			continue;
		const char *before = list.manager;
		list.manager = databases[i].manager;
		if (databases[i].read(system, databases[i].path, add_package, &list) < 0)
			list.manager = before;
	}
	return list.packages->map.len ? list.packages : NULL;
}
