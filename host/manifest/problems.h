/* Inside the manifest's reading: how a problem becomes an error. */
#ifndef FACTORY_HOST_MANIFEST_PROBLEMS_H
#define FACTORY_HOST_MANIFEST_PROBLEMS_H

#include "host/manifest/manifest.h"

/* A problem as the error of those who want only one. Returns -1. */
int problems_error(const struct manifest_problem *problem, struct error *err);

#endif
