/* Databases of installed packages, read directly. Each reader calls `found` for every package; what
 * it gets is valid only during the call. */
#ifndef FACTORY_AGENT_FACTS_PACKAGES_H
#define FACTORY_AGENT_FACTS_PACKAGES_H

#include "agent/facts/system.h"

struct facts_package {
	const char *name, *version, *architecture; /* "" where it isn't told */
};
typedef void facts_package_found(void *ctx, const struct facts_package *package);

/* One that needs no reader of its own but a walk: found may be NULL, to count only. The number of
 * packages, or -1 where the file isn't there or isn't such a database. What is damaged in it is
 * left out. */
typedef int64_t facts_package_reader(struct facts_system *system, const char *path,
				     facts_package_found *found, void *ctx);

facts_package_reader facts_read_dpkg;   /* "Package: bash" and so on; opkg's too */
facts_package_reader facts_read_apk;    /* "P:bash" */
facts_package_reader facts_read_pacman; /* a directory bash-5.2-1 for each */
facts_package_reader facts_read_rpm_sqlite, facts_read_rpm_ndb;

/* A package of rpm from its header (RPM's file format 4: index entries, then their data); false
 * where it is none. The texts point into the header or into version. */
enum { FACTS_RPM_VERSION = 256 };
bool facts_rpm_package(const char *header, size_t len, char version[FACTS_RPM_VERSION],
		       struct facts_package *package);

#endif
