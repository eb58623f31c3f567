/* A tree of templates that becomes another tree: names may hold templates too, and a last
 * ".ctmpl" or ".tmpl" is left out of the result's name. */
#ifndef FACTORY_AGENT_RENDER_LIFE_DIRECTORY_H
#define FACTORY_AGENT_RENDER_LIFE_DIRECTORY_H

#include "common/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Files below a directory, by their paths in it, sorted. */
struct file_list {
	char **names; /* owned */
	size_t count;
};

/* Regular files, and links to such. A missing directory is empty where `missing_ok`. */
int directory_list(const char *root, bool missing_ok, struct file_list *list, struct error *err);
void file_list_free(struct file_list *list);

/* The name a template's file gives its result; the caller frees it. */
char *directory_result_name(const char *name);

/* -1 for a rendered name that is empty, absolute or leaves its directory. */
int directory_check_name(const char *name, struct error *err);

/* Removes what is below `root` and is not among the sorted paths (with root before them), and
 * directories that are empty then. */
int directory_purge(const char *root, const char *const *keep, size_t count, struct error *err);

#endif
