/* Inside the manifest's reading: how problems are added and become an error. */
#ifndef FACTORY_HOST_MANIFEST_PROBLEMS_H
#define FACTORY_HOST_MANIFEST_PROBLEMS_H

#include "host/manifest/manifest.h"

/* Copies the texts; `code` must be a literal. Beyond 500 only `more` is set. */
void problems_add(struct manifest_problems *problems, struct position at, const char *code,
		  const char *message, const char *hint);

/* A problem as the error of those who want only one. Returns -1. */
int problems_error(const struct manifest_problem *problem, struct error *err);

#endif
