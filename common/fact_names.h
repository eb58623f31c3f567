/* The facts of the top level, for a driver that must tell a fact's name from other words. */
#ifndef FACTORY_COMMON_FACT_NAMES_H
#define FACTORY_COMMON_FACT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* The agent's families, and their short names; without `host`, which the driver adds. */
extern const char *const fact_names[];
extern const size_t fact_name_count;

/* "os", "os.id", "memory.*": a path or pattern whose first part is one of these or "host". */
bool fact_names_begin(const char *path);

#endif
